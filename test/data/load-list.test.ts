import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DataDefinition } from '../../src/data/index.js';
import { LIMITS } from '../../src/protocol/index.js';
import { tcString } from '../identity/tc-strings.js';
import { customers, emails, expected, failure, file, keyNames, load } from './scratch.js';

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

describe('loadList', () => {
  it('counts every value once: keys, digests, repeats, blanks and rejects by reason', async () => {
    const digest = sha256('ann@example.com');
    const path = file(
      'counts.csv',
      [
        'email,phone',
        'Ann@Example.com,+49 30 901820',
        `${digest.toString('hex')},`,
        `${digest.toString('base64')},not a phone`,
        ' ann@example.com ,+4930901820',
        ',  ',
        'no address,',
        'bob@example.com,+49 30 901821',
        '',
      ].join('\r\n'),
    );
    const list = await load(
      emails(path, { identifiers: { email: { type: 'email' }, phone: { type: 'phone' } } }),
    );
    expect(keyNames(list)).toEqual([
      ...expected('email', 'ann@example.com'),
      ...expected('phone', '+4930901820'),
      ...expected('email', 'bob@example.com'),
      ...expected('phone', '+4930901821'),
    ]);
    expect([...list.rows]).toEqual([0, 0, 6, 6]);
    expect(list.counts).toEqual({
      rows: 7,
      rowsWithoutConsent: 0,
      consent: { without: {}, created: null },
      ambiguous: 0,
      byType: {
        email: { keys: 2, hashed: 2, duplicates: 3, blank: 1, rejected: { 'not-an-email': 1 } },
        phone: { keys: 2, hashed: 0, duplicates: 1, blank: 3, rejected: { 'not-a-phone': 1 } },
      },
      measures: {},
    });
    expect(list.cells).toBeUndefined();
  });

  it('keeps the same text under two types as two keys', async () => {
    const path = file('types.csv', 'a,b\nexample.com,example.com\n');
    const identifiers = { a: { type: 'customer_id' }, b: { type: 'domain' } } as const;
    expect(keyNames(await load(customers(path, { identifiers })))).toEqual([
      ...expected('customer_id', 'example.com'),
      ...expected('domain', 'example.com'),
    ]);
  });

  it('passes region and encoding on to the columns', async () => {
    const path = file('region.csv', `phone,id\n030 901820,${sha256('x').toString('hex')}\n`);
    const identifiers = {
      phone: { type: 'phone' },
      id: { type: 'customer_id', encoding: 'sha256' },
    } as const;
    const list = await load({ source: path, identifiers, profile: 'uid2', region: 'DE' });
    expect(keyNames(list)).toEqual([...expected('phone', '+4930901820'), ...expected('customer_id', 'x')]);
  });

  it('leaves rows without consent out before anything else', async () => {
    const path = file('consent.csv', 'id,ok\na,yes\nb,no\nc,\nd,TRUE\na,no\nb,1\n');
    const list = await load(customers(path, { consent: { column: 'ok', equals: true } }));
    expect(keyNames(list)).toEqual(expected('customer_id', 'a', 'd', 'b'));
    expect([...list.rows]).toEqual([0, 3, 5]);
    expect(list.counts.rowsWithoutConsent).toBe(3);
    expect(list.counts.consent).toEqual({ without: { missing: 1, refused: 2 }, created: null });
    expect(list.counts.byType.customer_id!.duplicates).toBe(0);
  });

  it('reads consent from TC strings and counts by reason who is without it', async () => {
    const all = { consents: [1, 7], vendorConsents: [755], created: Date.UTC(2024, 0, 31, 23, 59) };
    const rows = [
      ['a', tcString(all)],
      ['b', tcString({ ...all, vendorConsents: [754] })],
      ['c', tcString({ ...all, consents: [1], created: Date.UTC(2023, 11, 1) })],
      ['d', tcString(all).slice(0, -20)],
      ['e', ''],
      ['f', 'true'],
      ['g', tcString({ ...all, created: Date.UTC(2025, 5, 15) })],
    ];
    const path = file('tcf.csv', ['id,tc', ...rows.map((row) => row.join(','))].join('\n'));
    const consent = { column: 'tc', kind: 'tcf', purposes: [1, 7], vendor: 755 } as const;
    const list = await load(customers(path, { consent }));
    expect(keyNames(list)).toEqual(expected('customer_id', 'a', 'g'));
    expect(list.counts).toMatchObject({
      rows: 7,
      rowsWithoutConsent: 5,
      consent: {
        without: { missing: 1, unreadable: 2, refused: 1, 'vendor-refused': 1 },
        created: { earliest: '2023-12-01', latest: '2025-06-15' },
      },
    });
    const wrong = { ...consent, purposes: [0] };
    await failure(load(customers(path, { consent: wrong })), 'config/invalid');
  });

  it('gives the same keys and cells for the rows in any order, with any repeats', async () => {
    const row = fc.tuple(fc.nat(20), fc.nat(2)).map(([id, arm]) => `c${id},arm${(id + arm * 0) % 3}`);
    await fc.assert(
      fc.asyncProperty(
        fc
          .array(row, { minLength: 1, maxLength: 40 })
          .chain((rows) =>
            fc.tuple(
              fc.constant(rows),
              fc.shuffledSubarray(rows, { minLength: rows.length }),
              fc.subarray(rows),
            ),
          ),
        async ([rows, shuffled, repeats]) => {
          const cellOf = async (name: string, content: readonly string[]): Promise<string[]> => {
            const list = await load(
              customers(file(name, ['id,arm', ...content].join('\n')), { cohorts: ['arm'] }),
            );
            const total = list.counts.byType.customer_id!;
            expect(total.keys + total.duplicates).toBe(content.length);
            return keyNames(list)
              .map((key, i) => `${key} ${list.cellLabels[list.cells![i]!]!.join()}`)
              .sort();
          };
          expect(await cellOf('p.csv', [...shuffled, ...repeats])).toEqual(await cellOf('q.csv', rows));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('tells its progress and can be cancelled', async () => {
    const path = file('long.csv', `id\n${Array.from({ length: 60_000 }, (_, i) => `c${i}\n`).join('')}`);
    const seen: number[] = [];
    await load(customers(path), { onProgress: ({ rows }) => seen.push(rows) });
    expect(seen.length).toBeGreaterThan(3);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(60_000);
    const controller = new AbortController();
    let last = 0;
    const cancelled = load(customers(path), {
      signal: controller.signal,
      onProgress: ({ rows }) => {
        last = rows;
        controller.abort();
      },
    });
    await failure(cancelled, 'session/cancelled');
    expect(last).toBeLessThan(60_000);
  });

  it('takes maxElements distinct keys, and ends soon after one more', async () => {
    const path = file(
      'limit.csv',
      `id\n${Array.from({ length: 50_000 }, (_, i) => `c${i % 40_000}\n`).join('')}`,
    );
    expect((await load(customers(path), { maxElements: 40_000 })).rows.length).toBe(40_000);
    await failure(load(customers(path), { maxElements: 39_999 }), 'limit/elements');
    let rows = 0;
    await failure(
      load(customers(path), { maxElements: 100, onProgress: (at) => (rows = at.rows) }),
      'limit/elements',
    );
    expect(rows).toBeLessThan(20_000);
  });

  it.each([
    ['no source', { identifiers: { id: { type: 'email' } }, profile: 'uid2' }, 'data.source'],
    ['two sources', { ...customers('a.csv'), sql: 'SELECT 1' }, 'data.sql'],
    ['an unknown kind of file', customers('a.xlsx'), 'data.source'],
    ['gzip Parquet', customers('a.parquet.gz'), 'data.source'],
    ['no identifiers', { ...customers('a.csv'), identifiers: {} }, 'data.identifiers'],
    ['a cohort twice', customers('a.csv', { cohorts: ['x', 'x'] }), 'data.cohorts'],
    ['a long delimiter', customers('a.csv', { csv: { delimiter: '||' } }), 'data.csv.delimiter'],
    ['a line end as quote', customers('a.csv', { csv: { quote: '\n' } }), 'data.csv.quote'],
    ['one character for both', customers('a.csv', { csv: { quote: ',' } }), 'data.csv.quote'],
  ] as [string, DataDefinition, string][])('refuses a definition with %s', async (_, definition, field) => {
    expect((await failure(load(definition), 'config/invalid')).field).toBe(field);
  });
});

describe('cohorts', () => {
  const cohorts = { cohorts: ['arm', 'region'] };

  it('put each key into the cell of its row; labels are sorted and a missing value is empty', async () => {
    const path = file('cells.csv', 'id,region,arm\na,n,t\nb,s,c\nc,,t\nd,s,c\nbad\u0001,z,z\ne,n,t\n');
    const list = await load(customers(path, cohorts));
    expect(list.cellLabels).toEqual([
      ['c', 's'],
      ['t', ''],
      ['t', 'n'],
    ]);
    expect([...list.cells!]).toEqual([2, 0, 1, 0, 2]);
  });

  it('are not confused by values that run together alike', async () => {
    const path = file('alike.csv', 'id,arm,region\na,x,yz\nb,xy,z\nc,1:x,\nd,,1:x\n');
    expect((await load(customers(path, cohorts))).cellLabels).toHaveLength(4);
  });

  it('may be shared by a repeated identifier, but not differ', async () => {
    const same = file('same.csv', 'id,arm,region\na,t,n\na,t,n\nb,c,n\n');
    expect((await load(customers(same, cohorts))).counts.ambiguous).toBe(0);
    const path = file(
      'differ.csv',
      'id,arm,region\na,t,n\nb,c,n\na,c,n\na,c,s\nsecret,t,n\nsecret,t,s\nd,t,q\n',
    );
    const error = await failure(load(customers(path, cohorts)), 'data/ambiguous-cohort');
    expect(error.message).toMatch(/^2 identifiers .*arm, region/);
    expect(error.message).not.toContain('secret');

    const first = await load(customers(path, cohorts), { onAmbiguousCohort: 'first' });
    expect(first.counts.ambiguous).toBe(2);
    expect(keyNames(first)).toEqual(expected('customer_id', 'a', 'b', 'secret', 'd'));
    expect([...first.cells!].map((cell) => first.cellLabels[cell]!.join())).toEqual([
      't,n',
      'c,n',
      't,n',
      't,q',
    ]);

    const drop = await load(customers(path, cohorts), { onAmbiguousCohort: 'drop' });
    expect(keyNames(drop)).toEqual(expected('customer_id', 'b', 'd'));
    expect([...drop.rows]).toEqual([1, 6]);
    expect([...drop.cells!].map((cell) => drop.cellLabels[cell]!.join())).toEqual(['c,n', 't,q']);
    expect(drop.cellLabels).toHaveLength(2);
    expect(drop.counts.byType.customer_id!.keys).toBe(2);
  });

  it('make at most maxCells cells', async () => {
    const path = file(
      'many.csv',
      `id,arm\n${Array.from({ length: LIMITS.cells + 1 }, (_, i) => `c${i},a${i}\n`).join('')}`,
    );
    await failure(load(customers(path, { cohorts: ['arm'] })), 'limit/cells');
    await failure(load(customers(path, { cohorts: ['arm'] }), { maxCells: 1e9 }), 'limit/cells');
    const fewer = file(
      'few.csv',
      `id,arm\n${Array.from({ length: LIMITS.cells }, (_, i) => `c${i},a${i}\n`).join('')}`,
    );
    expect((await load(customers(fewer, { cohorts: ['arm'] }))).cellLabels).toHaveLength(LIMITS.cells);
  });
});
