import { describe, expect, it } from 'vitest';
import { type ReportInput, buildReport, renderReport } from '../../src/report/index.js';
import { hasReferenceData } from '../support/reference-data.js';
import { CONTROL, MENS, NO_NOISE, WOMENS, advertiserInput, hillstromInput } from './hillstrom.js';
import { inputOf } from './sample.js';

const linesOf = (input: ReportInput): string[] => renderReport(buildReport(input)).split('\n');
const textOf = (input: ReportInput): string => linesOf(input).join('\n');
/** The text without its line breaks and insets, as a reader takes it in. */
const readAloud = (input: ReportInput): string => textOf(input).replace(/\s+/g, ' ');

describe.runIf(hasReferenceData)('the text of a report with measures', () => {
  const experiment = {
    shares: { [MENS]: 1, [WOMENS]: 1, [CONTROL]: 1 },
    costs: { [MENS]: 1250.5, [WOMENS]: 1000 },
  };

  it('opens with what was found, in sentences to repeat', () => {
    const text = readAloud(hillstromInput({ epsilon: NO_NOISE }));
    expect(text).toContain(
      'In the arm Mens E-Mail, “bought” came 0.68 points more often than in the control arm No E-Mail ' +
        '(1.25 % against 0.57 %; 95 % interval 0.50 to 0.86).',
    );
    expect(text).toContain(
      'In the arm Mens E-Mail, “spend” was 0.77 a person higher than in the control arm No E-Mail ' +
        '(1.42 against 0.65; 95 % interval 0.49 to 1.05).',
    );
  });

  it('does not claim what noise or the number of arms undid', () => {
    const text = readAloud(hillstromInput({ epsilon: '0.4' }));
    expect(text).toContain('It does not hold after correction for the number of arms (p 0.0537).');
    expect(text).toContain(
      '“spend”: no difference between Womens E-Mail and the control arm No E-Mail was shown',
    );
    expect(text).toContain('The added noise alone could make a difference of this size.');
  });

  it('shows money in its own unit, and marks what is mostly noise', () => {
    const lines = linesOf(hillstromInput({ experiment }));
    const lift = lines.indexOf('Lift of spend against No E-Mail, 95 % intervals, noise included');
    expect(lines[lift + 2]).toBe(
      '  Mens E-Mail    1.42     0.65   0.77 [0.09, 1.45]  118 % [9.5 %, 660 %]  16,403 [1,982, 30,824]  0.0537',
    );
    expect(lines).toContain('  Mens E-Mail / 1) $0 - $100         7,724  8,150.18    1.06 [0.45, 1.66]');
    expect(lines).toContain(
      '  Womens E-Mail / 7) $1,000 +          428  2,001.58  4.68 [-5.40, 14.75]  mostly noise',
    );
    expect(lines).toContain(
      '  Mens E-Mail                0.92 (142 %)  1,250.50          13.12 [1.58, 24.65]',
    );
  });

  it('has the noise beside the figures, and the total', () => {
    const text = textOf(hillstromInput({ epsilon: '0.4' }));
    expect(text).toContain(
      '  Sum of each cell: discrete-laplace noise, epsilon 0.4, delta 0, sigma 1,770 (sigma^2 3,120,000)',
    );
    expect(text).toContain(
      '  Sum of squares of each cell: discrete-laplace noise, epsilon 0.4, delta 0, sigma 884,000',
    );
    expect(text).toMatch(/learned in all {10}epsilon 1\.534, delta 7\.271e-7/);
  });

  it('shows the checks of the experiment', () => {
    const text = textOf(hillstromInput({ experiment }));
    expect(text).toContain('Sizes of the arms against the design: as it should be, p 0.9037');
    expect(text).toContain('Match rates of the arms, which should not differ: as it should be, p 1.0000');
    const wrong = { ...experiment, shares: { ...experiment.shares, [MENS]: 1.5 } };
    const alarmed = readAloud(hillstromInput({ experiment: wrong }));
    expect(alarmed).toContain('do not believe any lift below');
    expect(alarmed).toContain('Sizes of the arms against the design: not as it should be');
  });

  it('says why there is no lift', () => {
    expect(readAloud(hillstromInput({ spendStatistic: 'sum' }))).toContain(
      'No lift of spend: the sum of squares was not released',
    );
    const kept = readAloud(advertiserInput('kept'));
    expect(kept).toContain('No lift of bought: the partner keeps the labels of the cells');
    expect(kept).toContain('cell 20');
    expect(kept).not.toContain(MENS);
  });

  it('fits a terminal of 120 columns', () => {
    for (const input of [
      hillstromInput({ experiment }),
      hillstromInput({ spendStatistic: 'sum' }),
      advertiserInput('kept'),
    ]) {
      expect(Math.max(...linesOf(input).map((line) => line.length))).toBeLessThanOrEqual(120);
    }
  });
});

describe('the text of a session answered from the ledger', () => {
  it('says that nothing new was spent', () => {
    const input = inputOf();
    const outcome = { ...input.outcome, answeredFrom: new Uint8Array(32).fill(2) };
    expect(readAloud({ ...input, outcome })).toContain(
      'Attention: Answered from session 0202020202020202…, which asked the same: no new figure was told',
    );
  });
});
