import fc from 'fast-check';
import { plainLabel } from '../../src/plain-label.js';
import { describe, expect, it } from 'vitest';
import {
  type Report,
  buildReport,
  formatNumber,
  formatPercent,
  formatTable,
  renderReport,
} from '../../src/report/index.js';
import { TERMS } from '../support/session-pair.js';
import { INVENTORY, inputOf, outcomeOf, sampleReport } from './sample.js';

/** Characters that would let text steer a terminal or turn its direction. */
const STEERING = /[\p{Cc}\p{Cf}\u2028\u2029]/u;
const withoutLineEnds = (text: string): string => text.replaceAll('\n', '');

describe('the text of a report', () => {
  it('has every figure with its interval and the noise in it', () => {
    expect(renderReport(sampleReport()).split('\n')).toEqual(EXPECTED);
  });

  it.each([
    ['told', Uint32Array.of(1, 2), '  matched       2 keys'],
    ['not told', undefined, '  matched       not told to this side'],
  ])('of mode psi: %s', (_, matched, line) => {
    const report = buildReport(
      inputOf({
        terms: { ...TERMS, initiatorRole: 'both' },
        outcome: { ...outcomeOf(INVENTORY, undefined), result: { kind: 'rows', matched } },
      }),
    );
    const lines = renderReport(report).split('\n');
    expect(lines).toContain(line);
    expect(lines.join()).not.toContain('counts');
  });

  it('says that counts were not told, and that exact ones have no noise', () => {
    const untold = { ...sampleReport(), cells: [], lift: null };
    expect(renderReport(untold)).toContain('  counts        not told to this side');
    const none = { mechanism: 'none', epsilon: null, delta: null, sigma2: 0 } as const;
    const exact: Report = { ...untold, privacy: { ...untold.privacy, counts: none } };
    expect(renderReport(exact)).toContain('exact: no noise');
  });

  it('numbers the cells whose labels stay with the partner', () => {
    const report = sampleReport();
    const unlabelled = { ...report, cells: report.cells.map((cell) => ({ ...cell, label: {} })) };
    expect(renderReport(unlabelled)).toMatch(/^ {2}cell 3 +100 +10 +10 %$/m);
  });
});

describe('hostile names and labels', () => {
  const HOSTILE = [
    '\u001b[2J\u001b]0;owned\u0007',
    '\u009b31m red',
    'a\r\nReport of somebody else',
    '\u202egnp.exe',
    '\u2066isolated\u2069\u200b',
    'zero\u0000byte\u2028line',
    'x'.repeat(10_000),
    '',
  ];

  it.each(HOSTILE)('steer no terminal and do not stretch the text: %j', (text) => {
    const inventory = {
      ...INVENTORY,
      arms: { column: 'arm', treatment: [`${text}1`], control: `${text}2` },
      cells: [
        { size: 200, label: [`${text}1`, text] },
        { size: 200, label: [`${text}2`, text] },
      ],
    };
    const outcome = { ...outcomeOf(inventory, [50, 5]), peerParty: text };
    const rendered = renderReport(buildReport(inputOf({ party: text, inventory, outcome })));
    expect(withoutLineEnds(rendered)).not.toMatch(STEERING);
    expect(rendered.split('\n').filter((line) => line.startsWith('Report of'))).toHaveLength(1);
    // One cohort less than the sample, and sentences that wrap more often.
    expect(rendered.split('\n').length).toBeLessThan(renderReport(sampleReport()).split('\n').length + 4);
    expect(Math.max(...rendered.split('\n').map((line) => line.length))).toBeLessThan(300);
  });

  it('keep every other character', () => {
    expect(plainLabel('Größe – 大 (é) 🙂')).toBe('Größe – 大 (é) 🙂');
  });

  it('are safe whatever they are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        (text, maxChars) => {
          const shown = plainLabel(text, maxChars);
          expect(shown).not.toMatch(STEERING);
          expect(shown).not.toMatch(/\p{Cs}/u);
          expect(shown.length).toBeLessThanOrEqual(maxChars);
        },
      ),
    );
  });
});

describe('figures', () => {
  it.each([
    [null, '-'],
    [0, '0'],
    [-0.4, '0'],
    [1234.5, '1,235'],
    [-1234567, '-1,234,567'],
  ])('%s as a number is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('as a share', () => {
    expect(formatPercent(0.12345)).toBe('12.345 %');
    expect(formatPercent(null)).toBe('-');
    expect(formatPercent(1, 0)).toBe('100 %');
  });

  it('in a table: the first column to the left, the others to the right', () => {
    expect(formatTable(['name', 'n'], [['a', '1'], ['longer', '1,000'], ['none']])).toEqual([
      '  name        n',
      '  a           1',
      '  longer  1,000',
      '  none',
    ]);
  });
});

const NOISE =
  'Matched people of each cell: truncated-discrete-laplace noise, epsilon 2, delta 6.333e-7, sigma 0.602 (sigma^2 0.362)';
const EXPECTED = [
  'Report of news about news and shop (aggregate, role cohorts)',
  '',
  '  In the arm seen, a match came 13.00 points more often than in the control arm held out (15.00 % against 2.00 %; 95 %',
  '    interval 7.55 to 18.45).',
  '',
  '  own list      400 keys from 500 rows (40 without consent, 3 values rejected)',
  '  partner list  30 keys',
  '  match rate    9 % of the own list',
  '',
  'Matched people',
  '  cell              people  matched  match rate',
  '  held out / north     100        4         4 %',
  '  held out / south     100        0         0 %  mostly noise',
  '  seen / north         100       20        20 %',
  '  seen / south         100       10        10 %',
  `  ${NOISE}`,
  '',
  'Lift of matched people against held out, 95 % intervals, noise included',
  '  arm      rate  control   difference, points           relative  incremental    Holm p',
  '  seen  15.00 %   2.00 %  13.00 [7.55, 18.45]  650 % [unbounded]  26 [15, 37]  < 0.0001',
  '',
  '  arm      rate  control   difference, points             relative  incremental       p',
  '  - north',
  '  seen  20.00 %   4.00 %  16.00 [7.11, 24.89]    400 % [unbounded]   16 [7, 25]  0.0004',
  '  - south',
  '  seen  10.00 %   0.00 %  10.00 [3.58, 16.42]  base not above zero   10 [4, 16]  0.0023',
  '',
  '  arm   detectable at 80 % power',
  '  seen       6.38 points (319 %)',
  `  ${NOISE}`,
  '',
  'Privacy',
  '  counts here             truncated-discrete-laplace noise, epsilon 2, delta 6.333e-7, sigma 0.602 (sigma^2 0.362)',
  '  counts the partner has  discrete-laplace noise, epsilon 2, delta 0, sigma 0.602 (sigma^2 0.362)',
  '  learned in all          epsilon 2, delta 6.333e-7',
  '  told in all             epsilon 2, delta 0',
  '  Both sides know the sizes of both lists and when messages were sent.',
  '  Both sides know the cells, their labels and their sizes.',
  '',
  'Engine noble (bigint), 2 threads; 6.3 s in all, 3.3 s of it the session; 1.3 MB sent, 2.0 MB received',
  'Both sides signed the transcript cccccccccccccccc…',
  '',
];
