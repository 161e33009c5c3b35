import { describe, expect, it } from 'vitest';
import {
  type SyntheticControlInput,
  assignmentCount,
  allAssignments,
  sampledAssignments,
  syntheticControl,
  syntheticControlInterval,
  syntheticControlPValue,
  timeBasedRegression,
} from '../../../src/measurement/index.js';
import { seededUniform } from '../support/numbers.js';

/** A standard normal value, by the sum of twelve uniform ones. */
function normal(uniform: () => number): number {
  let total = -6;
  for (let i = 0; i < 12; i += 1) total += uniform();
  return total;
}

describe('time-based regression with noise in the control regions', () => {
  const NOISE = 6;
  const EFFECT = 40;
  const periods = { pretestDays: 30, testDays: 10 };
  const days = periods.pretestDays + periods.testDays;

  /** Control regions that rise by half when the test starts, as they do before a holiday; both sides carry noise. */
  function panel(uniform: () => number) {
    const truth = Array.from({ length: days }, (_, day) => 15 * normal(uniform) + (day < 30 ? 100 : 150));
    const treatment = truth.map(
      (value, day) =>
        5 + 2 * value + 3 * normal(uniform) + NOISE * normal(uniform) + (day < 30 ? 0 : EFFECT / 10),
    );
    const control = truth.map((value) => value + NOISE * normal(uniform));
    return {
      treatment: [{ geo: 'a', values: treatment }],
      control: [{ geo: 'b', values: control }],
      periods,
      confidence: 0.95,
    };
  }

  function covered(controlNoiseVariance: number): number {
    const uniform = seededUniform(11);
    let hits = 0;
    for (let run = 0; run < 1500; run += 1) {
      const { interval } = timeBasedRegression({ ...panel(uniform), controlNoiseVariance }).incremental;
      if (interval!.lower <= EFFECT && EFFECT <= interval!.upper) hits += 1;
    }
    return hits / 1500;
  }

  it('covers the effect, which it would not without regard to the noise', () => {
    const share = covered(NOISE ** 2);
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.98);
    expect(covered(0)).toBeLessThan(0.7);
  });

  it('says what part of the control variance is real, and refuses mere noise', () => {
    const input = panel(seededUniform(3));
    expect(timeBasedRegression(input).reliability).toBe(1);
    const noisy = timeBasedRegression({ ...input, controlNoiseVariance: NOISE ** 2 });
    expect(noisy.reliability).toBeGreaterThan(0.5);
    expect(noisy.reliability).toBeLessThan(0.95);
    expect(noisy.slope).toBeCloseTo(timeBasedRegression(input).slope / noisy.reliability, 10);
    expect(() => timeBasedRegression({ ...input, controlNoiseVariance: 1000 })).toThrow(
      /controlNoiseVariance/,
    );
    expect(() => timeBasedRegression({ ...input, controlNoiseVariance: -1 })).toThrow(/controlNoiseVariance/);
  });
});

describe('interval of a synthetic control', () => {
  const periods = { pretestDays: 21, testDays: 4 };

  function panel(uniform: () => number, effect: number): SyntheticControlInput {
    const common = Array.from({ length: 25 }, () => 20 * normal(uniform));
    const region = (geo: string, of: number) => ({
      geo,
      values: common.map((value) => 100 + of * value + 3 * normal(uniform)),
    });
    const treated = region('t', 1);
    return {
      treatment: [{ geo: 't', values: treated.values.map((v, day) => (day < 21 ? v : v + effect)) }],
      donors: [region('a', 0.6), region('b', 1.3), region('c', 1)],
      periods,
    };
  }

  it('holds what the p-value does not reject, and leaves out what it rejects', () => {
    const uniform = seededUniform(5);
    for (let run = 0; run < 20; run += 1) {
      const input = panel(uniform, 10 * normal(uniform));
      const { value, interval } = syntheticControlInterval(input, 0.9);
      expect(value).toBe(syntheticControl(input).effect);
      expect(interval!.lower).toBeLessThan(value!);
      expect(interval!.upper).toBeGreaterThan(value!);
      const p = syntheticControlPValue(input);
      if (interval!.lower > 0 || interval!.upper < 0) expect(p).toBeLessThanOrEqual(0.1);
      else expect(p).toBeGreaterThan(0.1);
    }
  });

  it('covers the effect', () => {
    const uniform = seededUniform(8);
    let hits = 0;
    for (let run = 0; run < 150; run += 1) {
      const { interval } = syntheticControlInterval(panel(uniform, 7), 0.9);
      if (interval!.lower <= 7 && 7 <= interval!.upper) hits += 1;
    }
    expect(hits / 150).toBeGreaterThan(0.84);
  });

  it('has none when too few days could reject anything, or a short past rejects nothing', () => {
    const input = panel(seededUniform(1), 5);
    expect(syntheticControlInterval(input, 0.97).missing).toBe('too-few-assignments');
    expect(syntheticControlInterval(input, 0.96).missing).toBeNull();
    const long = { ...input, periods: { pretestDays: 3, testDays: 22 } };
    expect(syntheticControlInterval(long, 0.95)).toMatchObject({ interval: null, missing: 'unbounded' });
  });
});

describe('sampled assignments', () => {
  it('draw every assignment alike, and the same ones again', () => {
    const draw = (seed: number) => [
      ...sampledAssignments({ geoCount: 6, treatedCount: 3, draws: 4000, seed: Uint8Array.of(seed) }),
    ];
    const all = new Map([...allAssignments(6, 3)].map((one) => [one.join(), 0]));
    expect(all.size).toBe(assignmentCount(6, 3));
    for (const one of draw(1)) all.set(one.join(), all.get(one.join())! + 1);
    // Chi-square with 19 degrees of freedom: 43.8 at 0.001.
    const statistic = [...all.values()].reduce((total, n) => total + (n - 200) ** 2 / 200, 0);
    expect(all.size).toBe(20);
    expect(statistic).toBeLessThan(43.8);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});
