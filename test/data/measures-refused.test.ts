import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { checkDefinition, mappedColumns } from '../../src/data/definition.js';
import type { MeasureColumn } from '../../src/data/index.js';
import { customers, failure, file, inFolder, load, parquet, spend } from './scratch.js';

describe('a refused measure', () => {
  const at = 'id,note,spend\r\n\r\na,"two\r\nlines",1\r\n';
  it.each([
    ['-777.55', 'is negative'],
    ['-777.55', 'is negative', { betweenQuanta: 'round-down' }],
    ['777.5512345', 'is not a whole number of quanta', { bound: '1000' }],
    ['777.55', 'is above the bound', { aboveBound: 'refuse' }],
    ['', 'is missing', { missing: 'refuse' }],
    ['NaN', 'is not a decimal number'],
    ['Infinity', 'is not a decimal number'],
    ['-Infinity', 'is not a decimal number'],
    ['"777,55"', 'is not a decimal number'],
    [' 777.55', 'is not a decimal number'],
    ['0x777', 'is not a decimal number'],
    ['+777', 'is not a decimal number'],
    ['canary', 'is not a decimal number'],
  ] as [string, string, Partial<MeasureColumn['rule']>?][])(
    'names its line and column in a CSV file, never itself: %s %s',
    async (value, fault, rule = {}) => {
      const path = file('wrong.csv', `${at}b,x,${value}\r\nc,x,also wrong\r\n`);
      const error = await failure(load(customers(path, { measures: [spend(rule)] })), 'data/invalid-measure');
      expect(error.message).toBe(`${path}: line 5: a value of the measure "spend" ${fault}`);
      expect(error.field).toBe('spend');
      expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/777|canary/);
    },
  );

  it.each([
    ["'nan'::DOUBLE", 'is not a decimal number'],
    ["'inf'::FLOAT", 'is not a decimal number'],
    ["'-inf'::DOUBLE", 'is not a decimal number'],
    ['-777.5::DOUBLE', 'is negative'],
    ['(-777)::BIGINT', 'is negative'],
    ['777.123::DECIMAL(9,3)', 'is not a whole number of quanta'],
    ["DATE '1777-02-28'", 'is not a decimal number'],
    ['[777]', 'is not a decimal number'],
    ["'canary'", 'is not a decimal number'],
    ['NULL', 'is missing'],
  ])('names its row in Parquet and SQL: %s', async (value, fault) => {
    const measures = [spend({ bound: '1000', missing: 'refuse' })];
    // Only the one row with an identifier is looked at.
    const sql = `SELECT CASE WHEN i = 3000 THEN 'c' END AS id, ${value} AS spend FROM range(5000) t(i)`;
    const path = await parquet('wrong.parquet', sql);
    const places = [
      [customers(path, { measures }), path],
      [customers('', { source: undefined, sql, measures }), 'data.sql'],
    ] as const;
    for (const [definition, place] of places) {
      const error = await failure(load(definition), 'data/invalid-measure');
      expect(error.message).toBe(`${place}: row 3001: a value of the measure "spend" ${fault}`);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/777|canary/);
    }
  });

  it.each([
    ['-777', 'is negative'],
    ['"canary"', 'is not a decimal number'],
    ['true', 'is not a decimal number'],
    ['[777]', 'is not a decimal number'],
    ['{"canary": 777}', 'is not a decimal number'],
    ['null', 'is missing'],
  ])('names its row in JSON, far into it: %s', async (value, fault) => {
    const before = Array.from({ length: 3_000 }, (_, i) => `{"id": "c${i}", "spend": 1}\n`).join('');
    const path = file('wrong.ndjson', `${before}{"id": "d", "spend": ${value}}\n`);
    const error = await failure(
      load(customers(path, { measures: [spend({ missing: 'refuse' })] })),
      'data/invalid-measure',
    );
    expect(error.message).toBe(`${path}: row 3001: a value of the measure "spend" ${fault}`);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/777|canary/);
  });

  it('may be the sum of several rows, at the row that takes it past the bound', async () => {
    const path = file('sum.csv', 'id,spend\na,300\nb,500\na,200\nb,0\nc,1\na,0.01\n');
    const error = await failure(
      load(customers(path, { measures: [spend({ aboveBound: 'refuse' })] })),
      'data/invalid-measure',
    );
    expect(error.message).toBe(
      `${path}: line 7: the rows of one identifier add up to more than the bound of the measure "spend"`,
    );
    expect(error.field).toBe('spend');
  });
});

describe('a definition', () => {
  it.each([
    ['a measure twice', [spend(), { ...spend(), column: 'value' }], 'data.measures', /names "revenue" twice/],
    ['no quantum', [spend({ quantum: '0' })], 'data.measures.revenue.quantum', /quantum must be/],
    ['a signed quantum', [spend({ quantum: '-1' })], 'data.measures.revenue.quantum', /quantum must be/],
    ['a bound that is no number', [spend({ bound: 'x' })], 'data.measures.revenue.bound', /bound must be/],
    ['a bound between quanta', [spend({ bound: '1.005' })], 'data.measures.revenue.bound', /whole number/],
    ['a vast bound', [spend({ bound: '1e10' })], 'data.measures.revenue.bound', /at most 68719476736 quanta/],
  ] as const)('with %s is refused', async (_, measures, field, message) => {
    const definition = customers(inFolder('none.csv'), { measures });
    const error = await failure(load(definition), 'config/invalid');
    expect([error.field, message.test(error.message)]).toEqual([field, true]);
    expect(() => checkDefinition(definition)).toThrow(error.message);
  });

  it('maps the measure columns, each once', () => {
    const measures = [spend(), { ...spend(), name: 'again' }, { ...spend(), name: 'more', column: 'ok' }];
    const consent = { column: 'ok', equals: true } as const;
    expect(mappedColumns(customers('a.csv', { measures, consent, cohorts: ['arm'] }))).toEqual([
      'id',
      'arm',
      'spend',
      'ok',
    ]);
  });

  it('whose measure column is not there is refused', async () => {
    const path = file('none.csv', 'id,value\na,1\n');
    const error = await failure(load(customers(path, { measures: [spend()] })), 'data/missing-column');
    expect(error.field).toBe('spend');
  });
});
