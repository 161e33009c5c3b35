import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  exportRows,
  type DataDefinition,
  type LoadedList,
  type MeasureColumn,
  type OnAmbiguousCohort,
} from '../../src/data/index.js';
import { customers, expected, failure, file, inFolder, keyNames, load, parquet, spend } from './scratch.js';

const bought: MeasureColumn = {
  name: 'bought',
  column: 'orders',
  rule: { ...spend().rule, quantum: '1', bound: '1' },
};
const BOUND = 50_000;

interface Row {
  readonly id: string;
  readonly other: string;
  readonly arm: string;
  /** Cents; `null` for a missing value. */
  readonly cents: number | null;
  readonly orders: number;
  readonly ok: boolean;
}

const name = fc.constantFrom('', 'a', 'b', 'c', 'd', 'e', 'f', 'g');
const rows = fc.array(
  fc.record<Row>({
    id: name,
    other: name,
    arm: fc.constantFrom('t', 'c'),
    cents: fc.oneof(
      fc.constant(null),
      fc.nat(30_000),
      fc.integer({ min: 49_990, max: 50_010 }),
      fc.nat(1e9),
      fc.constant(0),
    ),
    orders: fc.nat(2),
    ok: fc.boolean(),
  }),
  { minLength: 1, maxLength: 30, size: 'max' },
);

const decimal = (cents: number): string => {
  const digits = String(cents).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
};
const select = (all: readonly Row[], type: string): string =>
  `SELECT id, other, arm, CAST(spend AS ${type}) AS spend, orders, ok FROM (VALUES ${all
    .map((row) => {
      const amount = row.cents === null ? 'NULL' : `'${decimal(row.cents)}'`;
      return `('${row.id}', '${row.other}', '${row.arm}', ${amount}, ${row.orders}, ${row.ok})`;
    })
    .join(', ')}) t(id, other, arm, spend, orders, ok)`;
const records = (all: readonly Row[], quote: '' | '"'): string =>
  all
    .map(({ cents, ...row }) => {
      const amount = cents === null ? 'null' : `${quote}${decimal(cents)}${quote}`;
      return `${JSON.stringify(row).slice(0, -1)},"spend":${amount}}`;
    })
    .join('\n');

/** Ways to give the same rows. */
const FORMATS: readonly [string, (all: readonly Row[]) => Promise<Partial<DataDefinition>>][] = [
  [
    'CSV',
    (all) => {
      const lines = all.map(({ id, other, arm, cents, orders, ok }) =>
        [id, other, arm, cents === null ? '' : decimal(cents), orders, ok].join(','),
      );
      const source = file('m.csv', ['id,other,arm,spend,orders,ok', ...lines].join('\n'));
      return Promise.resolve({ source });
    },
  ],
  ['JSON numbers', (all) => Promise.resolve({ source: file('m.ndjson', records(all, '')) })],
  ['JSON text', (all) => Promise.resolve({ source: file('m.json', records(all, '"')) })],
  ['Parquet doubles', async (all) => ({ source: await parquet('m.parquet', select(all, 'DOUBLE')) })],
  ['Parquet decimals', async (all) => ({ source: await parquet('n.parquet', select(all, 'DECIMAL(20,4)')) })],
  ['SQL text', (all) => Promise.resolve({ source: undefined, sql: select(all, 'VARCHAR') })],
  ['SQL doubles', (all) => Promise.resolve({ source: undefined, sql: select(all, 'DOUBLE') })],
];

/** What the totals are, from a map and big integers, and the cells of each key. */
function reference(all: readonly Row[], value: (row: Row) => number, bound: number) {
  const sums = new Map<string, bigint>();
  const arms = new Map<string, Set<string>>();
  for (const row of all) {
    if (!row.ok) continue;
    for (const key of new Set([row.id, row.other].filter((text) => text !== ''))) {
      sums.set(key, (sums.get(key) ?? 0n) + BigInt(value(row)));
      arms.set(key, (arms.get(key) ?? new Set()).add(row.arm));
    }
  }
  const totals = new Map([...sums].map(([key, sum]) => [key, Math.min(Number(sum), bound)]));
  const above = (key: string): boolean => (sums.get(key) ?? 0n) > BigInt(bound);
  return { totals, arms, above };
}

