import { describe, expect, it } from 'vitest';
import { GROUP_ORDER, availableEngines, createEngine, inlineOperations } from '../../src/group/index.js';
import type { MessageOf, Side, Stage } from '../../src/protocol/index.js';
import { decodeMessage, encodeMessage } from '../../src/protocol/index.js';
import type { Tamper } from '../support/session-pair.js';
import { runPair } from '../support/session-pair.js';
import { COHORTS, SPENDERS, measuredPair } from './support/measured.js';
import { EXAMPLES } from './support/messages.js';
import type { Pair } from './support/stepping.js';
import { SIDES, cheapPair, emails, messageBefore, otherSide, runUntil, tell } from './support/stepping.js';

/** Peers that lie about measures. The initiator is the measure party, with three columns; the responder has three cells. */
const COLUMNS = 3;
const CELLS = 3;
const IDENTITY = new Uint8Array(32);
const NO_ELEMENT = new Uint8Array(32).fill(0xff);

const chunkOf = (pair: Pair, from: Side, stage: Stage): Promise<MessageOf<'chunk'>> =>
  messageBefore(pair, from, 'chunk', (chunk) => chunk.stage === stage);
const component = (items: Uint8Array, index: number, by: Uint8Array): Uint8Array => {
  const changed = items.slice();
  changed.set(by, 32 * index);
  return changed;
};
/** Changes the items of the first chunk of a stage. */
const changing =
  (stage: Stage, change: (items: Uint8Array) => Uint8Array): Tamper =>
  (_, frame) => {
    const message = decodeMessage(frame);
    if (message.type !== 'chunk' || message.stage !== stage) return frame;
    return encodeMessage({ ...message, items: change(message.items) });
  };
/** Runs a session whose frames are tampered with; the errors of both sides. */
async function errorsOf(tamper: Tamper, pair = measuredPair()) {
  const { errors, initiator, responder } = await runPair(pair.initiator, pair.responder, tamper);
  expect([initiator.outcome, responder.outcome]).toEqual([undefined, undefined]);
  return errors;
}

const STREAMS: readonly (readonly [Stage, Side, number])[] = [
  ['keys', 'initiator', 32],
  ['list', 'initiator', 32 * (COLUMNS + 2)],
  ['sums', 'responder', 32 * (COLUMNS + 1)],
];

describe('a chunk out of place', () => {
  it.each(STREAMS)('of %s, sent by the %s', async (stage, from, itemBytes) => {
    const cases: readonly ((chunk: MessageOf<'chunk'>) => [MessageOf<'chunk'>, string])[] = [
      (chunk) => [{ ...chunk, items: chunk.items.slice(0, -1) }, 'peer/wrong-count'],
      (chunk) => [{ ...chunk, items: chunk.items.slice(0, -itemBytes) }, 'peer/wrong-count'],
      (chunk) => [{ ...chunk, items: new Uint8Array(chunk.items.length + itemBytes) }, 'peer/wrong-count'],
      (chunk) => [{ ...chunk, seq: 1 }, 'peer/unexpected-message'],
    ];
    for (const change of cases) {
      const pair = measuredPair();
      const [message, code] = change(await chunkOf(pair, from, stage));
      expect(await tell(pair[otherSide(from)], message)).toMatchObject({ code, field: stage });
    }
    const pair = measuredPair();
    const chunk = await chunkOf(pair, from, stage);
    expect(await tell(pair[otherSide(from)], chunk)).toBeUndefined();
    expect(await tell(pair[otherSide(from)], chunk)).toMatchObject({
      code: 'peer/unexpected-message',
      field: stage,
    });
  });

  it('of list before the end of tags', async () => {
    const list = await chunkOf(measuredPair(), 'initiator', 'list');
    const pair = measuredPair();
    await chunkOf(pair, 'initiator', 'tags');
    expect(await tell(pair.responder, list)).toMatchObject({
      code: 'peer/unexpected-message',
      field: 'list',
      message: 'list before the end of tags',
    });
  });

  it('of list before the end of tags, without measures as well', async () => {
    const dp = { mode: 'psi-ca', disclosure: 'dp', epsilon: '4', delta: '0.001' } as const;
    const fresh = () => cheapPair(dp, { names: emails('a', 3) }, { names: emails('a', 3) });
    const list = await chunkOf(fresh(), 'responder', 'list');
    const pair = fresh();
    await chunkOf(pair, 'responder', 'tags');
    expect(await tell(pair.initiator, list)).toMatchObject({
      code: 'peer/unexpected-message',
      field: 'list',
    });
  });

  it('of list before the keys', async () => {
    const errors = await errorsOf((_, frame) => {
      const message = decodeMessage(frame);
      return message.type === 'chunk' && message.stage === 'keys' ? undefined : frame;
    });
    expect(errors.responder).toMatchObject({
      code: 'peer/unexpected-message',
      field: 'list',
      message: 'list before the end of keys',
    });
  });

  it('of sums before the list is sent', async () => {
    const sums = await chunkOf(measuredPair(), 'responder', 'sums');
    const pair = measuredPair();
    await chunkOf(pair, 'initiator', 'tags');
    expect(await tell(pair.initiator, sums)).toMatchObject({
      code: 'peer/unexpected-message',
      field: 'sums',
      message: 'sums of a list that is not sent',
    });
  });
});

