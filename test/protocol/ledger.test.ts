import { afterEach, describe, expect, it, vi } from 'vitest';
import { VesicaError } from '../../src/errors.js';
import { memoryLedger } from '../../src/ledger/index.js';
import { costOfRelease } from '../../src/protocol/measures.js';
import type { SessionLedger, Side, Terms } from '../../src/protocol/index.js';
import { decodeMessage } from '../../src/protocol/index.js';
import { systemRandom } from '../../src/system-random.js';
import type { PairRun } from '../support/session-pair.js';
import { TERMS, runPair } from '../support/session-pair.js';
import { COHORTS, SPENDERS, SUMS, measuredPair } from './support/measured.js';
import { observer } from './support/recorded-noise.js';
import type { LedgerStep } from './support/recording-ledger.js';
import { recordingLedger } from './support/recording-ledger.js';
import type { Pair } from './support/stepping.js';
import {
  SIDES,
  cheapPair,
  emails,
  failureOf,
  messageBefore,
  otherSide,
  runUntil,
  tell,
} from './support/stepping.js';

vi.mock(import('../../src/dp/index.js'), async (original) =>
  (await import('./support/recorded-noise.js')).recordingDp(await original()),
);
afterEach(() => {
  observer.onDraw = () => undefined;
});

type Ledgers = Readonly<Record<Side, SessionLedger>>;

/** The measure party is the initiator. */
function pairWith(ledgers: Partial<Ledgers>, terms: Partial<Terms> = {}): Pair {
  return measuredPair(terms, {
    initiator: { ...SPENDERS, settings: { ledger: ledgers.initiator } },
    responder: { ...COHORTS, settings: { ledger: ledgers.responder } },
  });
}
const stageOf = (frame: Uint8Array): string => {
  const message = decodeMessage(frame);
  return message.type === 'chunk' ? message.stage : message.type;
};
const saidBy = ({ frames }: PairRun, side: Side): string[] =>
  frames.filter(({ from }) => from === side).map(({ frame }) => stageOf(frame));

