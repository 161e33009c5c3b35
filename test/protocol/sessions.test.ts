import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asVesicaError, type VesicaError } from '../../src/errors.js';
import type { Session, Side, Terms } from '../../src/protocol/index.js';
import { LIMITS } from '../../src/protocol/index.js';
import type { TestSide } from '../support/session-pair.js';
import { operations, runPair } from '../support/session-pair.js';
import type { Pair } from './support/stepping.js';
import { SIDES, cheapPair, emails, failureOf, otherSide } from './support/stepping.js';

/** What each side learned: names of matched rows, counts by cell, or `undefined` where it may not learn. */
function answerOf(session: Session, names: readonly string[]): string[] | number[] | undefined {
  const result = session.outcome?.result;
  if (result === undefined) throw new Error('the session is not done');
  if (result.kind === 'counts') return result.counts?.map(({ count }) => count);
  return result.matched === undefined ? undefined : [...result.matched].map((position) => names[position]!);
}

/** Two lists of different names with a known overlap, in a random order each. */
const twoLists = (most: number): fc.Arbitrary<[string[], string[]]> =>
  fc
    .tuple(
      fc.uniqueArray(fc.integer({ min: 0, max: 2 * most }), { maxLength: most }),
      fc.uniqueArray(fc.integer({ min: 0, max: 2 * most }), { maxLength: most }),
    )
    .map(([a, b]) => [a.map((n) => `${n}@x.test`), b.map((n) => `${n}@x.test`)]);

const common = (own: readonly string[], peer: readonly string[]): string[] => {
  const theirs = new Set(peer);
  return own.filter((name) => theirs.has(name));
};

async function checkPsi(
  lists: [string[], string[]],
  role: Terms['initiatorRole'],
  side: TestSide['settings'],
): Promise<void> {
  const [a, b] = lists;
  const extra = side === undefined ? {} : { settings: side };
  const pair = cheapPair({ initiatorRole: role }, { names: a, ...extra }, { names: b, ...extra });
  const run = await runPair(pair.initiator, pair.responder);
  expect(run.errors).toEqual({});
  expect(answerOf(pair.initiator, a)).toEqual(role === 'sender' ? undefined : common(a, b));
  expect(answerOf(pair.responder, b)).toEqual(role === 'receiver' ? undefined : common(b, a));
}

const anyRole = fc.constantFrom('receiver', 'sender', 'both');