describe('bytes that are no element', () => {
  it.each([
    ['the identity', IDENTITY],
    ['a bad encoding', NO_ELEMENT],
  ])('as a public key: %s', async (_, bad) => {
    for (let key = 0; key < COLUMNS; key += 1) {
      const errors = await errorsOf(changing('keys', (items) => component(items, key, bad)));
      expect(errors.responder).toMatchObject({ code: 'peer/invalid-element', field: 'keys' });
      expect(errors.initiator).toMatchObject({ code: 'peer/invalid-element', reportedBy: 'peer' });
    }
  });

  it('as any part of any entry of the list, which is named', async () => {
    const { length } = (await chunkOf(measuredPair(), 'initiator', 'list')).items;
    const width = COLUMNS + 2;
    for (const entry of [0, 1, length / 32 / width - 1]) {
      for (let part = 0; part < width; part += 1) {
        const errors = await errorsOf(
          changing('list', (items) => component(items, entry * width + part, NO_ELEMENT)),
        );
        expect(errors.responder).toMatchObject({ code: 'peer/invalid-element', field: 'list' });
        expect(errors.responder!.message).toContain(`item ${entry} of list`);
      }
    }
  });

  it('as any part of a sum', async () => {
    for (let part = 0; part < CELLS * (COLUMNS + 1); part += 1) {
      const bad = [NO_ELEMENT, ...(part % (COLUMNS + 1) === 0 ? [IDENTITY] : [])];
      for (const by of bad) {
        const errors = await errorsOf(changing('sums', (items) => component(items, part, by)));
        expect(errors.initiator).toMatchObject({ code: 'peer/invalid-element', field: 'sums' });
        expect(errors.responder).toMatchObject({ code: 'peer/invalid-element', reportedBy: 'peer' });
      }
    }
  });

  it('in the real group, wherever it stands', async () => {
    const [fastest] = availableEngines();
    const operations = inlineOperations(createEngine(`${fastest!.name}:${fastest!.variant}`));
    const real = () =>
      measuredPair(
        {},
        {
          initiator: { ...SPENDERS, settings: { operations } },
          responder: { ...COHORTS, settings: { operations } },
        },
      );
    // RFC 9496 A.2: not canonical, and negative.
    const negative = Uint8Array.of(1, ...new Uint8Array(31));
    for (const bad of [NO_ELEMENT, negative]) {
      for (const [stage, part, side] of [
        ['keys', 1, 'responder'],
        ['list', 2, 'responder'],
        ['sums', 5, 'initiator'],
      ] as const) {
        const errors = await errorsOf(
          changing(stage, (items) => component(items, part, bad)),
          real(),
        );
        expect(errors[side]).toMatchObject({
          code: 'peer/invalid-element',
          field: stage,
          reportedBy: 'self',
        });
      }
    }
  });
});

describe('sums that no honest partner can have', () => {
  // In the cheap group an element is an integer, least significant byte first.
  const plus = (items: Uint8Array, index: number, added: bigint): Uint8Array => {
    const own = items.slice(32 * index, 32 * index + 32).reverse();
    const sum = (BigInt(`0x${Buffer.from(own).toString('hex')}`) + added + GROUP_ORDER) % GROUP_ORDER;
    return component(items, index, Buffer.from(sum.toString(16).padStart(64, '0'), 'hex').reverse());
  };

  it.each([2n ** 37n, -(2n ** 37n), 2n ** 200n])('in any cell and column, off by %i', async (added) => {
    for (const [cell, column] of [
      [0, 0],
      [1, 2],
      [2, 1],
    ] as const) {
      const part = cell * (COLUMNS + 1) + 1 + column;
      const errors = await errorsOf(changing('sums', (items) => plus(items, part, added)));
      expect(errors.initiator).toMatchObject({ code: 'peer/wrong-count', field: 'sums' });
      expect(errors.initiator!.message).toBe(`the sum of cell ${cell} is out of range`);
    }
  });
});

