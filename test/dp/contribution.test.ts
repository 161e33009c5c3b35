import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contribution,
  MAX_BOUND_QUANTA,
  type ContributionRule,
  type MeasureValue,
} from '../../src/dp/index.js';
import { VesicaError } from '../../src/errors.js';

const EUROS: ContributionRule = {
  column: 'spend',
  quantum: '0.01',
  bound: '500',
  aboveBound: 'clamp',
  betweenQuanta: 'refuse',
  missing: 'refuse',
};

const euros = (change: Partial<ContributionRule> = {}) => contribution({ ...EUROS, ...change });

function refusal(action: () => unknown): { code: string; field: string | undefined; message: string } {
  try {
    action();
  } catch (error) {
    if (error instanceof VesicaError) return { code: error.code, field: error.field, message: error.message };
  }
  throw new Error('nothing was refused');
}

describe('toQuanta', () => {
  it.each<[MeasureValue, number]>([
    ['0', 0],
    ['0.00', 0],
    ['-0', 0],
    ['1', 100],
    ['0.29', 29],
    ['1.10', 110],
    ['19.99', 1999],
    ['499.99', 49_999],
    ['500', 50_000],
    ['500.00', 50_000],
    ['1e2', 10_000],
    [0.29, 29],
    [1.1, 110],
    [4.35, 435],
    [1.005e2, 10_050],
    [0.07, 7],
    [12n, 1200],
  ])('%s euros', (value, expected) => {
    expect(euros().toQuanta(value)).toBe(expected);
  });

  it('is exact for every amount of cents, as text and as a number, where doubles are not', () => {
    const rule = euros();
    let wrongInDoubles = 0;
    for (let cents = 0; cents <= 50_000; cents += 7) {
      const text = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
      expect(rule.toQuanta(text)).toBe(cents);
      expect(rule.toQuanta(Number(text))).toBe(cents);
      if (Math.floor(Number(text) / 0.01) !== cents) wrongInDoubles += 1;
    }
    expect(wrongInDoubles).toBeGreaterThan(0);
  });

  it('clamps above the bound, by however little, or refuses it', () => {
    expect(euros().toQuanta('500.0000000000000000000001')).toBe(50_000);
    expect(euros().toQuanta('1e300')).toBe(50_000);
    const strict = euros({ aboveBound: 'refuse' });
    expect(strict.toQuanta('500')).toBe(50_000);
    const { code, field, message } = refusal(() => strict.toQuanta('500.01'));
    expect([code, field]).toStrictEqual(['data/invalid-measure', 'spend']);
    expect(message).toContain('above the bound');
    expect(message).not.toContain('500.01');
  });

  it('rounds between quanta as the rule says, or refuses', () => {
    const down = euros({ betweenQuanta: 'round-down' });
    const nearest = euros({ betweenQuanta: 'round-nearest' });
    const values = [
      '0.001',
      '0.0049',
      '0.005',
      '0.009',
      '1.014999',
      '1.015',
      '499.999',
      '0.30000000000000004',
    ];
    expect(values.map((value) => down.toQuanta(value))).toStrictEqual([0, 0, 0, 0, 101, 101, 49_999, 30]);
    expect(values.map((value) => nearest.toQuanta(value))).toStrictEqual([0, 0, 1, 1, 101, 102, 50_000, 30]);
    expect(refusal(() => euros().toQuanta('0.001')).message).toContain('whole number of quanta');
    expect(refusal(() => euros().toQuanta(0.1 + 0.2)).code).toBe('data/invalid-measure');
  });

  it.each<[MeasureValue, string]>([
    ['-0.01', 'negative'],
    [-5, 'negative'],
    [-1n, 'negative'],
    [NaN, 'not a decimal number'],
    [Infinity, 'not a decimal number'],
    ['NaN', 'not a decimal number'],
    ['1,50', 'not a decimal number'],
    ['€ 5', 'not a decimal number'],
    ['--1', 'not a decimal number'],
    [' 1', 'not a decimal number'],
    [null, 'missing'],
    [undefined, 'missing'],
    ['', 'missing'],
  ])('refuses %s, naming the column and not the value', (value, fault) => {
    const { code, field, message } = refusal(() => euros().toQuanta(value));
    expect([code, field]).toStrictEqual(['data/invalid-measure', 'spend']);
    expect(message).toBe(`a value of the measure "spend" is ${fault}`);
  });

  it('takes a missing value as 0 only when the rule says so', () => {
    const lenient = euros({ missing: 'zero' });
    expect([null, undefined, ''].map((value) => lenient.toQuanta(value))).toStrictEqual([0, 0, 0]);
    expect(refusal(() => lenient.toQuanta('abc')).code).toBe('data/invalid-measure');
  });

  it('stays within [0, bound] and never decreases, for any policy that rounds', () => {
    const any = fc.double({ min: 0, max: 2000, noNaN: true });
    for (const betweenQuanta of ['round-down', 'round-nearest'] as const) {
      const rule = euros({ betweenQuanta });
      fc.assert(
        fc.property(any, any, (one, other) => {
          const [low, high] = [rule.toQuanta(Math.min(one, other)), rule.toQuanta(Math.max(one, other))];
          expect(low).toBeGreaterThanOrEqual(0);
          expect(high).toBeLessThanOrEqual(rule.boundQuanta);
          expect(low).toBeLessThanOrEqual(high);
        }),
      );
    }
  });
});

describe('the rule', () => {
  it('states the bound in quanta, which is the sensitivity', () => {
    expect(euros().boundQuanta).toBe(50_000);
    expect(euros({ quantum: '0.05', bound: '1' }).boundQuanta).toBe(20);
    expect(euros({ quantum: '1', bound: '1' }).boundQuanta).toBe(1);
    expect(euros({ quantum: '1', bound: String(MAX_BOUND_QUANTA) }).boundQuanta).toBe(MAX_BOUND_QUANTA);
  });

  it.each<[Partial<ContributionRule>, string]>([
    [{ quantum: '0' }, 'quantum'],
    [{ quantum: 'cent' }, 'quantum'],
    [{ bound: '0' }, 'bound'],
    [{ bound: '-1' }, 'bound'],
    [{ bound: '0.015' }, 'bound'],
    [{ quantum: '0.03', bound: '0.1' }, 'bound'],
    [{ quantum: '1', bound: String(MAX_BOUND_QUANTA + 1) }, 'bound'],
  ])('refuses %o', (change, field) => {
    const found = refusal(() => euros(change));
    expect([found.code, found.field]).toStrictEqual(['dp/invalid-parameter', field]);
  });
});