describe('a whole session finds what a plain Set finds', () => {
  it('psi, in the real group', async () => {
    await fc.assert(
      fc.asyncProperty(twoLists(5), anyRole, (lists, role) => checkPsi(lists, role, { operations })),
      { numRuns: 15 },
    );
  });

  it('psi, many lists in the cheap group', async () => {
    await fc.assert(
      fc.asyncProperty(twoLists(60), anyRole, (lists, role) => checkPsi(lists, role, undefined)),
      { numRuns: 50 },
    );
  });

  it('exact counts by cell, whichever side has the cells and whichever starts', async () => {
    await fc.assert(
      fc.asyncProperty(
        twoLists(40),
        fc.record({
          cells: fc.integer({ min: 1, max: 5 }),
          holder: fc.constantFrom(...SIDES),
          shareResults: fc.boolean(),
          draws: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
        }),
        async ([a, b], { cells, holder, shareResults, draws }) => {
          const cellOf = a.map((_, i) => draws[i]! % cells);
          const labels = Array.from({ length: cells }, (_, i) => `cell ${i}`);
          const cohorts: TestSide = { names: a, cellOf, labels };
          const terms: Partial<Terms> = {
            mode: 'aggregate',
            disclosure: 'exact',
            initiatorRole: holder === 'initiator' ? 'cohorts' : 'measures',
            shareResults,
          };
          const other: TestSide = { names: b };
          const pair =
            holder === 'initiator' ? cheapPair(terms, cohorts, other) : cheapPair(terms, other, cohorts);
          expect((await runPair(pair.initiator, pair.responder)).errors).toEqual({});
          const expected = labels.map(
            (_, cell) =>
              common(
                a.filter((_name, i) => cellOf[i] === cell),
                b,
              ).length,
          );
          expect(answerOf(pair[holder], a)).toEqual(expected);
          expect(answerOf(pair[otherSide(holder)], b)).toEqual(shareResults ? expected : undefined);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('sizes around a chunk', () => {
  const { chunkItems } = LIMITS;
  const sizes = [chunkItems / 2 - 1, chunkItems / 2, chunkItems - 1, chunkItems, chunkItems + 1];

  // In the cheap group: in the real one a list of this size takes the reference engine half a minute.
  it.each(sizes)('psi with %i rows on both sides, a third in common', async (size) => {
    const shared = Math.floor(size / 3);
    const lists: [string[], string[]] = [
      [...emails('a', size - shared), ...emails('s', shared)],
      [...emails('s', shared), ...emails('b', size - shared)],
    ];
    await checkPsi(lists, 'both', undefined);
  });

  it.each([chunkItems - 1, chunkItems, chunkItems + 1])('counts with a cell of %i keys', async (size) => {
    const names = emails('a', size + 2);
    const cohorts: TestSide = {
      names,
      cellOf: names.map((_, i) => (i < 2 ? 1 : 0)),
      labels: ['large', 'small'],
    };
    const terms = { mode: 'aggregate', initiatorRole: 'cohorts', disclosure: 'exact' } as const;
    const pair = cheapPair(terms, cohorts, { names: names.slice(1, -1) });
    expect((await runPair(pair.initiator, pair.responder)).errors).toEqual({});
    expect(answerOf(pair.initiator, names)).toEqual([size - 1, 1]);
  });
});

describe('two loops a side', () => {
  /**
   * Drives a session as a socket does: one loop sends, one receives, and they overlap. `pauses` decides how many turns of
   * the microtask queue pass before each call.
   */
  async function runLoops(pair: Pair, pauses: () => number): Promise<Partial<Record<Side, VesicaError>>> {
    const inboxes: Record<Side, Uint8Array[]> = { initiator: [], responder: [] };
    const errors: Partial<Record<Side, VesicaError>> = {};
    let idleTurns = 0;
    /** Runs `turn` until it says that it has ended, or until nobody has said anything for long. */
    const loop = async (side: Side, turn: () => Promise<'worked' | 'idle' | 'ended'>): Promise<void> => {
      try {
        for (let outcome = 'worked'; outcome !== 'ended' && idleTurns < 2000;) {
          for (let left = pauses(); left > 0; left -= 1) await Promise.resolve();
          outcome = await turn();
          idleTurns = outcome === 'worked' ? 0 : idleTurns + 1;
        }
      } catch (error) {
        errors[side] ??= asVesicaError(error);
      }
    };
    const send = (side: Side) => async () => {
      const frame = await pair[side].next();
      if (frame === undefined) return pair[side].state === 'done' ? 'ended' : 'idle';
      inboxes[otherSide(side)].push(frame.slice());
      return 'worked';
    };
    const receive = (side: Side) => async () => {
      const frame = inboxes[side].shift();
      if (frame === undefined) return pair[side].state === 'done' ? 'ended' : 'idle';
      await pair[side].receive(frame);
      return 'worked';
    };
    await Promise.all(SIDES.flatMap((side) => [loop(side, send(side)), loop(side, receive(side))]));
    return errors;
  }

  it.each([
    ['psi', { mode: 'psi', initiatorRole: 'both' }],
    ['psi-ca', { mode: 'psi-ca', disclosure: 'dp', epsilon: '20', delta: '0.001' }],
  ] as const)('%s ends well however they interleave', async (_, terms) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 97 }), async (turns) => {
        const pair = cheapPair(terms, { names: emails('a', 3) }, { names: emails('a', 2) });
        let call = 0;
        const errors = await runLoops(pair, () => turns[(call += 1) % turns.length]!);
        expect(errors).toEqual({});
        expect([pair.initiator.state, pair.responder.state]).toEqual(['done', 'done']);
      }),
      { numRuns: 120 },
    );
  });

  it('both end with the failure that came first', async () => {
    const pair = cheapPair({}, { names: emails('a', 3) }, { names: emails('a', 2) });
    const waiting = pair.initiator.next();
    const failure = await failureOf(pair.initiator.receive(Uint8Array.of(0xc0)));
    await waiting.catch(() => undefined);
    expect(failure).toMatchObject({ code: 'peer/malformed-message' });
    expect(await failureOf(pair.initiator.next())).toBe(failure);
    expect(await failureOf(pair.initiator.receive(Uint8Array.of(0xc0)))).toBe(failure);
  });
});
