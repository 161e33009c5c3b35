import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex } from '../../src/bytes.js';
import { bigIntToScalar } from '../../src/group/index.js';
import type { Message, MessageOf, Side, Stage, Terms } from '../../src/protocol/index.js';
import { LIMITS, decodeMessage, encodeMessage } from '../../src/protocol/index.js';
import { hasReferenceData, referenceJson } from '../support/reference-data.js';
import type { TestSide } from '../support/session-pair.js';
import { operations, runPair } from '../support/session-pair.js';
import { cheapOperations } from './support/cheap-operations.js';
import type { Pair } from './support/stepping.js';
import { cheapPair, emails, messageBefore, otherSide, tell } from './support/stepping.js';

const one: TestSide = { names: emails('a', 3) };
const dp: Partial<Terms> = { mode: 'psi-ca', disclosure: 'dp', epsilon: '4', delta: '0.001' };
const psi: Partial<Terms> = { initiatorRole: 'both' };

/** Every stream of elements: the session it is part of and who sends it. */
const ELEMENT_STREAMS: readonly (readonly [string, Partial<Terms>, Side, Stage])[] = [
  ['psi elements', psi, 'initiator', 'elements'],
  ['psi elements', psi, 'responder', 'elements'],
  ['psi-ca elements', dp, 'initiator', 'elements'],
  ['psi-ca dummies', dp, 'initiator', 'dummies'],
  ['psi-ca list', dp, 'responder', 'list'],
];
const STREAMS: readonly (readonly [string, Partial<Terms>, Side, Stage])[] = [
  ...ELEMENT_STREAMS,
  ['psi tags', psi, 'initiator', 'tags'],
  ['psi-ca tags', dp, 'responder', 'tags'],
];

/** The first chunk of a stream, about to be delivered by `from`. */
function firstChunk(pair: Pair, from: Side, stage: Stage): Promise<MessageOf<'chunk'>> {
  return messageBefore(pair, from, 'chunk', (chunk) => chunk.stage === stage);
}
/** `items` with the item at `index` replaced. */
function replaced(items: Uint8Array, index: number, item: Uint8Array): Uint8Array {
  const changed = items.slice();
  changed.set(item, index * item.length);
  return changed;
}

const smallScalars = Array.from({ length: 16 }, (_, i) => bigIntToScalar(BigInt(i + 1)));
/** Sixteen different elements of the real group. */
const genuine = await operations.multiplyBase(concatBytes(...smallScalars));

describe('an element that is none', () => {
  const IDENTITY = '00'.repeat(32);
  const listed = hasReferenceData
    ? referenceJson<{ invalid_encodings: { encoding: string }[] }>('crypto/rfc9496_ristretto255.json')
    : // Two of RFC 9496 A.2: not canonical, and negative.
      { invalid_encodings: [{ encoding: `00${'ff'.repeat(31)}` }, { encoding: `01${'ff'.repeat(31)}` }] };
  const encodings = [IDENTITY, ...listed.invalid_encodings.map(({ encoding }) => encoding)];

  it.each(ELEMENT_STREAMS)(
    'in %s (%o, sent by the %s): all bad encodings of RFC 9496 and the identity',
    async (_, terms, from, stage) => {
      // The victim takes this one chunk in the real group; all before it is cheap.
      let real = false;
      const victim: TestSide = {
        ...one,
        settings: {
          operations: {
            ...cheapOperations,
            evaluate: (...batch) => (real ? operations : cheapOperations).evaluate(...batch),
          },
        },
      };
      for (const [index, encoding] of encodings.entries()) {
        real = false;
        const pair = from === 'initiator' ? cheapPair(terms, one, victim) : cheapPair(terms, victim, one);
        const chunk = await firstChunk(pair, from, stage);
        const at = index % (chunk.items.length / 32);
        real = true;
        const error = await tell(pair[otherSide(from)], {
          ...chunk,
          items: replaced(genuine.slice(0, chunk.items.length), at, fromHex(encoding)!),
        });
        expect(error, encoding).toMatchObject({
          code: 'peer/invalid-element',
          field: stage,
          reportedBy: 'self',
        });
        expect(error!.message).toContain(`item ${at} `);
      }
    },
  );
});

