import { describe, expect, it } from 'vitest';
import type { Identity, Side, Terms } from '../../src/protocol/index.js';
import { decodeMessage } from '../../src/protocol/index.js';
import type { PairRun, TestSide } from '../support/session-pair.js';
import { TERMS, runPair, testIdentity } from '../support/session-pair.js';
import { requestDigest } from '../../src/protocol/request.js';
import { EXAMPLES } from './support/messages.js';
import { COHORTS, SPENDERS, countsOf, measuredPair } from './support/measured.js';
import type { RecordingLedger } from './support/recording-ledger.js';
import { recordingLedger } from './support/recording-ledger.js';
import { SIDES, otherSide } from './support/stepping.js';

/** Two parties that keep their identities and ledgers over several sessions; without a ledger when `undefined`. */
interface Parties {
  readonly ledgers: Readonly<Record<Side, RecordingLedger>>;
  readonly identities: Readonly<Record<Side, Identity>>;
}
const newParties = (): Parties => ({
  ledgers: { initiator: recordingLedger(), responder: recordingLedger() },
  identities: { initiator: testIdentity(), responder: testIdentity() },
});

interface Change {
  readonly terms?: Partial<Terms>;
  readonly initiator?: Partial<TestSide>;
  readonly responder?: Partial<TestSide>;
}

async function run({ ledgers, identities }: Parties, change: Change = {}): Promise<PairRun> {
  const settings = (side: Side) => ({ settings: { ledger: ledgers[side], identity: identities[side] } });
  const pair = measuredPair(change.terms, {
    initiator: { ...SPENDERS, ...settings('initiator'), ...change.initiator },
    responder: { ...COHORTS, ...settings('responder'), ...change.responder },
  });
  const result = await runPair(pair.initiator, pair.responder);
  expect(result.errors).toEqual({});
  return result;
}

const types = ({ frames }: PairRun): string[] => frames.map(({ frame }) => decodeMessage(frame).type).sort();
const answers = (result: PairRun) => SIDES.map((side) => countsOf(result[side]));
function inputTag({ frames }: PairRun, side: Side): string {
  for (const { from, frame } of frames) {
    const message = decodeMessage(frame);
    if (from === side && message.type === 'inventory') return Buffer.from(message.input).toString('hex');
  }
  throw new Error('no inventory');
}
const without = ({ identities }: Parties, side: Side) => ({
  [side]: { settings: { ledger: undefined, identity: identities[side] } },
});

describe('the same request a second time', () => {
  it('is answered from both ledgers: no stream, no figure, nothing drawn and nothing spent', async () => {
    const parties = newParties();
    const first = await run(parties);
    const second = await run(parties);
    expect(types(second)).toEqual(
      ['hello', 'offer', 'accept', 'inventory', 'recall', 'receipt']
        .flatMap((type) => (type === 'offer' || type === 'accept' ? [type] : [type, type]))
        .sort(),
    );
    expect(answers(second)).toEqual(answers(first));
    for (const side of SIDES) {
      expect(first[side].outcome?.answeredFrom).toBeUndefined();
      expect(second[side].outcome?.answeredFrom).toEqual(first[side].outcome?.session);
      expect(second[side].outcome?.session).not.toEqual(first[side].outcome?.session);
      expect(parties.ledgers[side].events).toEqual(['recall', 'reserve', 'commit', 'finish', 'recall']);
    }
    // Both sign the new transcript.
    const receipts = SIDES.map((side) => second[side].outcome!.receipts);
    expect(receipts[0]!.transcript).toBe(receipts[1]!.transcript);
    expect(receipts[0]!.transcript).not.toBe(first.initiator.outcome!.receipts.transcript);
  });

  it('gives the same answer for ever', async () => {
    const parties = newParties();
    const first = await run(parties);
    for (let i = 0; i < 3; i += 1) expect(answers(await run(parties))).toEqual(answers(first));
  });

  it.each(SIDES)('is computed afresh, and spends again, when only the %s has the answer', async (side) => {
    const parties = newParties();
    const first = await run(parties);
    parties.ledgers[otherSide(side)].answers.clear();
    const second = await run(parties);
    expect(types(second)).toEqual(types(first));
    const spentTwice = ['recall', 'reserve', 'commit', 'finish', 'recall', 'reserve', 'commit', 'finish'];
    for (const each of SIDES) {
      expect(second[each].outcome?.answeredFrom).toBeUndefined();
      expect(parties.ledgers[each].events).toEqual(spentTwice);
    }
    // From then on both have the second answer.
    const third = await run(parties);
    expect(answers(third)).toEqual(answers(second));
    expect(third[side].outcome?.answeredFrom).toEqual(second[side].outcome?.session);
  });

  it.each(SIDES)('is computed afresh when the %s keeps no ledger', async (side) => {
    const parties = newParties();
    await run(parties, without(parties, side));
    const second = await run(parties, without(parties, side));
    expect(second[side].outcome?.answeredFrom).toBeUndefined();
    expect(types(second)).toContain('chunk');
  });

  it('ends with a damaged ledger where that is no answer, and the peer is not told why', async () => {
    const damaged = (change: (text: string) => string) => async (): Promise<void> => {
      const parties = newParties();
      await run(parties);
      const { answers: kept } = parties.ledgers.initiator;
      for (const [request, text] of kept) kept.set(request, change(text));
      const settings = (side: Side) => ({
        settings: { ledger: parties.ledgers[side], identity: parties.identities[side] },
      });
      const pair = measuredPair(
        {},
        {
          initiator: { ...SPENDERS, ...settings('initiator') },
          responder: { ...COHORTS, ...settings('responder') },
        },
      );
      const { errors } = await runPair(pair.initiator, pair.responder);
      expect(errors.initiator).toMatchObject({ code: 'ledger/damaged' });
      expect(errors.responder).toMatchObject({ code: 'peer/stopped', reportedBy: 'peer' });
    };
    const edit = (change: (answer: Record<string, unknown>) => unknown) => (text: string) =>
      JSON.stringify(change(JSON.parse(text) as Record<string, unknown>));
    for (const change of [
      () => '',
      () => 'null',
      () => '{}',
      (text: string) => text.slice(0, -1),
      edit((answer) => ({ ...answer, extra: 1 })),
      edit((answer) => ({ ...answer, session: '00' })),
      edit((answer) => ({ ...answer, session: 'zz'.repeat(32) })),
      edit((answer) => ({ ...answer, counts: [1, 2] })),
      edit((answer) => ({ ...answer, counts: [1, 2, 0.5] })),
      edit((answer) => ({ ...answer, counts: [1, 2, 2 ** 53] })),
      edit((answer) => ({ ...answer, columns: [] })),
      edit((answer) => ({
        ...answer,
        columns: [
          [1, 2, 3],
          [1, 2, 3],
          [1, 2],
        ],
      })),
      edit((answer) => ({
        ...answer,
        columns: [
          [1, 2, 3],
          [1, 2, 3],
          [1, 2, '3'],
        ],
      })),
    ]) {
      await damaged(change)();
    }
    await expect(damaged((text) => text)()).rejects.toThrow();
  });
});