describe('a session with a ledger on both sides', () => {
  it('reserves, draws, commits, and only then tells a noisy figure; the ledger gets the answer', async () => {
    const log: string[] = [];
    const randoms = { initiator: { ...systemRandom }, responder: { ...systemRandom } };
    observer.onDraw = ({ random }) =>
      void log.push(`${SIDES.find((side) => randoms[side] === random) ?? ''} draw`);
    const settings = (side: Side) => ({
      random: randoms[side],
      settings: { ledger: recordingLedger((step) => void log.push(`${side} ${step}`)) },
    });
    const pair = measuredPair(
      {},
      {
        initiator: { ...SPENDERS, ...settings('initiator') },
        responder: { ...COHORTS, ...settings('responder') },
      },
    );
    const run = await runPair(pair.initiator, pair.responder, (from, frame) => {
      log.push(`${from} says ${stageOf(frame)}`);
      return frame;
    });
    expect(run.errors).toEqual({});

    const first = (step: string): number => log.indexOf(step);
    const order = (side: Side, ...wanted: string[]): void => {
      const places = wanted.map((step) => first(`${side} ${step}`));
      expect(places, wanted.join()).not.toContain(-1);
      expect(places, wanted.join()).toEqual(places.toSorted((a, b) => a - b));
    };
    order('initiator', 'recall', 'reserve', 'draw', 'says keys', 'commit', 'says tags', 'says list');
    order('initiator', 'commit', 'says figures', 'finish');
    order('responder', 'recall', 'reserve', 'draw', 'says dummies', 'commit', 'says sums', 'says figures');
    order('responder', 'commit', 'says figures', 'finish');
    // The cohort party has the whole list before its cost is spent.
    expect(first('initiator says list')).toBeLessThan(first('responder commit'));
    // Every draw of a side comes before the first chunk that it sends: a count and three columns in three cells.
    for (const [side, chunk] of [
      ['initiator', 'says keys'] as const,
      ['responder', 'says dummies'] as const,
    ]) {
      expect(log.filter((step) => step === `${side} draw`)).toHaveLength(3 * (1 + 3));
      expect(log.lastIndexOf(`${side} draw`)).toBeLessThan(first(`${side} ${chunk}`));
      for (const step of ['reserve', 'commit', 'finish']) {
        expect(
          log.filter((entry) => entry === `${side} ${step}`),
          step,
        ).toHaveLength(1);
      }
    }
    expect(log.join()).not.toContain('release');
  });

  it('asks for what its own figures cost, under one digest of the request on both sides', async () => {
    const ledgers = { initiator: recordingLedger(), responder: recordingLedger() };
    const pair = pairWith(ledgers);
    expect((await runPair(pair.initiator, pair.responder)).errors).toEqual({});
    const terms = { ...TERMS, ...SUMS };
    expect(ledgers.initiator.costs).toEqual([costOfRelease(terms, 'measures')]);
    expect(ledgers.responder.costs).toEqual([costOfRelease(terms, 'cells')]);
    expect(ledgers.initiator.requests).toEqual(ledgers.responder.requests);
    expect(ledgers.initiator.requests).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });

  it('is not looked at where nothing is told that noise protects', async () => {
    const names = emails('a', 3);
    const events = async (terms: Partial<Terms>): Promise<LedgerStep[][]> => {
      const ledgers = { initiator: recordingLedger(), responder: recordingLedger() };
      const settings = (side: Side) => ({ names, settings: { ledger: ledgers[side] } });
      const pair = cheapPair(terms, settings('initiator'), settings('responder'));
      expect((await runPair(pair.initiator, pair.responder)).errors).toEqual({});
      return SIDES.map((side) => ledgers[side].events);
    };
    const all = ['recall', 'reserve', 'commit', 'finish'];
    const dp = { mode: 'psi-ca', disclosure: 'dp', epsilon: '4', delta: '0.001' } as const;
    expect(await events({})).toEqual([[], []]);
    expect(await events({ mode: 'psi-ca', disclosure: 'exact' })).toEqual([[], []]);
    // The receiver, who keeps its results, tells nothing.
    expect(await events({ ...dp, shareResults: false })).toEqual([[], all]);
    expect(await events(dp)).toEqual([all, all]);
  });
});