describe('an element that occurs twice', () => {
  it.each(ELEMENT_STREAMS)('in %s (%o, sent by the %s)', async (_, terms, from, stage) => {
    const pair = cheapPair(terms, one, one);
    const chunk = await firstChunk(pair, from, stage);
    const error = await tell(pair[otherSide(from)], {
      ...chunk,
      items: replaced(chunk.items, 2, chunk.items.slice(0, 32)),
    });
    expect(error).toMatchObject({ code: 'peer/duplicate-element', field: stage });
  });

  it('in two chunks of a stream', async () => {
    const many: TestSide = { names: emails('a', LIMITS.chunkItems + 1) };
    const pair = cheapPair({ initiatorRole: 'sender' }, many, one);
    let first: Uint8Array | undefined;
    const run = await runPair(pair.initiator, pair.responder, (from, frame) => {
      const message = decodeMessage(frame);
      if (from !== 'initiator' || message.type !== 'chunk' || message.stage !== 'elements') return frame;
      first ??= message.items.slice(0, 32);
      return message.seq === 0 ? frame : encodeMessage({ ...message, items: first });
    });
    expect(run.errors.responder).toMatchObject({ code: 'peer/duplicate-element', field: 'elements' });
  });

  it('as an element and as a dummy', async () => {
    const pair = cheapPair(dp, one, one);
    let dummy: Uint8Array | undefined;
    const run = await runPair(pair.initiator, pair.responder, (from, frame) => {
      const message = decodeMessage(frame);
      if (from !== 'initiator' || message.type !== 'chunk') return frame;
      if (message.stage === 'dummies') dummy = message.items.slice(0, 32);
      if (message.stage !== 'elements') return frame;
      return encodeMessage({ ...message, items: replaced(message.items, 0, dummy!) });
    });
    expect(run.errors.responder).toMatchObject({ code: 'peer/duplicate-element', field: 'elements' });
    expect(run.errors.initiator).toMatchObject({ code: 'peer/duplicate-element', reportedBy: 'peer' });
  });

  it('as a tag that matches one entry of the list twice', async () => {
    const pair = cheapPair({ mode: 'psi-ca', disclosure: 'exact' }, one, one);
    const run = await runPair(pair.initiator, pair.responder, (_, frame) => {
      const message = decodeMessage(frame);
      if (message.type !== 'chunk' || message.stage !== 'tags') return frame;
      const tagBytes = message.items.length / 3;
      return encodeMessage({
        ...message,
        items: replaced(message.items, 1, message.items.slice(0, tagBytes)),
      });
    });
    expect(run.errors.initiator).toMatchObject({ code: 'peer/duplicate-element', field: 'tags' });
    expect(pair.initiator.outcome).toBeUndefined();
  });
});

describe('a chunk out of place', () => {
  it.each(STREAMS)(
    'in %s (%o, sent by the %s): one item too few or too many, a wrong number',
    async (_, terms, from, stage) => {
      const itemBytes = (chunk: MessageOf<'chunk'>, items: number): number => chunk.items.length / items;
      const pair = () => cheapPair(terms, one, one);
      const cases: readonly ((chunk: MessageOf<'chunk'>) => [Message, string])[] = [
        (chunk) => [{ ...chunk, items: chunk.items.slice(0, -1) }, 'peer/wrong-count'],
        (chunk) => [{ ...chunk, items: chunk.items.slice(0, itemBytes(chunk, 3)) }, 'peer/wrong-count'],
        (chunk) => [{ ...chunk, items: new Uint8Array(chunk.items.length + 32) }, 'peer/wrong-count'],
        (chunk) => [{ ...chunk, seq: 1 }, 'peer/unexpected-message'],
      ];
      for (const change of cases) {
        const fresh = pair();
        const [message, code] = change(await firstChunk(fresh, from, stage));
        expect(await tell(fresh[otherSide(from)], message)).toMatchObject({ code, field: stage });
      }
      const repeated = pair();
      const chunk = await firstChunk(repeated, from, stage);
      expect(await tell(repeated[otherSide(from)], chunk)).toBeUndefined();
      expect(await tell(repeated[otherSide(from)], chunk)).toMatchObject({
        code: 'peer/unexpected-message',
        field: stage,
      });
    },
  );
});

describe('figures that are none', () => {
  it.each([
    ['a cell too many', new Uint8Array(16)],
    ['half a count', new Uint8Array(12)],
    ['a count past 2^48', Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 1)],
    ['a count below -2^48', Uint8Array.of(0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)],
  ])('%s', async (_, values) => {
    const pair = cheapPair(dp, one, one);
    await messageBefore(pair, 'initiator', 'figures');
    expect(await tell(pair.responder, { type: 'figures', values })).toMatchObject({
      code: 'peer/wrong-count',
      field: 'figures',
    });
  });

  it.each([
    ['the largest', 2 ** 48, Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0)],
    ['the smallest', -(2 ** 48), Uint8Array.of(0xff, 0xff, 0, 0, 0, 0, 0, 0)],
  ])('but %s figure is one', async (_, count, values) => {
    const pair = cheapPair({ ...dp, disclosure: 'exact' }, one, one);
    await messageBefore(pair, 'initiator', 'figures');
    expect(await tell(pair.responder, { type: 'figures', values })).toBeUndefined();
    expect(count).toBe(Number(new DataView(values.buffer).getBigInt64(0)));
    expect(pair.responder.state).not.toBe('failed');
  });
});

describe('a receipt that is none', () => {
  it.each(['initiator', 'responder'] as const)('given to the %s', async (side) => {
    const pair = cheapPair(psi, one, one);
    const receipt = await messageBefore(pair, otherSide(side), 'receipt');
    const signature = receipt.signature.slice();
    signature[5]! ^= 4;
    const error = await tell(pair[side], { type: 'receipt', signature });
    expect(error).toMatchObject({ code: 'peer/bad-receipt', field: 'receipt' });
    expect(pair[side].outcome).toBeUndefined();
  });

  it("is one's own, sent back", async () => {
    const pair = cheapPair(psi, one, one);
    const own = await messageBefore(pair, 'responder', 'receipt');
    expect(pair.responder.state).toBe('closing');
    expect(await tell(pair.responder, own)).toMatchObject({ code: 'peer/bad-receipt' });
  });
});

describe('what a dishonest partner of each mode is told', () => {
  it('is the code and the field, and never more', async () => {
    const pair = cheapPair(psi, one, one);
    const chunk = await firstChunk(pair, 'responder', 'elements');
    const error = await tell(pair.initiator, { ...chunk, seq: 9 });
    const farewell = decodeMessage(pair.initiator.farewell(error!)!);
    expect(farewell).toEqual({ type: 'abort', code: 'peer/unexpected-message', field: 'elements' });
  });
});
