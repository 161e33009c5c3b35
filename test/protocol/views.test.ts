import { expect, describe, it, vi } from 'vitest';
import { availableEngines, bigIntToScalar, createEngine, inlineOperations } from '../../src/group/index.js';
import type { MeasureTerm, Side } from '../../src/protocol/index.js';
import { decodeMessage } from '../../src/protocol/index.js';
import type { RandomSource } from '../../src/random.js';
import { systemRandom } from '../../src/system-random.js';
import type { PairRun, TestSide } from '../support/session-pair.js';
import { runPair } from '../support/session-pair.js';
import { SUMS, countsOf, measuredPair } from './support/measured.js';
import { draws } from './support/recorded-noise.js';
import { SIDES, emails, otherSide } from './support/stepping.js';

vi.mock(import('../../src/dp/index.js'), async (original) =>
  (await import('./support/recorded-noise.js')).recordingDp(await original()),
);

/**
 * All numbers that a party has in a session with measures: what it learned, what it drew, what came and went in frames,
 * and what everybody knows. Whatever it adds or subtracts, the exact figures must not come out; with the noise of the
 * other party they must. The lists differ from session to session, so that what comes out in all of them is no chance.
 */

const CELLS = 2;
const SPENT: MeasureTerm = { name: 'spent', quantum: '1', bound: '9', statistic: 'sum-and-squares' };
const COLUMNS = 2;
const SESSIONS = 8;

/** One figure of one cell, or of both cells together: its exact value, and what each side has that bears on it. */
interface Figure {
  readonly exact: number;
  readonly views: Readonly<Record<Side, readonly number[]>>;
  readonly noise: Readonly<Record<Side, number>>;
}

interface Played {
  readonly run: PairRun;
  /** The count of each cell, then each column of each cell. */
  readonly figures: readonly Figure[];
}

/** The measure party is the initiator. Every noise is drawn until none of a session is 0. */
async function play(seed: number): Promise<Played> {
  const matched = 3 + (seed % 4);
  const names = emails('a', 12);
  const randoms: Record<Side, RandomSource> = {
    initiator: { ...systemRandom },
    responder: { ...systemRandom },
  };
  const cohorts: TestSide = { names, cellOf: names.map((_, i) => (i + seed) % CELLS), labels: ['c', 't'] };
  const own = [...names.slice(0, matched), ...emails('b', 8 - matched + (seed % 3))];
  const quanta = own.map((_, i) => 1 + ((3 * i + 2 * seed) % 9));
  for (;;) {
    draws.length = 0;
    const pair = measuredPair(
      { measures: [SPENT], epsilon: '3', delta: '0.001' },
      {
        initiator: { names: own, measures: [Float64Array.from(quanta)], random: randoms.initiator },
        responder: { ...cohorts, random: randoms.responder },
      },
    );
    const run = await runPair(pair.initiator, pair.responder);
    expect(run.errors).toEqual({});
    if (draws.some(({ value }) => value === 0n)) continue;
    const drawn = (side: Side): number[] =>
      draws.filter(({ random }) => random === randoms[side]).map(({ value }) => Number(value));
    const told = (side: Side): number[] => integersIn(run, side);
    const exactOf = (value: (i: number) => number): number[] =>
      Array.from({ length: CELLS }, (_, cell) =>
        own.reduce((sum, __, i) => (i < matched && cohorts.cellOf![i] === cell ? sum + value(i) : sum), 0),
      );
    const result = (side: Side): number[][] => {
      const { counts, measures } = countsOf(run[side]);
      return [
        counts!.map(({ count }) => count),
        measures[0]!.sums as number[],
        measures[0]!.squares as number[],
      ];
    };
    const exact = [exactOf(() => 1), exactOf((i) => quanta[i]!), exactOf((i) => quanta[i]! ** 2)];
    const [mine, theirs] = [drawn('initiator'), drawn('responder')];
    const figures = exact.flatMap((values, kind) =>
      values.map((value, cell): Figure => {
        const noise = {
          initiator: mine[kind * CELLS + cell]!,
          responder: kind === 0 ? theirs[cell]! : theirs[CELLS + cell * COLUMNS + kind - 1]!,
        };
        const inFrame = kind === 0 ? told('responder')[cell]! : told('initiator')[(kind - 1) * CELLS + cell]!;
        const known = [cohorts.cellOf!.filter((of) => of === cell).length, own.length];
        const view = (side: Side) => [result(side)[kind]![cell]!, noise[side], inFrame, ...known];
        return { exact: value, noise, views: { initiator: view('initiator'), responder: view('responder') } };
      }),
    );
    return { run, figures };
  }
}

/** The integers of the one `figures` message that `from` sent. */
function integersIn({ frames }: PairRun, from: Side): number[] {
  const messages = frames.flatMap(({ from: sender, frame }) => {
    const message = decodeMessage(frame);
    return sender === from && message.type === 'figures' ? [message.values] : [];
  });
  expect(messages).toHaveLength(1);
  const view = new DataView(messages[0]!.buffer, messages[0]!.byteOffset, messages[0]!.length);
  return Array.from({ length: messages[0]!.length / 8 }, (_, i) => Number(view.getBigInt64(8 * i)));
}

