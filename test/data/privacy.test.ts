import { DuckDBInstance } from '@duckdb/node-api';
import { gzipSync } from 'node:zlib';
import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DataDefinition } from '../../src/data/index.js';
import { VesicaError } from '../../src/errors.js';
import { customers, emails, expected, file, inFolder, keyNames, load } from './scratch.js';

/** Stands in every place of a source where a value can stand; must stand nowhere in an error. */
const CANARY = 'canary';

const sql = (text: string): DataDefinition => ({
  sql: text,
  identifiers: { email: { type: 'email' } },
  profile: 'uid2',
});
const json = (name: string, content: string): DataDefinition => emails(file(name, content));
const csv = (content: string | Uint8Array): DataDefinition => emails(file('c.csv', content));
const row = `${CANARY}@example.com,${CANARY}`;

/** Each source fails in its own way. */
const FAILING: [string, () => DataDefinition][] = [
  ['a short row', () => csv(`email,n\n${row}\n${CANARY}\n`)],
  ['a long row', () => csv(`email,n\n${row},${CANARY}\n`)],
  ['an open quote', () => csv(`email,n\n"${row}\n${row}\n`)],
  ['a stray quote', () => csv(`email,n\n${CANARY}"${CANARY},\n`)],
  ['text after a quote', () => csv(`email,n\n"${CANARY}"${CANARY},\n`)],
  ['Latin-1', () => csv(Buffer.from(`email,n\n\xe9${row}\n`, 'latin1'))],
  ['no header', () => csv(`${row}\n${row}\n`)],
  ['a long line', () => csv(`email,n\n${CANARY.repeat(1_000_000)},\n`)],
  [
    'a cut gzip file',
    () => emails(file('c.csv.gz', gzipSync(`email,n\n${row}\n`, { level: 0 }).subarray(0, -9))),
  ],
  ['two cohorts', () => ({ ...csv(`email,n\n${row}\n${row}x\n`), cohorts: ['n'] })],
  ['a broken record', () => json('c.ndjson', `{"email": "${CANARY}"}\n{"email": ${CANARY}}\n`)],
  ['a cut record', () => json('c.ndjson', `{"email": "${CANARY}", "n": "${CANARY}`)],
  ['a record that is a text', () => json('c.json', `["${CANARY}"]`)],
  ['keys that are addresses', () => json('c.json', `{"${CANARY}@example.com": 1}`)],
  ['text that is no Parquet', () => emails(file('c.parquet', row.repeat(50)))],
  [
    'a bad conversion',
    () => sql(`SELECT CAST(x AS INTEGER) AS email FROM (SELECT '${CANARY}' || range AS x FROM range(3))`),
  ],
  ['a syntax error', () => sql(`SELECT '${CANARY}' AS email FROM ${CANARY} ${CANARY} ${CANARY}`)],
  ['an unknown table', () => sql(`SELECT email FROM ${CANARY}`)],
  ['an unknown column', () => sql(`SELECT ${CANARY} AS email`)],
  ['an error of its own', () => sql(`SELECT error('${CANARY}') AS email`)],
  ['a date that is none', () => sql(`SELECT strptime('${CANARY}', '%Y') AS email`)],
  [
    'a file inside that is ragged, read as told',
    () =>
      sql(
        `SELECT email FROM read_csv('${file('t.csv', `email,n\n${row}\n${row},${CANARY}\n`)}', auto_detect = false,
         header = true, columns = {'email': 'VARCHAR', 'n': 'VARCHAR'})`,
      ),
  ],
  ['Parquet text that is not UTF-8', () => emails(latinParquet)],
  [
    'a file inside that is ragged',
    () => sql(`SELECT email FROM '${file('r.csv', `email,n\n${row}\n"${CANARY}\n`)}'`),
  ],
];

const measures = [
  {
    name: 'n',
    column: 'n',
    rule: { quantum: '1', bound: '9', aboveBound: 'refuse', betweenQuanta: 'refuse', missing: 'refuse' },
  },
] as const;
const text = `{"email": "${CANARY}@example.com", "n": "${CANARY}"}`;
FAILING.push(
  ['a measure in CSV', () => ({ ...csv(`email,n\n${row}\n`), measures })],
  ['a measure in JSON', () => ({ ...json('c.ndjson', text), measures })],
  [
    'a measure in SQL',
    () => ({ ...sql(`SELECT '${CANARY}@example.com' AS email, '${CANARY}' AS n`), measures }),
  ],
);

let latinParquet = '';
beforeAll(async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  latinParquet = inFolder('latin.parquet');
  await connection.run(
    `COPY (SELECT '${CANARY}\\xFC'::BLOB AS email FROM range(3)) TO '${latinParquet}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
});

describe('an error', () => {
  it.each(FAILING)('holds no value of the source: %s', async (_, definition) => {
    const error: unknown = await load(definition()).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(VesicaError);
    expect((error as VesicaError).code).not.toBe('internal/defect');
    // Message, stack, field, cause and whatever else hangs on it.
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/canary/i);
  });
});

describe('columns that are not mapped', () => {
  it('are not read', async () => {
    const path = file('u.csv', Buffer.from('id,note\na,\xff\nb,\xfe\n', 'latin1'));
    expect(keyNames(await load(customers(path)))).toEqual(expected('customer_id', 'a', 'b'));
    const untouched = `SELECT 'a' AS id, error('was read') AS note FROM range(2)`;
    const list = await load({
      sql: untouched,
      identifiers: { id: { type: 'customer_id' } },
      profile: 'uid2',
    });
    expect(keyNames(list)).toEqual(expected('customer_id', 'a'));
  });
});
