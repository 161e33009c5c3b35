import { describe, expect, it } from 'vitest';
import type { PairRun, TestSide } from '../support/session-pair.js';
import { runSession } from '../support/session-pair.js';

const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}@x.test`);

/** Names that each side found, or `undefined` when it may not learn. */
function found(run: PairRun, initiator: TestSide, responder: TestSide): (string[] | undefined)[] {
  expect(run.errors).toEqual({});
  return [[run.initiator, initiator.names] as const, [run.responder, responder.names] as const].map(
    ([session, list]) => {
      const result = session.outcome?.result;
      if (result?.kind !== 'rows') throw new Error('no rows');
      return result.matched === undefined
        ? undefined
        : [...result.matched].map((position) => list[position]!);
    },
  );
}

describe('mode psi', () => {
  const initiator = { names: [...names('a', 5), 'both@x.test', ...names('b', 3)] };
  const responder = { names: [...names('b', 3).reverse(), ...names('c', 4), 'both@x.test'] };
  const common = ['both@x.test', 'b0@x.test', 'b1@x.test', 'b2@x.test'];

  it.each([
    ['receiver', common, undefined],
    ['sender', undefined, [...names('b', 3).reverse(), 'both@x.test']],
    ['both', common, [...names('b', 3).reverse(), 'both@x.test']],
  ] as const)(
    'initiator as %s: who may learn, and only who may, gets the right rows',
    async (role, ours, theirs) => {
      const run = await runSession({ initiatorRole: role }, initiator, responder);
      expect(found(run, initiator, responder)).toEqual([ours, theirs]);
    },
  );

  it.each([
    [0, 0, 0],
    [0, 1, 0],
    [1, 1, 1],
    [5, 7, 0],
    [9, 9, 9],
  ])('lists of %i and %i with %i in common', async (own, peer, shared) => {
    const one = { names: [...names('s', shared), ...names('p', own - shared)] };
    const other = { names: [...names('q', peer - shared), ...names('s', shared)] };
    const run = await runSession({ initiatorRole: 'both' }, one, other);
    expect(found(run, one, other)).toEqual([names('s', shared), names('s', shared)]);
  });

  it('ends with two receipts over the same transcript', async () => {
    const run = await runSession({}, initiator, responder);
    const [ours, theirs] = [run.initiator.outcome!.receipts, run.responder.outcome!.receipts];
    expect(ours.transcript).toBe(theirs.transcript);
    expect([ours.own, ours.peer]).toEqual([theirs.peer, theirs.own]);
  });
});
