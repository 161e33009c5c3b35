import { describe, expect, it } from 'vitest';
import { cohortCsv } from '../../src/admin/cohort-csv.js';
import type { Report } from '../../src/report/index.js';

type Cell = Report['cells'][number];

const cell = (label: Cell['label'], parts: Partial<Cell> = {}): Cell => ({
  label,
  size: 100,
  count: 12,
  noiseDominated: false,
  matchRate: { percent: 12, capped: false, text: '12 %' },
  rate: null,
  ...parts,
});

describe('the cohort table', () => {
  it('has a row for each cell, quoted as RFC 4180 says', () => {
    const interval = { lower: 0.1, upper: 0.2 };
    const rate = { value: 0.15, standardError: 0.01, interval, missing: null };
    const cells = [
      cell({ arm: 'a,"b"', region: 'north' }, { rate }),
      cell({ arm: 'c', region: '' }, { count: null }),
    ];
    expect(cohortCsv({ cells })).toBe(
      'arm,region,size,matched,match_rate,rate,rate_lower,rate_upper,noise_dominated\r\n' +
        '"a,""b""",north,100,12,12 %,0.15,0.1,0.2,false\r\n' +
        'c,,100,,12 %,,,,false\r\n',
    );
  });

  it.each(['=1+1', '+1', '-1', '@x', '＝1+1', '＋1', '－1', '＠x'])(
    'gives no formula to a spreadsheet: %s',
    (label) => {
      expect(cohortCsv({ cells: [cell({ arm: label })] }).split('\r\n')[1]).toMatch(/^'/);
    },
  );

  it('is a header alone without cells', () => {
    expect(cohortCsv({ cells: [] }).split('\r\n')).toHaveLength(2);
  });
});
