import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StageShape } from '../../src/protocol/stages.js';
import { IncomingStage, OutgoingStage, chunkCount, chunkRange } from '../../src/protocol/stages.js';
import { LIMITS } from '../../src/protocol/index.js';
import { failureOf } from './support/stepping.js';

const ELEMENTS = { stage: 'elements', itemBytes: 32 } as const;
/** Chunks of full width that the window has room for. */
const WINDOW_CHUNKS = LIMITS.windowBytes / (32 * LIMITS.chunkItems);
const shapeOf = (items: number): StageShape => ({ ...ELEMENTS, items });
const bytesOf = (items: number, index: number): Uint8Array => {
  const { from, to } = chunkRange(shapeOf(items), index);
  return new Uint8Array(32 * (to - from));
};
const producing = (items: number, produced: number[] = []): OutgoingStage =>
  new OutgoingStage(shapeOf(items), (index) => {
    produced.push(index);
    return Promise.resolve(bytesOf(items, index));
  });

describe('chunks', () => {
  it('are full but for the last', () => {
    const { chunkItems } = LIMITS;
    const sizes = [0, 1, chunkItems - 1, chunkItems, chunkItems + 1];
    expect(sizes.map((items) => chunkCount(shapeOf(items)))).toEqual([0, 1, 1, 1, 2]);
    expect(chunkRange(shapeOf(chunkItems + 1), 0)).toEqual({ from: 0, to: chunkItems });
    expect(chunkRange(shapeOf(chunkItems + 1), 1)).toEqual({ from: chunkItems, to: chunkItems + 1 });
  });

  it('of a full stage fit a message and a frame', () => {
    expect(32 * LIMITS.chunkItems).toBeLessThanOrEqual(LIMITS.chunkBytes);
    expect(LIMITS.chunkBytes).toBeLessThan(LIMITS.frameBytes);
  });

  // 128 bytes are the widest items of which a chunk holds 8192; 320 those of the list with eight columns.
  it.each([
    [128, 8192],
    [160, 6553],
    [320, 3276],
  ])('of items of %i bytes hold %i, as many as fit a megabyte', (itemBytes, most) => {
    const shape = { items: 2 * most + 1, itemBytes };
    expect(most * itemBytes).toBeLessThanOrEqual(LIMITS.chunkBytes);
    expect(most === LIMITS.chunkItems || (most + 1) * itemBytes > LIMITS.chunkBytes).toBe(true);
    expect([0, 1, 2].map((index) => chunkRange(shape, index))).toEqual([
      { from: 0, to: most },
      { from: most, to: 2 * most },
      { from: 2 * most, to: 2 * most + 1 },
    ]);
    expect(chunkCount(shape)).toBe(3);
  });

  it('are as many as the window holds, however wide they are', async () => {
    const shape = { stage: 'list', items: 100_000, itemBytes: 320 } as const;
    const stage = new OutgoingStage(shape, (index) => {
      const { from, to } = chunkRange(shape, index);
      return Promise.resolve(new Uint8Array((to - from) * 320));
    });
    let bytes = 0;
    for (let chunk = await stage.next(); chunk !== undefined; chunk = await stage.next()) {
      bytes += chunk.items.length;
    }
    expect(bytes).toBeLessThanOrEqual(LIMITS.windowBytes);
    expect(bytes + LIMITS.chunkBytes).toBeGreaterThan(LIMITS.windowBytes);
  });
});

describe('the sending half', () => {
  it('stops exactly at the window, and goes on as far as the peer acknowledges', async () => {
    const stage = producing(100 * LIMITS.chunkItems);
    for (let seq = 0; seq < WINDOW_CHUNKS; seq += 1) expect((await stage.next())?.seq).toBe(seq);
    expect(await stage.next()).toBeUndefined();
    stage.acknowledge(3);
    for (let seq = 0; seq < 3; seq += 1) expect((await stage.next())?.seq).toBe(WINDOW_CHUNKS + seq);
    expect(await stage.next()).toBeUndefined();
  });

  it('computes few chunks ahead of the window', async () => {
    const produced: number[] = [];
    const stage = producing(100 * LIMITS.chunkItems, produced);
    while ((await stage.next()) !== undefined);
    expect(produced.length).toBe(WINDOW_CHUNKS + 2);
  });

  it('refuses acknowledgements of what was not sent, was acknowledged, or is being computed', async () => {
    const unexpected = { code: 'peer/unexpected-message', field: 'elements' };
    const stage = producing(3 * LIMITS.chunkItems);
    const first = stage.next();
    // The chunk is under way, but not out.
    expect(() => stage.acknowledge(1)).toThrow(expect.objectContaining(unexpected) as Error);
    await first;
    stage.acknowledge(1);
    for (const chunks of [0, 1, 2]) {
      expect(() => stage.acknowledge(chunks)).toThrow(expect.objectContaining(unexpected) as Error);
    }
  });

  it('hands out nothing while it is held', async () => {
    const stage = producing(1).hold();
    expect(await stage.next()).toBeUndefined();
    stage.open();
    expect((await stage.next())?.items.length).toBe(32);
    expect([stage.sent, stage.finished]).toEqual([true, false]);
    stage.acknowledge(1);
    expect(stage.finished).toBe(true);
  });

  it('reports a chunk that could not be computed to whoever asks for it', async () => {
    const stage = new OutgoingStage(shapeOf(1), () => Promise.reject(new Error('worker gone')));
    await expect(stage.next()).rejects.toThrow('worker gone');
  });
});

