import { describe, expect, it } from 'vitest';
import { variance } from '../../src/dp/index.js';
import type { CountResult, Session, Side } from '../../src/protocol/index.js';
import { seededRandom } from '../support/deterministic-random.js';
import { runPair, runSession } from '../support/session-pair.js';
import { SIDES, cheapPair } from './support/stepping.js';

const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}@x.test`);

function countsOf(session: Session): CountResult {
  const result = session.outcome?.result;
  if (result?.kind !== 'counts') throw new Error('no counts');
  return result;
}
const values = (session: Session): number[] | undefined =>
  countsOf(session).counts?.map(({ count }) => count);

describe('mode psi-ca, exact', () => {
  it.each([
    [0, 0, 0],
    [0, 3, 0],
    [3, 0, 0],
    [4, 6, 0],
    [8, 8, 8],
    [9, 5, 3],
  ])('lists of %i and %i with %i in common', async (own, peer, shared) => {
    const run = await runSession(
      { mode: 'psi-ca', disclosure: 'exact' },
      { names: [...names('p', own - shared), ...names('s', shared)] },
      { names: [...names('s', shared), ...names('q', peer - shared)] },
    );
    expect(run.errors).toEqual({});
    expect([values(run.initiator), values(run.responder)]).toEqual([[shared], [shared]]);
    expect(countsOf(run.initiator).mechanism).toBeUndefined();
  });

  it('tells the sender nothing when results are not shared', async () => {
    const run = await runSession(
      { mode: 'psi-ca', disclosure: 'exact', shareResults: false },
      { names: ['a'] },
      { names: ['a'] },
    );
    expect(run.errors).toEqual({});
    expect([values(run.initiator), values(run.responder)]).toEqual([[1], undefined]);
  });
});

describe('mode psi-ca, dp', () => {
  it('hides the count on both sides behind noise of the stated size', async () => {
    const run = await runSession(
      { mode: 'psi-ca', disclosure: 'dp', epsilon: '4', delta: '0.001' },
      { names: [...names('p', 4), ...names('s', 6)] },
      { names: names('s', 8) },
    );
    expect(run.errors).toEqual({});
    const [ours, theirs] = [countsOf(run.initiator), countsOf(run.responder)];
    expect(ours.mechanism).toMatchObject({ kind: 'truncated-discrete-laplace' });
    expect(theirs.mechanism).toMatchObject({ kind: 'discrete-laplace' });
    const halfWidth = ours.mechanism?.kind === 'truncated-discrete-laplace' ? ours.mechanism.halfWidth : -1;
    expect(Math.abs(values(run.initiator)![0]! - 6)).toBeLessThanOrEqual(halfWidth);
    // P(|x| > 20) is below e^-80 at epsilon 4.
    expect(Math.abs(values(run.responder)![0]! - 6)).toBeLessThanOrEqual(20);
  });

  it('draws the noise that its mechanisms state, on either side', async () => {
    const errors: Record<Side, number[]> = { initiator: [], responder: [] };
    const sigma2: Record<Side, number> = { initiator: 0, responder: 0 };
    for (let i = 0; i < 150; i += 1) {
      const random = { initiator: seededRandom(2 * i), responder: seededRandom(2 * i + 1) };
      const pair = cheapPair(
        { mode: 'psi-ca', disclosure: 'dp', epsilon: '2', delta: '0.001' },
        { names: ['a'], random: random.initiator },
        { names: ['a', 'b'], random: random.responder },
      );
      const run = await runPair(pair.initiator, pair.responder);
      for (const side of SIDES) {
        errors[side].push(values(run[side])![0]! - 1);
        if (i === 0) sigma2[side] = variance(countsOf(run[side]).mechanism!);
      }
    }
    for (const side of SIDES) {
      const mean = errors[side].reduce((sum, error) => sum + error, 0) / errors[side].length;
      const spread = errors[side].reduce((sum, error) => sum + error * error, 0) / errors[side].length;
      // Forgetting the centring at D/2 would shift the mean by the half-width, many standard errors away; leaving in the
      // noise of the dummies would double the responder's variance.
      expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(sigma2[side] / errors[side].length));
      expect(spread / sigma2[side]).toBeGreaterThan(0.6);
      expect(spread / sigma2[side]).toBeLessThan(1.5);
    }
    // The two draws are independent: the correlation of 150 pairs has a standard error of 0.08.
    const [own, peer] = [errors.initiator, errors.responder];
    const joint = own.reduce((sum, error, i) => sum + error * peer[i]!, 0) / own.length;
    expect(Math.abs(joint) / Math.sqrt(sigma2.initiator * sigma2.responder)).toBeLessThan(0.3);
  });
});

describe('mode aggregate, counts only', () => {
  const cohorts = {
    names: [...names('t', 6), ...names('c', 5), ...names('u', 3)],
    cellOf: [...Array<number>(6).fill(2), ...Array<number>(5).fill(0), ...Array<number>(3).fill(1)],
    labels: ['control', 'other', 'treated'],
  };
  const measures = { names: [...names('t', 4), ...names('c', 2), ...names('elsewhere', 3)] };
  const exact = [2, 0, 4];

  it('counts by cell on both sides, whichever side starts', async () => {
    for (const initiatorRole of ['cohorts', 'measures'] as const) {
      const terms = {
        mode: 'aggregate',
        initiatorRole,
        disclosure: 'dp',
        epsilon: '20',
        delta: '0.001',
      } as const;
      const run =
        initiatorRole === 'cohorts'
          ? await runSession(terms, cohorts, measures)
          : await runSession(terms, measures, cohorts);
      expect(run.errors).toEqual({});
      const [holder, other] =
        initiatorRole === 'cohorts' ? [run.initiator, run.responder] : [run.responder, run.initiator];
      // At epsilon 20 a draw is 0 but for one in e^20.
      expect([values(holder), values(other)]).toEqual([exact, exact]);
      expect(countsOf(other).counts?.map(({ label, size }) => [label, size])).toEqual([
        [['control'], 5],
        [['other'], 3],
        [['treated'], 6],
      ]);
    }
  });

  it('keeps labels private when the terms say so', async () => {
    const run = await runSession(
      {
        mode: 'aggregate',
        initiatorRole: 'cohorts',
        disclosure: 'dp',
        epsilon: '20',
        delta: '0.001',
        shareLabels: false,
      },
      cohorts,
      measures,
    );
    expect(run.errors).toEqual({});
    expect(countsOf(run.responder).counts?.map(({ label, count }) => [label, count])).toEqual([
      [[], 2],
      [[], 0],
      [[], 4],
    ]);
    expect(Buffer.concat(run.frames.map(({ frame }) => frame)).includes('treated')).toBe(false);
  });

  it('refuses a cell below the minimum before anything is sent', async () => {
    const terms = { mode: 'aggregate', initiatorRole: 'cohorts', disclosure: 'dp', minCell: 4 } as const;
    await expect(async () => runSession(terms, cohorts, measures)).rejects.toMatchObject({
      code: 'policy/cell-too-small',
      field: 'privacy.minCell',
    });
  });
});
