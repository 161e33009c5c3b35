import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openSource } from '../../src/data/source.js';
import {
  customers,
  emails,
  expected,
  failure,
  file,
  folder,
  inFolder,
  keyNames,
  load,
  parquet,
} from './scratch.js';

describe('a Parquet file', () => {
  it('gives columns of any type as text, without loss', async () => {
    const path = await parquet(
      'types.parquet',
      `SELECT 9007199254740993::BIGINT AS big, 18446744073709551615::UBIGINT AS huge, 12.50::DECIMAL(9,2) AS price,
       123.0::DOUBLE AS pandas, 0.5::DOUBLE AS half, 1e300::DOUBLE AS vast, 'nan'::DOUBLE AS none, true AS flag,
       'abc'::BLOB AS bytes, DATE '2024-02-29' AS day, 7::TINYINT AS tiny,
       'ba88e1a6-4a5d-4b3e-8f0a-2f1d7f3f6c11'::UUID AS id, NULL::INTEGER AS missing`,
    );
    const columns = [
      'big',
      'huge',
      'price',
      'pandas',
      'half',
      'vast',
      'none',
      'flag',
      'bytes',
      'day',
      'tiny',
      'id',
      'missing',
    ];
    const identifiers = Object.fromEntries(columns.map((name) => [name, { type: 'customer_id' as const }]));
    const list = await load({ source: path, identifiers, profile: 'uid2' });
    expect(keyNames(list)).toEqual(
      expected(
        'customer_id',
        '9007199254740993',
        '18446744073709551615',
        '12.50',
        '123',
        '0.5',
        '1e+300',
        'nan',
        'true',
        'abc',
        '2024-02-29',
        '7',
        'ba88e1a6-4a5d-4b3e-8f0a-2f1d7f3f6c11',
      ),
    );
    expect(list.counts.byType.customer_id!.blank).toBe(1);
  });

  it('keeps its order over many row groups and says how many rows there are', async () => {
    const path = await parquet('many.parquet', `SELECT 'c' || i AS id FROM range(300000) t(i)`);
    const totals = new Set<number | undefined>();
    const list = await load(customers(path), { onProgress: ({ totalRows }) => totals.add(totalRows) });
    expect([...totals]).toEqual([300_000]);
    expect([...list.rows]).toEqual(Array.from({ length: 300_000 }, (_, i) => i));
    expect(keyNames(list).at(-1)).toBe(expected('customer_id', 'c299999')[0]);
  });

  it('tells columns apart that differ only in case, and looks past nested ones', async () => {
    const path = await parquet(
      'case.parquet',
      `SELECT {'Email': 1, 'x': {'y': 2}} AS nested, 'a@example.com' AS email`,
    );
    expect(keyNames(await load(emails(path)))).toEqual(expected('email', 'a@example.com'));
    const error = await failure(
      load(emails(path, { identifiers: { y: { type: 'email' } } })),
      'data/missing-column',
    );
    expect(error.message).toContain('"nested", "email"');
  });

  it('may give consent as a truth value', async () => {
    const path = await parquet(
      'consent.parquet',
      `SELECT 'c' || i AS id, [true, false, NULL][i] AS ok FROM range(1, 4) t(i)`,
    );
    const list = await load(customers(path, { consent: { column: 'ok', equals: true } }));
    expect(keyNames(list)).toEqual(expected('customer_id', 'c1'));
    expect(list.counts.rowsWithoutConsent).toBe(2);
  });

  it('ends with a coded error when it is cut, no Parquet, or not UTF-8', async () => {
    const whole = readFileSync(
      await parquet('whole.parquet', `SELECT 'secret@example.com' AS email FROM range(9)`),
    );
    const latin = Buffer.from(whole);
    for (let at = latin.indexOf('secret'); at !== -1; at = latin.indexOf('secret', at)) latin[at] = 0xfc;
    const bent = Buffer.from(whole).fill(0x41, 8, 40);
    for (const content of [whole.subarray(0, -9), 'email\nsecret@example.com\n', '', bent]) {
      await failure(load(emails(file('bad.parquet', content))), 'data/unreadable');
    }
    const error = await failure(load(emails(file('latin.parquet', latin))), 'data/invalid-utf8');
    expect(error.message).not.toContain('ecret');
  });

  it('is never taken for a pattern', async () => {
    await parquet('one1.parquet', `SELECT 'wrong' AS id`);
    for (const name of ['one[1].parquet', 'one?.parquet', 'o*.parquet']) {
      const content = readFileSync(await parquet('right', `SELECT 'right' AS id`));
      expect(keyNames(await load(customers(file(name, content))))).toEqual(expected('customer_id', 'right'));
    }
  });
});

