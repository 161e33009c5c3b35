import { describe, expect, it } from 'vitest';
import { checkData } from '../../src/data/index.js';
import { systemRandom } from '../../src/system-random.js';
import { hasReferenceData, referenceFile, referenceJson } from '../support/reference-data.js';
import { customers, emails, failure, file, inFolder, load } from './scratch.js';

describe('checkData', () => {
  it('counts what a list would be and what another profile would cost', async () => {
    const path = file(
      'check.csv',
      'email,arm\nJane.Doe+x@gmail.com,t\njane.doe@example.com,t\n,c\nno address,c\njane.doe@example.com,c\n' +
        `${'ab'.repeat(32)},t\n`,
    );
    const check = await checkData(emails(path, { cohorts: ['arm'] }), { random: systemRandom });
    expect(check.cells).toBe(1);
    expect(check.counts).toEqual({
      rows: 6,
      rowsWithoutConsent: 0,
      consent: { without: {}, created: null },
      ambiguous: 1,
      byType: { email: { keys: 3, hashed: 1, duplicates: 1, blank: 1, rejected: { 'not-an-email': 1 } } },
      measures: {},
    });
    expect(check.refusals).toEqual({});
    const { compared, hashed, differences } = check.profiles.email!;
    expect([compared, hashed]).toEqual([3, 1]);
    const between = Object.fromEntries(differences.map((entry) => [entry.profiles.join(), entry.differing]));
    expect(between).toMatchObject({ 'uid2,google': 0, 'uid2,meta': 1, 'google,pair': 1, 'meta,pair': 0 });
  });

  it('counts the values of measures, and those that a load would end with, where the first is', async () => {
    const path = file(
      'measured.csv',
      'id,spend,orders\na,12.50,1\nb,,2\na,499,x\nc,-777,0\nd,777,\n,TOTAL,9\nc,bad,0\ne,0,1\n',
    );
    const rule = { quantum: '0.01', bound: '500', betweenQuanta: 'refuse', missing: 'zero' } as const;
    const strict = { quantum: '1', bound: '1', betweenQuanta: 'refuse', aboveBound: 'refuse' } as const;
    const definition = customers(path, {
      measures: [
        { name: 'revenue', column: 'spend', rule: { ...rule, aboveBound: 'clamp' } },
        { name: 'total', column: 'spend', rule: { ...rule, aboveBound: 'refuse' } },
        { name: 'bought', column: 'orders', rule: { ...strict, missing: 'refuse' } },
      ],
    });
    const check = await checkData(definition, { random: systemRandom });
    expect(check.counts.measures).toEqual({
      revenue: { values: 7, missing: 1, clampedRows: 1, clampedKeys: 2, keysAboveZero: 2 },
      total: { values: 7, missing: 1, clampedRows: 0, clampedKeys: 0, keysAboveZero: 1 },
      bought: { values: 7, missing: 0, clampedRows: 0, clampedKeys: 0, keysAboveZero: 2 },
    });
    const value = (line: number, column: string, fault: string): string =>
      `${path}: line ${line}: a value of the measure "${column}" ${fault}`;
    expect(check.refusals).toEqual({
      revenue: { refused: 2, first: value(5, 'spend', 'is negative') },
      total: {
        refused: 4,
        first: `${path}: line 4: the rows of one identifier add up to more than the bound of the measure "spend"`,
      },
      bought: { refused: 3, first: value(3, 'orders', 'is above the bound') },
    });
    expect(JSON.stringify(check)).not.toMatch(/777|bad/);
  });

  it('ends with the errors of a load', async () => {
    await failure(checkData(emails(inFolder('none.csv')), { random: systemRandom }), 'data/unreadable');
  });
});