describe('figures of sums', () => {
  const figures = (length: number): MessageOf<'figures'> => ({
    type: 'figures',
    values: new Uint8Array(length),
  });

  it.each([8 * CELLS, 8 * CELLS * COLUMNS - 8, 8 * CELLS * COLUMNS + 8, 8 * CELLS * COLUMNS - 1])(
    'of %i bytes are refused by the cohort party',
    async (length) => {
      const pair = measuredPair();
      await messageBefore(pair, 'initiator', 'figures');
      expect(await tell(pair.responder, figures(length))).toMatchObject({
        code: 'peer/wrong-count',
        field: 'figures',
      });
    },
  );

  it.each([
    ['past 2^48', [0, 2]],
    ['past what a sum can be', [0, 0, 1]],
    ['below what a sum can be', [255, 255, 255]],
  ])('%s are refused', async (_, bytes) => {
    const pair = measuredPair();
    const { values } = await messageBefore(pair, 'initiator', 'figures');
    const changed = values.slice();
    changed.fill(0, 8 * 4, 8 * 5).set(bytes, 8 * 4);
    expect(await tell(pair.responder, { type: 'figures', values: changed })).toMatchObject({
      code: 'peer/wrong-count',
      field: 'figures',
    });
  });

  it('before the sums are sent are refused', async () => {
    const pair = measuredPair();
    await chunkOf(pair, 'initiator', 'list');
    expect(await tell(pair.responder, figures(8 * CELLS * COLUMNS))).toMatchObject({
      code: 'peer/unexpected-message',
      field: 'figures',
    });
  });

  it.each(SIDES)(
    'twice from the %s are refused, even while acknowledgements keep the session open',
    async (from) => {
      const pair = measuredPair();
      let first: Uint8Array | undefined;
      await runPair(pair.initiator, pair.responder, (sender, frame) => {
        const { type } = decodeMessage(frame);
        if (sender === from && type === 'figures') first = frame;
        return sender === from && ['ack', 'figures', 'receipt'].includes(type) ? undefined : frame;
      });
      const victim = pair[otherSide(from)];
      expect(victim.state).toBe('streaming');
      const message = decodeMessage(first!);
      expect(await tell(victim, message)).toBeUndefined();
      expect(await tell(victim, message)).toMatchObject({
        code: 'peer/unexpected-message',
        field: 'figures',
      });
    },
  );

  it('of counts before the list is sent are refused by the measure party', async () => {
    const pair = measuredPair();
    await chunkOf(pair, 'initiator', 'tags');
    expect(await tell(pair.initiator, figures(8 * CELLS))).toMatchObject({
      code: 'peer/unexpected-message',
      field: 'figures',
    });
  });
});

describe('recall', () => {
  it.each(SIDES)('twice is refused by the %s', async (side) => {
    const pair = measuredPair();
    const recall = await messageBefore(pair, otherSide(side), 'recall');
    expect(await tell(pair[side], recall)).toBeUndefined();
    expect(await tell(pair[side], recall)).toMatchObject({
      code: 'peer/unexpected-message',
      field: 'recall',
    });
  });

  it.each(SIDES)('before the inventory is refused by the %s', async (side) => {
    const pair = measuredPair();
    await runUntil(pair, side, 'listing');
    expect(await tell(pair[side], EXAMPLES.recall)).toMatchObject({
      code: 'peer/unexpected-message',
      field: 'recall',
    });
  });

  it.each([
    ['psi', {}],
    ['exact counts', { mode: 'psi-ca', disclosure: 'exact' }],
  ] as const)('in %s is refused', async (_, terms) => {
    for (const side of SIDES) {
      const pair = cheapPair(terms, { names: emails('a', 3) }, { names: emails('a', 3) });
      await runUntil(pair, side, 'streaming');
      expect(await tell(pair[side], EXAMPLES.recall)).toMatchObject({
        code: 'peer/unexpected-message',
        field: 'recall',
      });
    }
  });

  it.each(SIDES)('that claims an answer which the %s does not have changes nothing', async (from) => {
    const { errors } = await runPair(
      ...(Object.values(measuredPair()) as [Pair['initiator'], Pair['responder']]),
      (sender, frame) => {
        const isRecall = sender === from && decodeMessage(frame).type === 'recall';
        return isRecall ? encodeMessage({ type: 'recall', stored: true }) : frame;
      },
    );
    // The streams go on; that the transcript differs shows at the end.
    expect(errors.initiator ?? errors.responder).toMatchObject({ code: 'peer/bad-receipt' });
  });
});