describe('a JSON file', () => {
  const objects = ['{"email": "ann@example.com", "n": 1}', '{"n": null, "email": "bob@example.com"}'];
  it.each([
    ['one object a line', 'a.ndjson', `${objects.join('\n')}\n`],
    ['one object a line with CRLF and blank lines', 'a.jsonl', `${objects.join('\r\n\r\n')}\r\n`],
    ['an array', 'a.json', `[${objects.join(',\n')}]`],
    ['an array after blanks and a mark', 'a.json', `\ufeff \n[${objects.join(',')}]\n`],
    ['objects after a mark', 'a.json', `\ufeff${objects.join('\n')}`],
    ['objects over several lines', 'a.json', objects.join('\n').replaceAll(',', ',\n')],
    ['gzip lines', 'a.ndjson.gz', gzipSync(objects.join('\n'))],
    ['a gzip array', 'a.json.gz', gzipSync(`[${objects.join(',')}]`)],
  ])('may be %s', async (_, name, content) => {
    const list = await load(emails(file(name, content)));
    expect(keyNames(list)).toEqual(expected('email', 'ann@example.com', 'bob@example.com'));
    expect([...list.rows]).toEqual([0, 1]);
  });

  it('gives back any texts that JSON can write, in their order', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ a: text, b: text })), fc.boolean(), async (records, asArray) => {
        const lines = records.map((record) => JSON.stringify(record)).join('\n');
        const path = file('any.json', asArray ? JSON.stringify(records) : lines);
        const source = await openSource(
          { source: path, identifiers: { b: { type: 'email' } }, profile: 'uid2' },
          ['b', 'a'],
          {},
        );
        const read: unknown[] = [];
        for await (const chunk of source.chunks()) {
          for (let row = 0; row < chunk.rowCount; row += 1)
            read.push({ a: chunk.text(1, row), b: chunk.text(0, row) });
        }
        source.close();
        expect(read).toEqual(records);
      }),
      { numRuns: 30 },
    );
  });

  it('gives numbers of any length and truth values as they are written', async () => {
    const path = file(
      'n.ndjson',
      '{"id": 123456789012345678901234567890}\n{"id": 18446744073709551615}\n{"id": true}\n{"id":0}\n',
    );
    expect(keyNames(await load(customers(path)))).toEqual(
      expected('customer_id', '123456789012345678901234567890', '18446744073709551615', 'true', '0'),
    );
  });

  it('may have keys that are pointers, and rows without the key', async () => {
    const path = file('k.ndjson', `{"x": 1}\n`.repeat(3_000) + '{"a/b~c\'d": "late"}\n');
    const list = await load(customers(path, { identifiers: { "a/b~c'd": { type: 'customer_id' } } }));
    expect(keyNames(list)).toEqual(expected('customer_id', 'late'));
    expect(list.counts.byType.customer_id!.blank).toBe(3_000);
  });

  it('is an empty list when it has no record', async () => {
    for (const content of ['', '\n', '[]', ' [ ] ']) {
      expect((await load(customers(file('e.json', content)))).counts.rows).toBe(0);
    }
  });

  it.each([
    ['a missing key', '{"mail": "secret@example.com"}', 'data/missing-column'],
    ['a cut array', '[{"email": "secret@example.com"}, {"email": ', 'data/malformed'],
    ['an array cut after an object', '[{"email": "secret@example.com"}', 'data/malformed'],
    ['a cut object', '{"email": "secret@example.com"}\n{"email": "secret', 'data/malformed'],
    ['text after the array', '[{"email": "secret@example.com"}] secret', 'data/malformed'],
    ['an open string', '{"email": "x"}\n{"email": "secret\n{"email": "z"}\n', 'data/malformed'],
    ['half a surrogate pair', '{"email": "\\ud800secret"}', 'data/malformed'],
    ['records that are not objects', '["secret", "email"]', 'data/malformed'],
    ['Latin-1', Buffer.from('{"email": "secr\xe9t@example.com"}', 'latin1'), 'data/invalid-utf8'],
  ] as const)('ends with a coded error: %s', async (_, content, code) => {
    const error = await failure(load(emails(file('bad.json', content))), code);
    expect(error.message).not.toMatch(/secr/);
  });

  it('ends with data/unreadable when it is gzip and cut at the end of a line', async () => {
    const stored = gzipSync('{"email": "a@example.com"}\n'.repeat(9_000), { level: 0 });
    const cut = stored.subarray(0, stored.lastIndexOf('\n', -100) + 1);
    await failure(load(emails(file('cut.ndjson.gz', cut))), 'data/unreadable');
  });
});