describe.runIf(hasReferenceData)('the MineThatData experiment', () => {
  interface Rates {
    readonly n_t: number;
    readonly n_c: number;
    readonly x_t: number;
    readonly x_c: number;
  }
  interface Expected {
    readonly [arm: string]: {
      readonly visit: Rates;
      readonly conversion: Rates;
      readonly spend: { readonly sum_t: number; readonly sum_c: number };
    };
  }

  it('has the published number of customers in each arm and 21 cells', async () => {
    const published = referenceJson<Expected>('hillstrom/expected.json');
    const path = referenceFile('hillstrom/hillstrom.csv.gz').replaceAll("'", "''");
    const list = await load({
      sql: `SELECT 'c' || row_number() OVER () AS id, segment, history_segment FROM read_csv('${path}', all_varchar = true)`,
      identifiers: { id: { type: 'customer_id' } },
      cohorts: ['segment', 'history_segment'],
      profile: 'uid2',
    });
    expect(list.rows.length).toBe(64_000);
    expect(list.cellLabels).toHaveLength(21);
    const arms: Record<string, number> = {};
    for (const cell of list.cells!) {
      const arm = list.cellLabels[cell]![0]!;
      arms[arm] = (arms[arm] ?? 0) + 1;
    }
    expect(arms).toEqual({
      'Mens E-Mail': published['Mens E-Mail']!.conversion.n_t,
      'Womens E-Mail': published['Womens E-Mail']!.conversion.n_t,
      'No E-Mail': published['Mens E-Mail']!.conversion.n_c,
    });
  });

  it('has the published visits, conversions and cents spent in each arm', async () => {
    const published = referenceJson<Expected>('hillstrom/expected.json');
    const path = referenceFile('hillstrom/hillstrom.csv.gz').replaceAll("'", "''");
    // DuckDB takes spend for DOUBLE and the other two for BIGINT.
    const sql = `SELECT 'c' || row_number() OVER () AS id, segment, visit, conversion, spend FROM read_csv('${path}')`;
    const rule = { aboveBound: 'refuse', betweenQuanta: 'refuse', missing: 'refuse' } as const;
    const list = await load({
      sql,
      identifiers: { id: { type: 'customer_id' } },
      cohorts: ['segment'],
      measures: [
        { name: 'visit', column: 'visit', rule: { ...rule, quantum: '1', bound: '1' } },
        { name: 'conversion', column: 'conversion', rule: { ...rule, quantum: '1', bound: '1' } },
        { name: 'spend', column: 'spend', rule: { ...rule, quantum: '0.01', bound: '500' } },
      ],
      profile: 'uid2',
    });
    const sums = list.measures.map((totals) => {
      const byArm = [0, 0, 0];
      for (const [key, quanta] of totals.entries()) byArm[list.cells![key]!]! += quanta;
      return byArm;
    });
    const [men, women] = [published['Mens E-Mail']!, published['Womens E-Mail']!];
    const cents = (dollars: number): number => Math.round(dollars * 100);
    expect(list.cellLabels.flat()).toEqual(['Mens E-Mail', 'No E-Mail', 'Womens E-Mail']);
    expect(sums).toEqual([
      [men.visit.x_t, men.visit.x_c, women.visit.x_t],
      [men.conversion.x_t, men.conversion.x_c, women.conversion.x_t],
      [cents(men.spend.sum_t), cents(men.spend.sum_c), cents(women.spend.sum_t)],
    ]);
    expect(list.counts.measures['spend']!.keysAboveZero).toBe(267 + 122 + 189);
  });

  it('reads the gzip CSV itself: 64,000 rows and the spend values as they are printed', async () => {
    const list = await load({
      source: referenceFile('hillstrom/hillstrom.csv.gz'),
      identifiers: { zip_code: { type: 'customer_id' } },
      consent: { column: 'conversion', equals: true },
      profile: 'uid2',
    });
    expect(list.counts.rows).toBe(64_000);
    // 267 and 122 conversions of the Mens and No E-Mail arms and 189 of the Womens arm (expected.json).
    expect(64_000 - list.counts.rowsWithoutConsent).toBe(267 + 189 + 122);
    expect(list.rows.length).toBe(3);
  });
});
