import { describe, expect, it } from 'vitest';
import { vesica } from './support/vesica-process.js';

const arms = ['--treatment', '100000', '--control', '100000', '--rate', '0.02'];

describe('vesica plan', () => {
  it('says what each epsilon lets an experiment find', async () => {
    const { code, stdout } = await vesica('plan', ...arms, '--epsilon', '0.1,1', '--json');
    expect(code).toBe(0);
    const { effects, needed } = JSON.parse(stdout) as {
      effects: { epsilon: number; detectable: { absolute: number }; inflation: number }[];
      needed: null;
    };
    // (1.96 + 0.8416) sqrt(2 * 0.02 * 0.98 / 100000) = 0.00175, and a little more for the larger rate of the treated.
    expect(effects[1]!.detectable.absolute).toBeCloseTo(0.00178, 4);
    expect(effects.map(({ epsilon }) => epsilon)).toEqual([0.1, 1]);
    expect(effects[0]!.inflation).toBeGreaterThan(effects[1]!.inflation);
    expect(needed).toBeNull();
  });

  it('says what a wanted effect needs, or why it cannot be had', async () => {
    const wanted = async (effect: string, ...more: string[]): Promise<string> =>
      (await vesica('plan', ...arms, '--effect', effect, ...more)).stdout;
    expect(await wanted('0.002')).toMatch(/needs an epsilon of 0\.\d+ for the conversions/);
    expect(await wanted('0.0001')).toContain('too small for these arms, even without noise');
    expect(await wanted('0.0018', '--cap', '0.1')).toContain('more epsilon than --cap allows');
  });

  it.each([
    ['a rate that is none', ['--rate', 'some'], 'config/invalid'],
    ['an arm without people', ['--treatment', '0'], 'measurement/invalid-input'],
    ['an epsilon that protects nobody', ['--epsilon', '50'], 'dp/invalid-parameter'],
  ])('refuses %s', async (_, given, error) => {
    const { code, stderr, stdout } = await vesica('plan', ...arms, ...given);
    expect(stderr).toContain(`error ${error}`);
    expect(stdout).toBe('');
    expect(code).toBeGreaterThan(1);
  });
});