describe('SQL', () => {
  const sql = (text: string): Parameters<typeof load>[0] => ({
    sql: text,
    identifiers: { id: { type: 'customer_id' } },
    profile: 'uid2',
  });

  it.each([
    `SELECT 'a' AS id`,
    `select 'a' as id, 'x' as other;`,
    `WITH t AS (SELECT 'a' AS id) SELECT * FROM t -- done`,
    `FROM (VALUES ('a')) t(id); /* done */`,
    `SELECT 'a' AS ID`,
  ])('may be one SELECT statement: %s', async (text) => {
    expect(keyNames(await load(sql(text)))).toEqual(expected('customer_id', 'a'));
  });

  it('reads files and keeps their order', async () => {
    const path = file('s.csv', 'id,v\nz,1\ny,2\nx,3\n');
    expect(keyNames(await load(sql(`SELECT id FROM read_csv('${path}') ORDER BY v`)))).toEqual(
      expected('customer_id', 'z', 'y', 'x'),
    );
    expect(keyNames(await load(sql(`SELECT * FROM '${path}' ORDER BY id`)))).toEqual(
      expected('customer_id', 'x', 'y', 'z'),
    );
  });

  it.each([
    ['nothing', ''],
    ['a comment', '-- select 1'],
    ['two statements', `SELECT 'a' AS id; SELECT 'b' AS id`],
    ['another statement first', `CREATE TABLE t (id INT); SELECT 1 AS id`],
    ['a copy', `COPY (SELECT 'secret' AS id) TO '${folder}/stolen.csv'`],
    ['a setting', `SET threads = 1`],
    ['an attached database', `ATTACH '${folder}/x.db'`],
    ['an extension', `INSTALL httpfs`],
    [
      'logging to a file',
      `SELECT 'a' AS id FROM enable_logging(storage = 'file', storage_config = {'path': '${folder}/log'})`,
    ],
    ['nested text', `SELECT * FROM (SELECT * FROM query('SELECT 1 AS id'))`],
    ['a syntax error', `SELEC 'secret' AS id`],
    ['an early end', `SELECT 1 AS id) UNION (SELECT 2`],
    ['an unknown table', `SELECT * FROM secret_table`],
    ['an unknown function', `SELECT secret_function() AS id`],
    ['a parameter', `SELECT $1 AS id`],
    [
      'a value that does not convert',
      `SELECT CAST(s AS INTEGER) AS id FROM (SELECT 'secret' || range AS s FROM range(2))`,
    ],
    ['an error of its own', `SELECT error('secret') AS id`],
  ])('must not be %s', async (_, text) => {
    const error = await failure(load(sql(text)), 'data/invalid-query');
    expect(error.message).not.toContain('secret');
    expect(error.field).toBe('data.sql');
  });

  it('says how many statements there are', async () => {
    for (const [text, count] of [
      ['', 0],
      ['SELECT 1 AS id; SELECT 2 AS id', 2],
    ] as const) {
      const error = await failure(load(sql(text)), 'data/invalid-query');
      expect(error.message).toContain(`one SELECT statement, not ${count}`);
    }
  });

  it('says where a syntax error is', async () => {
    const error = await failure(load(sql(`SELECT 'secret' AS id FROM FROM`)), 'data/invalid-query');
    expect(error.message).toMatch(/character 28$/);
  });

  it('does not reach the network, files that are not there, or folders outside those allowed', async () => {
    await failure(load(sql(`SELECT * FROM read_csv('https://example.com/secret.csv')`)), 'data/unreadable');
    await failure(load(sql(`SELECT * FROM 's3://bucket/secret.parquet'`)), 'data/unreadable');
    await failure(load(sql(`SELECT * FROM '${folder}/none.parquet'`)), 'data/unreadable');
    const path = file('in.csv', 'id\na\n');
    const inside = { database: { sqlFolders: [folder] } };
    expect((await load(sql(`SELECT * FROM '${path}'`), inside)).counts.rows).toBe(1);
    await failure(
      load(sql(`SELECT content AS id FROM read_csv('/etc/hostname')`), inside),
      'data/unreadable',
    );
  });

  it('ends with data/out-of-memory rather than spill identifiers to disk', async () => {
    const text = `SELECT md5(range::VARCHAR) AS id FROM range(1500000) ORDER BY 1`;
    const database = { memoryLimit: '64MB', threads: 1 };
    await failure(load(sql(text), { database, maxElements: 1 }), 'data/out-of-memory');
    // The same query gets as far as its second row where it may spill.
    const spillFolder = inFolder('spill');
    await failure(
      load(sql(text), { database: { ...database, spillFolder }, maxElements: 1 }),
      'limit/elements',
    );
  });

  it('ends with a coded error for a missing column and for faults in the files it reads', async () => {
    const error = await failure(load(sql(`SELECT 1 AS a, 2 AS b`)), 'data/missing-column');
    expect(error.message).toContain('"a", "b"');
    const ragged = file('ragged.csv', 'id,n\na,1\nsecret\nb,2\n');
    const options = `auto_detect = false, header = true, columns = {'id': 'VARCHAR', 'n': 'VARCHAR'}`;
    const fault = await failure(
      load(sql(`SELECT id, n FROM read_csv('${ragged}', ${options})`)),
      'data/malformed',
    );
    expect(fault.message).toContain('line 3');
    expect(fault.message).not.toContain('secret');
  });

  it('does not take settings that DuckDB does not', async () => {
    await failure(load(sql(`SELECT 1 AS id`), { database: { memoryLimit: 'plenty' } }), 'config/invalid');
  });
});