const byKey = (list: LoadedList, measure: number): Record<string, number> => {
  expect(list.measures[measure]).toHaveLength(list.rows.length);
  return Object.fromEntries(keyNames(list).map((key, i) => [key, list.measures[measure]![i]!]));
};
const named = (totals: Iterable<readonly [string, number]>): Record<string, number> =>
  Object.fromEntries([...totals].map(([key, total]) => [expected('customer_id', key)[0]!, total]));

const twoColumns = (more: Partial<DataDefinition>): DataDefinition => ({
  identifiers: { id: { type: 'customer_id' }, other: { type: 'customer_id' } },
  consent: { column: 'ok', equals: true },
  profile: 'uid2',
  ...more,
});

describe('the measures of a list', () => {
  it.each(FORMATS)('are the bounded sums of the rows of each key: %s', async (format, write) => {
    await fc.assert(
      fc.asyncProperty(rows, async (all) => {
        const list = await load(twoColumns({ ...(await write(all)), measures: [spend(), bought] }));
        const money = reference(all, ({ cents }) => cents ?? 0, BOUND);
        const yes = reference(all, ({ orders }) => orders, 1);
        expect(byKey(list, 0)).toEqual(named(money.totals));
        expect(byKey(list, 1)).toEqual(named(yes.totals));
        const used = all.filter((row) => row.ok && (row.id !== '' || row.other !== ''));
        const keys = [...money.totals.keys()];
        expect(list.counts.measures).toEqual({
          revenue: {
            values: used.length,
            missing: used.filter(({ cents }) => cents === null).length,
            clampedRows: used.filter(({ cents }) => (cents ?? 0) > BOUND).length,
            clampedKeys: keys.filter(money.above).length,
            keysAboveZero: keys.filter((key) => money.totals.get(key)! > 0).length,
          },
          bought: {
            values: used.length,
            missing: 0,
            clampedRows: used.filter(({ orders }) => orders > 1).length,
            clampedKeys: keys.filter(yes.above).length,
            keysAboveZero: keys.filter((key) => yes.totals.get(key)! > 0).length,
          },
        });
      }),
      { numRuns: format === 'CSV' ? 200 : 10 },
    );
  });

  it.each(['first', 'drop'] as const)(
    'stay with their keys when identifiers in two cells are taken so: %s',
    async (onAmbiguousCohort: OnAmbiguousCohort) => {
      await fc.assert(
        fc.asyncProperty(rows, async (all) => {
          const source = await FORMATS[0]![1](all);
          const list = await load(twoColumns({ ...source, cohorts: ['arm'], measures: [bought, spend()] }), {
            onAmbiguousCohort,
          });
          const { totals, arms, above } = reference(all, ({ cents }) => cents ?? 0, BOUND);
          const kept = [...totals].filter(
            ([key]) => onAmbiguousCohort === 'first' || arms.get(key)!.size === 1,
          );
          expect(byKey(list, 1)).toEqual(named(kept));
          expect(list.counts.measures['revenue']!.clampedKeys).toBe(
            kept.filter(([key]) => above(key)).length,
          );
        }),
        { numRuns: 150 },
      );
    },
  );

  it('are refused, when the rule says so, exactly when a sum is above the bound', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(rows, async (all) => {
        const whole = all.map((row) => ({ ...row, cents: (row.cents ?? 0) % 25_000 }));
        const work = load(
          twoColumns({ ...(await FORMATS[0]![1](whole)), measures: [spend({ aboveBound: 'refuse' })] }),
        );
        const { totals, above } = reference(whole, ({ cents }) => cents ?? 0, BOUND);
        if ([...totals.keys()].some(above)) {
          refused += 1;
          await failure(work, 'data/invalid-measure');
        } else {
          expect(byKey(await work, 0)).toEqual(named(totals));
        }
      }),
      { numRuns: 100 },
    );
    expect(refused).toBeGreaterThan(5);
  });

  it('are exact for every amount of cents that a column of doubles can hold, in flat memory', async () => {
    // 7919 is prime to 2 and 5: the cents end in every way.
    const sql = `SELECT 'c' || i AS id, CAST(i * 7919 AS DOUBLE) / 100 AS spend,
                 CAST(i AS FLOAT) / CAST(100 AS FLOAT) AS small, CAST(i * 7919 AS DECIMAL(30,3)) / 100 AS price,
                 CAST(i AS HUGEINT) AS whole, CAST(i AS UBIGINT) AS unsigned FROM range(100000) t(i)`;
    const columns = ['spend', 'small', 'price', 'whole', 'unsigned'];
    const measures = columns.map((column) => ({ ...spend({ bound: '100000000' }), name: column, column }));
    const list = await load(customers('', { source: undefined, sql, measures }));
    const factors = [7919, 1, 7919, 100, 100];
    for (const [at, totals] of list.measures.entries()) {
      const wrong = totals.findIndex((quanta, i) => quanta !== i * factors[at]!);
      expect([columns[at], wrong]).toEqual([columns[at], -1]);
      expect(totals).toHaveLength(100_000);
      expect(totals.buffer.byteLength).toBeLessThanOrEqual(2 * 8 * 100_000);
    }
  });

  it('are as their rule says between two quanta and at the bound', async () => {
    const path = file('between.csv', 'id,spend\na,0.009\nb,499.999\nc,500.00\nd,500.004\ne,1e2\nf,-0\n');
    const down = await load(customers(path, { measures: [spend({ betweenQuanta: 'round-down' })] }));
    expect([...down.measures[0]!]).toEqual([0, 49_999, BOUND, BOUND, 10_000, 0]);
    const near = await load(customers(path, { measures: [spend({ betweenQuanta: 'round-nearest' })] }));
    expect([...near.measures[0]!]).toEqual([1, BOUND, BOUND, BOUND, 10_000, 0]);
    // Only 500.004 is above the bound: 499.999 was rounded up to it.
    expect(near.counts.measures['revenue']).toMatchObject({ clampedRows: 1, clampedKeys: 1 });
  });

  it('are none without measures, and may read one column twice or one that is also consent', async () => {
    const path = file('once.csv', 'id,orders\na,1\nb,0\nc,3\n');
    expect((await load(customers(path))).measures).toEqual([]);
    expect((await load(customers(path))).counts.measures).toEqual({});
    const count = { ...bought, name: 'count', rule: { ...bought.rule, bound: '10' } };
    const measures = [bought, count];
    expect((await load(customers(path, { measures }))).measures.map((of) => [...of])).toEqual([
      [1, 0, 1],
      [1, 0, 3],
    ]);
    const consent = { column: 'orders', equals: true } as const;
    expect((await load(customers(path, { measures, consent }))).measures.map((of) => [...of])).toEqual([
      [1],
      [1],
    ]);
  });

  it('are not looked at in rows without consent or without an identifier', async () => {
    const path = file('unused.csv', 'id,spend,ok\na,1,yes\nb,secret,no\n,TOTAL -5,yes\nbad\u0001,x,yes\n');
    const consent = { column: 'ok', equals: true } as const;
    const list = await load(
      customers(path, { consent, measures: [spend({ aboveBound: 'refuse', missing: 'refuse' })] }),
    );
    expect([...list.measures[0]!]).toEqual([100]);
    expect(list.counts.measures['revenue']!.values).toBe(1);
  });

  it('are not read by an export', async () => {
    const path = file('export.csv', 'id,spend\na,1\nb,2\n');
    const definition = customers(path, { measures: [spend()] });
    const list = await load(definition);
    file('export.csv', 'id\na\nb\n');
    const out = inFolder('out.csv');
    await exportRows(definition, { list, rows: Uint32Array.of(1), path: out });
    expect(readFileSync(out, 'utf8')).toBe('id\nb\n');
  });
});