describe('another request', () => {
  const changed = (values: Float64Array, at: number): Float64Array =>
    values.map((value, i) => (i === at ? value + 1 : value));
  it.each<[string, Change]>([
    ['purpose', { terms: { purpose: 'another' } }],
    ['epsilon', { terms: { epsilon: '19' } }],
    ['share of labels', { terms: { shareLabels: false } }],
    ['list of the measure party', { initiator: { names: [...SPENDERS.names.slice(0, 3), 'b@x.test'] } }],
    ['order of its list', { initiator: { names: SPENDERS.names.toReversed() } }],
    [
      'value of one row',
      { initiator: { measures: [SPENDERS.measures![0]!, changed(SPENDERS.measures![1]!, 1)] } },
    ],
    ['list of the cohort party', { responder: { names: [...COHORTS.names.slice(0, 4), 'b@x.test'] } }],
    ['cell of two rows', { responder: { cellOf: [1, 0, 0, 1, 2] } }],
    ['label of a cell', { responder: { labels: ['x', 'y', 'zz'] } }],
  ])('is one with another %s', async (_, change) => {
    const parties = newParties();
    await run(parties);
    const second = await run(parties, change);
    for (const side of SIDES) {
      const { requests, events } = parties.ledgers[side];
      expect(new Set(requests).size).toBe(2);
      expect(events.filter((step) => step === 'commit')).toHaveLength(2);
      expect(second[side].outcome?.answeredFrom).toBeUndefined();
    }
    // And back again.
    expect((await run(parties)).initiator.outcome?.answeredFrom).toBeDefined();
  });

  it.each(SIDES)('is one with another partner than the %s', async (side) => {
    const parties = newParties();
    await run(parties);
    const identities = { ...parties.identities, [side]: testIdentity() };
    await run({ ...parties, identities });
    expect(new Set(parties.ledgers[otherSide(side)].requests).size).toBe(2);
  });

  it('is one under another key of either side, whatever the inventories say', () => {
    const key = (byte: number) => ({ key: new Uint8Array(32).fill(byte), inventory: EXAMPLES.inventory });
    const digest = (initiator: number, responder: number): string =>
      Buffer.from(requestDigest(TERMS, [key(initiator), key(responder)])).toString('hex');
    expect(new Set([digest(1, 2), digest(1, 3), digest(3, 2), digest(2, 1)]).size).toBe(4);
    expect(digest(1, 2)).toBe(digest(1, 2));
  });

  it('is one with the roles of the two sides exchanged', async () => {
    const parties = newParties();
    await run(parties);
    const { ledgers, identities } = parties;
    const as = (side: Side) => ({ settings: { ledger: ledgers[side], identity: identities[side] } });
    const pair = measuredPair(
      { initiatorRole: 'cohorts' },
      { initiator: { ...COHORTS, ...as('responder') }, responder: { ...SPENDERS, ...as('initiator') } },
    );
    expect((await runPair(pair.initiator, pair.responder)).errors).toEqual({});
    expect(new Set(ledgers.initiator.requests).size).toBe(2);
  });
});

describe('the input tag', () => {
  it('is the same for the same list with a ledger, and random without', async () => {
    const parties = newParties();
    for (const side of SIDES) {
      const other = otherSide(side);
      const runs = [await run(parties, without(parties, other)), await run(parties, without(parties, other))];
      const [kept, random] = [side, other].map((each) => new Set(runs.map((one) => inputTag(one, each))));
      expect([kept!.size, random!.size]).toEqual([1, 2]);
    }
  });

  it('differs between two partners who are given the same list', async () => {
    const [here, there] = [newParties(), newParties()];
    const tags = [
      await run(here),
      await run({ ...here, identities: { ...here.identities, responder: there.identities.responder } }),
    ];
    expect(new Set(tags.map((one) => inputTag(one, 'initiator'))).size).toBe(2);
  });

  it('differs between two parties with the same list', async () => {
    const tags = [await run(newParties()), await run(newParties())].map((one) => inputTag(one, 'initiator'));
    expect(tags[0]).not.toBe(tags[1]);
  });
});