/** Every way to add up numbers with factors from -2 to 2. */
function* combinations(length: number): Generator<readonly number[]> {
  if (length === 0) yield [];
  else
    for (const rest of combinations(length - 1))
      for (const factor of [-2, -1, 0, 1, 2]) yield [...rest, factor];
}
/** The ways in which the exact values come out of the numbers in every one of the sessions. */
function revealing(
  sessions: readonly { exact: number; numbers: readonly number[] }[],
): (readonly number[])[] {
  return [...combinations(sessions[0]!.numbers.length)].filter((factors) =>
    sessions.every(
      ({ exact, numbers }) => numbers.reduce((sum, number, i) => sum + number * factors[i]!, 0) === exact,
    ),
  );
}

describe('the view of a party in a session with measures', async () => {
  const played: Played[] = [];
  for (let seed = 0; seed < SESSIONS; seed += 1) played.push(await play(seed));
  const kinds = ['count', 'sum', 'sum of squares'];
  const cases = SIDES.flatMap((side) => kinds.map((kind, i): [string, Side, number] => [kind, side, i]));

  it.each(cases)('gives no exact %s to the %s, whatever it adds up', (_, side, kind) => {
    for (let cell = 0; cell < CELLS; cell += 1) {
      const figures = played.map(({ figures: all }) => all[kind * CELLS + cell]!);
      const own = figures.map(({ exact, views }) => ({ exact, numbers: views[side] }));
      expect(revealing(own)).toEqual([]);
      // With the partner's noise there is a way: the party's own figure less that noise.
      const both = figures.map(({ exact, views, noise }) => ({
        exact,
        numbers: [...views[side].slice(0, 3), noise[otherSide(side)]],
      }));
      expect(revealing(both)).toContainEqual([1, 0, 0, -1]);
    }
  });

  it.each(cases)('gives no exact %s of all cells together to the %s', (_, side, kind) => {
    const sums = played.map(({ figures }) => {
      const cells = figures.slice(kind * CELLS, (kind + 1) * CELLS);
      const add = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0);
      return {
        exact: add(cells.map(({ exact }) => exact)),
        numbers: [0, 1, 2, 3].map((i) => add(cells.map(({ views }) => views[side][i]!))),
        partner: add(cells.map(({ noise }) => noise[otherSide(side)])),
      };
    });
    expect(revealing(sums)).toEqual([]);
    expect(
      revealing(
        sums.map(({ exact, numbers, partner }) => ({ exact, numbers: [...numbers.slice(0, 3), partner] })),
      ),
    ).toContainEqual([1, 0, 0, -1]);
  });

  it('has no other numbers: everything else that comes is known, or bytes of group elements', () => {
    for (const { run } of played) {
      for (const side of SIDES) {
        const received = run.frames
          .filter(({ from }) => from !== side)
          .map(({ frame }) => decodeMessage(frame));
        const types = new Set(received.map(({ type }) => type));
        types.delete('offer');
        types.delete('accept');
        expect([...types].sort()).toEqual([
          'ack',
          'chunk',
          'figures',
          'hello',
          'inventory',
          'recall',
          'receipt',
        ]);
      }
    }
  });

  it('has no small multiple of the generator in any ciphertext, so that nothing is in the clear', async () => {
    const [fastest] = availableEngines();
    const engine = createEngine(`${fastest!.name}:${fastest!.variant}`);
    const settings = { operations: inlineOperations(engine) };
    const names = emails('a', 4);
    const pair = measuredPair(
      { ...SUMS, measures: [SPENT] },
      {
        initiator: { names, measures: [Float64Array.of(1, 2, 3, 9)], settings },
        responder: { names, cellOf: [0, 1, 0, 1], labels: ['c', 't'], settings },
      },
    );
    const { errors, frames } = await runPair(pair.initiator, pair.responder);
    expect(errors).toEqual({});
    const parts = frames.flatMap(({ frame }) => {
      const message = decodeMessage(frame);
      if (message.type !== 'chunk' || message.stage === 'tags') return [];
      return Array.from({ length: message.items.length / 32 }, (_, i) =>
        Buffer.from(message.items.subarray(32 * i, 32 * i + 32)).toString('hex'),
      );
    });
    const generator = engine.multiplyBase(bigIntToScalar(1n));
    const start = engine.multiplyBase(bigIntToScalar(-2000n));
    const small = Buffer.from(engine.walk(start, generator, 4001))
      .toString('hex')
      .match(/.{64}/g)!;
    expect(small[2009]).toBe(Buffer.from(engine.multiplyBase(bigIntToScalar(9n))).toString('hex'));
    const known = new Set(small);
    expect(parts.length).toBeGreaterThan(50);
    expect(parts.filter((part) => known.has(part))).toEqual([]);
    // No part of any frame occurs twice either: every nonce is new.
    expect(new Set(parts).size).toBe(parts.length);
  });
});