describe('a session that fails', () => {
  const limit = { epsilon: '12', delta: '0.001' };
  const spent = (ledger: ReturnType<typeof memoryLedger>): string => JSON.stringify(ledger.statement(), text);
  const text = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

  it.each(SIDES)('before the %s has told a noisy figure gives its reservation back', async (side) => {
    const ledgers = { initiator: recordingLedger(), responder: recordingLedger() };
    const pair = pairWith(ledgers);
    await runUntil(pair, side, 'streaming');
    expect(await failureOf(pair[side].receive(Uint8Array.of(0xc1)))).toBeDefined();
    expect(ledgers[side].events).toEqual(['recall', 'reserve', 'release']);
  });

  it.each(SIDES)('because the connection of the %s broke gives it back too', async (side) => {
    const ledgers = { initiator: recordingLedger(), responder: recordingLedger() };
    const pair = pairWith(ledgers);
    await runUntil(pair, side, 'streaming');
    const broken = new VesicaError('transport/closed', 'gone');
    expect(decodeMessage(pair[side].farewell(broken)!)).toMatchObject({ code: 'peer/stopped' });
    expect(ledgers[side].events).toEqual(['recall', 'reserve', 'release']);
    expect(pair[side].state).toBe('failed');
    expect(await failureOf(pair[side].next())).toBe(broken);
  });

  it('while it reserves gives back what it gets', async () => {
    let go = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (go = resolve));
    const ledger = recordingLedger((step) => (step === 'reserve' ? waiting : undefined));
    const pair = pairWith({ initiator: ledger });
    const recall = await messageBefore(pair, 'responder', 'recall');
    const listening = tell(pair.initiator, recall);
    const broken = new VesicaError('transport/closed', 'gone');
    pair.initiator.farewell(broken);
    go();
    expect(await listening).toBe(broken);
    expect(ledger.events).toEqual(['recall', 'reserve', 'release']);
  });

  it.each(SIDES)('after the %s committed has spent, and not before', async (side) => {
    const ledgers = { initiator: memoryLedger({ limit }), responder: memoryLedger({ limit }) };
    const unspent = spent(ledgers[side]);
    const firstNoisy = side === 'initiator' ? 'tags' : 'sums';
    const pair = pairWith(ledgers, { epsilon: '12' });
    const before: string[] = [];
    const run = await runPair(pair.initiator, pair.responder, (from, frame) => {
      if (from !== side) return frame;
      before.push(spent(ledgers[side]));
      return stageOf(frame) === firstNoisy ? undefined : frame;
    });
    // The frame that carries the noise never arrives, so the session ends for another reason.
    expect(run[side].outcome).toBeUndefined();
    pair[side].farewell(new VesicaError('transport/timeout', 'silence'));
    expect(spent(ledgers[side])).not.toBe(unspent);
    expect(before[0]).not.toBe(spent(ledgers[side]));
  });

  it.each(SIDES)(
    'for want of budget at the %s tells the peer which budget, and streams nothing',
    async (side) => {
      const poor = { epsilon: '11.999', delta: '0.001' };
      const pair = pairWith({ [side]: memoryLedger({ limit: poor }) }, { epsilon: '12' });
      const run = await runPair(pair.initiator, pair.responder);
      expect(run.errors[side]).toMatchObject({ code: 'budget/exceeded', reportedBy: 'self' });
      expect(run.errors[otherSide(side)]).toMatchObject({ code: 'budget/exceeded', reportedBy: 'peer' });
      expect(saidBy(run, side)).toEqual(
        expect.not.arrayContaining(['chunk', 'tags', 'keys', 'dummies', 'elements']),
      );
    },
  );

  it.each([
    ['initiator', ['tags', 'list', 'figures', 'receipt']],
    ['responder', ['sums', 'figures', 'receipt']],
  ] as const)('because the ledger of the %s cannot write: nothing noisy leaves', async (side, noisy) => {
    const ledger = recordingLedger((step) => {
      if (step === 'commit') throw new VesicaError('ledger/unwritable', 'disk full');
    });
    const pair = pairWith({ [side]: ledger });
    const run = await runPair(pair.initiator, pair.responder);
    expect(run.errors[side]).toMatchObject({ code: 'ledger/unwritable' });
    expect(run.errors[otherSide(side)]).toMatchObject({ code: 'peer/stopped', reportedBy: 'peer' });
    for (const stage of noisy) expect(saidBy(run, side)).not.toContain(stage);
    expect(ledger.events).toEqual(['recall', 'reserve', 'release']);
  });

  it('never: while the ledger is still writing, no tag leaves', async () => {
    let go = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (go = resolve));
    const ledger = recordingLedger((step) => (step === 'commit' ? waiting : undefined));
    const pair = pairWith({ initiator: ledger });
    const elements = await messageBefore(pair, 'responder', 'chunk', ({ stage }) => stage === 'elements');
    const listening = tell(pair.initiator, elements);
    const said = async (): Promise<string[]> => {
      const stages: string[] = [];
      for (let turn = 0; turn < 20; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        const frame = await pair.initiator.next();
        if (frame !== undefined) stages.push(stageOf(frame));
      }
      return stages;
    };
    expect(await said()).not.toContain('tags');
    go();
    expect(await listening).toBeUndefined();
    expect(await said()).toContain('tags');
  });

  it('but not because the answer could not be kept', async () => {
    const ledger = recordingLedger((step) => {
      if (step === 'finish') throw new VesicaError('ledger/unwritable', 'disk full');
    });
    const pair = pairWith({ responder: ledger });
    expect((await runPair(pair.initiator, pair.responder)).errors).toEqual({});
    expect(pair.responder.outcome?.notKept).toMatchObject({ code: 'ledger/unwritable' });
    expect(pair.initiator.outcome?.notKept).toBeUndefined();
    expect(ledger.events).toEqual(['recall', 'reserve', 'commit']);
  });
});
