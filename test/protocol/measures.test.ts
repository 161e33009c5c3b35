import { describe, expect, it } from 'vitest';
import type { CountResult, MeasureTerm, Terms } from '../../src/protocol/index.js';
import { runSession } from '../support/session-pair.js';

/** Encrypted measures: what both parties learn of the sums, against the sums themselves. */

const SPEND: MeasureTerm = { name: 'spend', quantum: '0.01', bound: '5', statistic: 'sum-and-squares' };
const BOUGHT: MeasureTerm = { name: 'bought', quantum: '1', bound: '1', statistic: 'sum' };

const terms: Partial<Terms> = {
  mode: 'aggregate',
  initiatorRole: 'cohorts',
  disclosure: 'dp',
  // So little noise that rounding takes it away: what is left is the arithmetic.
  epsilon: '20',
  delta: '0.001',
  measures: [BOUGHT, SPEND],
};

describe('encrypted measures', () => {
  it('sums the values of the matched people of each cell', async () => {
    const cohorts = { names: ['a', 'b', 'c', 'd', 'e'], cellOf: [0, 1, 0, 1, 2], labels: ['x', 'y', 'z'] };
    const names = ['c', 'q', 'a', 'd'];
    const run = await runSession(terms, cohorts, {
      names,
      settings: {},
      measures: [Float64Array.of(1, 1, 0, 1), Float64Array.of(500, 400, 0, 123)],
    });
    expect(run.errors).toEqual({});
    for (const side of ['initiator', 'responder'] as const) {
      const result = run[side].outcome?.result as CountResult;
      const [bought, spend] = result.measures;
      console.log(side, result.counts, bought?.sums, spend?.sums, spend?.squares, spend?.squareUnit);
      expect(bought?.sums.length).toBe(3);
      expect(spend?.squares?.length).toBe(3);
    }
  });
});