describe('the receiving half', () => {
  const chunk = (items: number, seq: number) =>
    ({ type: 'chunk', stage: 'elements', seq, items: bytesOf(items, seq) }) as const;

  it('takes exactly a window of chunks that it cannot free yet, and refuses the next', async () => {
    const items = 100 * LIMITS.chunkItems;
    const stage = new IncomingStage(shapeOf(items), () => Promise.resolve());
    for (let seq = 0; seq < WINDOW_CHUNKS; seq += 1) await stage.receive(chunk(items, seq));
    expect(await failureOf(stage.receive(chunk(items, WINDOW_CHUNKS)))).toMatchObject({
      code: 'limit/window',
      field: 'windowBytes',
    });
  });

  it('counts a chunk against the window until its acknowledgement has left', async () => {
    const items = 100 * LIMITS.chunkItems;
    const stage = new IncomingStage(shapeOf(items), (_items, _from, consumed) => {
      consumed();
      return Promise.resolve();
    });
    for (let seq = 0; seq < WINDOW_CHUNKS; seq += 1) await stage.receive(chunk(items, seq));
    expect(stage.nextAck()).toEqual({ type: 'ack', stage: 'elements', chunks: WINDOW_CHUNKS });
    expect(stage.nextAck()).toBeUndefined();
    await stage.receive(chunk(items, WINDOW_CHUNKS));
    expect(stage.nextAck()?.chunks).toBe(WINDOW_CHUNKS + 1);
  });

  it('finishes when every chunk is consumed, and takes no more', async () => {
    const items = LIMITS.chunkItems + 1;
    const places: number[] = [];
    const stage = new IncomingStage(shapeOf(items), (_items, from, consumed) => {
      places.push(from);
      consumed();
      return Promise.resolve();
    });
    await stage.receive(chunk(items, 0));
    expect(stage.finished).toBe(false);
    await stage.receive(chunk(items, 1));
    expect([stage.finished, stage.itemsDone, places]).toEqual([true, items, [0, LIMITS.chunkItems]]);
    expect(await failureOf(stage.receive(chunk(items, 1)))).toMatchObject({
      code: 'peer/unexpected-message',
    });
  });

  it('of an empty stage is finished at once and takes nothing', async () => {
    const stage = new IncomingStage(shapeOf(0), () => Promise.resolve());
    expect([stage.finished, stage.ackIsDue]).toEqual([true, false]);
    const nothing = { type: 'chunk', stage: 'elements', seq: 0, items: new Uint8Array(32) } as const;
    expect(await failureOf(stage.receive(nothing))).toMatchObject({ code: 'peer/unexpected-message' });
  });
});

describe('both halves together', () => {
  it('carry every item once and in order, never more than a window ahead, whatever the order of events', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 40 * LIMITS.chunkItems }),
        fc.array(fc.constantFrom('send', 'consume', 'ack'), { maxLength: 400 }),
        async (items, events) => {
          const out = producing(items);
          const waiting: (() => void)[] = [];
          let taken = 0;
          const incoming = new IncomingStage(shapeOf(items), (chunk, from, consumed) => {
            expect(from).toBe(taken);
            taken += chunk.length / 32;
            waiting.push(consumed);
            return Promise.resolve();
          });
          let unacknowledged = 0;
          const act = async (event: string): Promise<void> => {
            if (event === 'send') {
              const message = await out.next();
              if (message === undefined) return;
              unacknowledged += message.items.length;
              expect(unacknowledged).toBeLessThanOrEqual(LIMITS.windowBytes);
              await incoming.receive(message);
            } else if (event === 'consume') {
              waiting.shift()?.();
            } else {
              const ack = incoming.nextAck();
              if (ack === undefined) return;
              out.acknowledge(ack.chunks);
              unacknowledged = taken * 32 - Math.min(ack.chunks * LIMITS.chunkItems, items) * 32;
            }
          };
          for (const event of events) await act(event);
          for (let round = 0; round <= 3 * chunkCount(shapeOf(items)); round += 1) {
            for (const event of ['send', 'consume', 'ack']) await act(event);
          }
          expect([taken, out.finished, incoming.finished]).toEqual([items, true, true]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
