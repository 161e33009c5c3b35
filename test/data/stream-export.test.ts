import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  exportColumnNames,
  exportRows,
  ExportTally,
  rowsOfList,
  selectRows,
  streamExport,
  type DataDefinition,
  type ExportForm,
  type KnownRow,
  type KnownRows,
  type LoadedList,
  type RowFormat,
} from '../../src/data/index.js';
import { ParquetEncoder } from '../../src/data/parquet-encoder.js';
import { customers, failure, file, inFolder, load } from './scratch.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A tag that a test can see through: the first bytes of the key. */
const tagOf = (typeCode: number, key: Uint8Array): number =>
  Buffer.from(key).readUIntLE(0, 5) * 256 + typeCode;

/** What a node would know of `list` later, in batches of `size`. */
function knownOf(
  list: LoadedList,
  { rows, size = 2 }: { rows?: Uint32Array; size?: number } = {},
): KnownRows {
  const chosen: KnownRow[] = [];
  for (const { row, keys } of rowsOfList(list)) {
    if (rows !== undefined && !rows.includes(row)) continue;
    const tags = keys.map((key) => tagOf(list.types[key]!, list.keys.subarray(32 * key, 32 * key + 32)));
    chosen.push({ row, tags });
  }
  const batches = async function* (): AsyncGenerator<readonly KnownRow[]> {
    for (let i = 0; i < chosen.length; i += size) yield await Promise.resolve(chosen.slice(i, i + size));
  };
  return { sourceRows: list.counts.rows, isComplete: list.counts.ambiguous === 0, tagOf, rows: batches() };
}

interface Made {
  readonly bytes: Buffer;
  readonly tally: ExportTally;
}

async function make(
  definition: DataDefinition,
  known: KnownRows,
  { form = 'own', format = 'csv' }: { form?: ExportForm; format?: RowFormat } = {},
): Promise<Made> {
  const tally = new ExportTally();
  const pieces: Uint8Array[] = [];
  for await (const piece of streamExport(definition, { known, form, format, tally })) pieces.push(piece);
  return { bytes: Buffer.concat(pieces), tally };
}

const linesOf = ({ bytes }: Made): string[][] =>
  bytes
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));

/** Rows of a Parquet file as DuckDB reads them. */
async function readParquet(name: string, bytes: Uint8Array): Promise<unknown[][]> {
  writeFileSync(inFolder(name), bytes);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const result = await connection.runAndReadAll(`SELECT * FROM '${inFolder(name)}'`);
  const rows = [result.columnNames(), ...result.getRows()];
  // A count is answered from the metadata alone.
  const counted = await connection.runAndReadAll(
    `SELECT num_rows FROM parquet_file_metadata('${inFolder(name)}')`,
  );
  expect(counted.getRows()).toEqual([[BigInt(rows.length - 1)]]);
  connection.closeSync();
  instance.closeSync();
  return rows;
}

const HEADER = 'phone,mail,device,id,other\n';
const CONTACTS =
  HEADER +
  '+1 (657) 777-0000, Jane.Doe+News@Gmail.com ,5F3A2B18-9C4D-4E7F-B8E2-17D3A1E69B25,c1,b@example.com\n' +
  '+37493828222,Ünal@Example.DE,,c2,\n' +
  ',,,c3,\n';

function contacts(
  name: string,
  profile: DataDefinition['profile'] = 'uid2',
  content = CONTACTS,
): DataDefinition {
  return {
    source: file(name, content),
    identifiers: {
      phone: { type: 'phone' },
      mail: { type: 'email' },
      device: { type: 'maid' },
      id: { type: 'customer_id' },
      other: { type: 'email' },
    },
    profile,
  };
}

describe('the forms of upload pages', () => {
  it('has for Meta: addresses with their dots, digits of phones, device ids in the clear', async () => {
    const definition = contacts('meta.csv');
    const made = await make(definition, knownOf(await load(definition)), { form: 'meta' });
    expect(linesOf(made)).toEqual([
      ['phone', 'email', 'madid', 'email'],
      [
        sha256('16577770000'),
        sha256('jane.doe+news@gmail.com'),
        '5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25',
        sha256('b@example.com'),
      ],
      [sha256('37493828222'), sha256('ünal@example.de'), '', ''],
    ]);
    // The third row has nothing but a customer id.
    expect(made.tally).toEqual({ rows: 2, rowsLeftOut: 1, foreignDigests: 0, unusableValues: 0 });
  });

  it('has for Google: Gmail addresses without dots and plus, phones in E.164', async () => {
    const definition = contacts('google.csv');
    const made = await make(definition, knownOf(await load(definition)), { form: 'google' });
    expect(linesOf(made)).toEqual([
      ['Phone', 'Email', 'Email'],
      [sha256('+16577770000'), sha256('janedoe@gmail.com'), sha256('b@example.com')],
      [sha256('+37493828222'), sha256('ünal@example.de'), ''],
    ]);
  });

  it('has for TikTok: addresses lower-cased, phones in E.164, device ids hashed', async () => {
    const definition = contacts('tiktok.csv');
    const made = await make(definition, knownOf(await load(definition)), { form: 'tiktok' });
    expect(linesOf(made)).toEqual([
      ['Phone_SHA256', 'Email_SHA256', 'MAID_SHA256', 'Email_SHA256'],
      [
        sha256('+16577770000'),
        sha256('jane.doe+news@gmail.com'),
        sha256('5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25'),
        sha256('b@example.com'),
      ],
      [sha256('+37493828222'), sha256('ünal@example.de'), '', ''],
    ]);
  });

  it('takes out white space inside an address where the platform does', async () => {
    // Only profile google has a match key for such an address.
    const definition = contacts('spaces.csv', 'google', `${HEADER},jane doe@example.com,,c1,\n`);
    const written = async (form: ExportForm): Promise<Made> =>
      make(definition, knownOf(await load(definition)), { form });
    for (const form of ['google', 'tiktok'] as const) {
      expect(linesOf(await written(form))[1]).toContain(sha256('janedoe@example.com'));
    }
    expect((await written('meta')).tally).toMatchObject({ rows: 0, rowsLeftOut: 1, unusableValues: 1 });
  });

  it('gives the digests that TikTok prints as examples', async () => {
    // ads.tiktok.com/help, "How to create a Custom Audience with a customer file", September 2025. Its example of a
    // hashed phone number is the digest of a number without plus sign, against the rule beside it, and is left out.
    const content = `${HEADER},janedoe@gmail.com,5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25,,\n`;
    const definition = contacts('example.csv', 'uid2', content);
    const made = await make(definition, knownOf(await load(definition)), { form: 'tiktok' });
    expect(linesOf(made)[1]).toEqual([
      '',
      'd6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69',
      '83dc3f5f32b9472613b0f038d36f22585a609d018af6f6067f50da318bf354bd',
      '',
    ]);
  });

  // Which digests of a dataset's profile a platform gets; everything else is left out and counted.
  const passed: Record<DataDefinition['profile'], Record<string, string>> = {
    uid2: { meta: '', google: 'p', tiktok: 'pd' },
    google: { meta: '', google: 'pe', tiktok: 'pd' },
    meta: { meta: 'pe', google: '', tiktok: 'ped' },
    pair: { meta: 'e', google: 'p', tiktok: 'ped' },
  };
  const cases = Object.entries(passed).flatMap(([profile, forms]) =>
    Object.entries(forms).map(([form, letters]) => [profile, form, letters] as const),
  );
  it.each(cases)('passes on digests of profile %s to %s: %s', async (profile, form, letters) => {
    const digests = ['p', 'e', 'd'].map((letter) => sha256(letter));
    const [phone, email, device] = digests as [string, string, string];
    // As base64 and in capitals, which are other spellings of the same digests.
    const base64 = Buffer.from(email, 'hex').toString('base64');
    const content = `${HEADER}${phone.toUpperCase()},${base64},${device},,clear@example.com\n`;
    const definition = contacts('digests.csv', profile as DataDefinition['profile'], content);
    const made = await make(definition, knownOf(await load(definition)), { form: form as ExportForm });
    const written = linesOf(made)[1]!;
    const expected = digests.filter((_, i) => letters.includes('ped'[i === 2 ? 2 : i]!));
    expect(written.filter((value) => digests.includes(value)).toSorted()).toEqual(expected.toSorted());
    expect(written).toContain(sha256('clear@example.com'));
    const taken = form === 'google' ? 2 : 3;
    expect(made.tally.foreignDigests).toBe(taken - letters.length);
  });

  it('refuses what a platform does not take: no identifier of its own, or a fourth column', () => {
    const refused = (definition: DataDefinition, form: ExportForm): void => {
      expect(() => exportColumnNames(definition, form)).toThrow(
        expect.objectContaining({ code: 'config/invalid', field: 'profile' }),
      );
    };
    const ids = customers('ids.csv');
    for (const form of ['meta', 'google', 'tiktok'] as const) refused(ids, form);
    expect(exportColumnNames(ids, 'own')).toEqual(['id']);
    refused({ ...ids, identifiers: { device: { type: 'maid' } } }, 'google');
    const four = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, { type: 'email' }] as const));
    for (const form of ['meta', 'tiktok'] as const) refused({ ...ids, identifiers: four }, form);
    expect(exportColumnNames({ ...ids, identifiers: four }, 'google')).toEqual(Array(4).fill('Email'));
  });
});

describe('an export without the loaded list', () => {
  const PEOPLE =
    'n,email,phone\n' +
    '1,Ann@Example.com ,+49 30 901820\n' +
    '2,"bob@example.com",\n' +
    '3,ann@example.com,\n' +
    '4,eve@example.com,+49-30-901821\n' +
    '5,,\n' +
    '6,bob@example.com,+49 30 901822\n';
  const people = (name: string): DataDefinition => ({
    source: file(name, PEOPLE),
    identifiers: { phone: { type: 'phone' }, email: { type: 'email' } },
    profile: 'uid2',
  });

  it('writes what an export with the list writes, whichever keys matched', async () => {
    const definition = people('same.csv');
    const list = await load(definition);
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...list.rows.keys()]),
        fc.constantFrom('matched', 'unmatched'),
        fc.integer({ min: 1, max: 9 }),
        async (matched, selection, size) => {
          const rows = selectRows(list, Uint32Array.from(matched), selection);
          await exportRows(definition, { list, rows, path: inFolder('with-list.csv') });
          const made = await make(definition, knownOf(list, { rows, size }));
          expect(made.bytes.toString()).toBe(readFileSync(inFolder('with-list.csv'), 'utf8'));
          expect(made.tally.rows).toBe(rows.length);
        },
      ),
      { numRuns: 30 },
    );
  });

  const changes: [string, string][] = [
    ['a row more', `${PEOPLE}7,zoe@example.com,\n`],
    ['a row less', PEOPLE.slice(0, PEOPLE.lastIndexOf('6,'))],
    ['no rows', 'n,email,phone\n'],
    ['another person in a row', PEOPLE.replace('Ann@Example.com', 'Zoe@Example.com')],
    ['an identifier gone', PEOPLE.replace('+49 30 901822', '')],
    ['an identifier more', PEOPLE.replace('"bob@example.com",', '"bob@example.com",+49 30 901899')],
    ['another identifier that an earlier row had', PEOPLE.replace(/bob(?=.*\n$)/, 'ann')],
    ['rows in another order', PEOPLE.replace(/^(1.*\n)(2.*\n)/m, '$2$1')],
  ];
  it.each(changes)('ends with data/source-changed when the source has %s', async (_, changed) => {
    const definition = people('changing.csv');
    const list = await load(definition);
    writeFileSync(definition.source!, changed);
    const error = await failure(make(definition, knownOf(list)), 'data/source-changed');
    expect(error.message).not.toMatch(/example|901/);
  });

  it('asks for consent again', async () => {
    const consent = { column: 'ok', equals: true };
    const definition = { ...customers(file('ok.csv', 'id,ok\na,1\nb,1\n')), consent };
    const list = await load(definition);
    writeFileSync(definition.source!, 'id,ok\na,1\nb,0\n');
    await failure(make(definition, knownOf(list)), 'data/source-changed');
    const made = await make(definition, knownOf(list, { rows: Uint32Array.of(0) }));
    expect(made.bytes.toString()).toBe('id\na\n');
  });

  it('leaves out the identifiers that were dropped from the list, and values that are none', async () => {
    const content = 'a,b,arm\nx,,t\ny,no\u0007ne,t\nx,z,c\nw,x,t\n';
    const identifiers = { a: { type: 'customer_id' }, b: { type: 'customer_id' } } as const;
    const definition = { ...customers(file('drop.csv', content)), identifiers };
    const list = await load({ ...definition, cohorts: ['arm'] }, { onAmbiguousCohort: 'drop' });
    const made = await make(definition, knownOf(list));
    expect(made.bytes.toString()).toBe('a,b\ny,\n,z\nw,\n');
    expect(made.tally).toMatchObject({ rows: 3, unusableValues: 3 });
  });

  it('does not trust rows out of order, or past the end', async () => {
    const definition = people('order.csv');
    const known = knownOf(await load(definition));
    const rows = async function* (...numbers: number[]): AsyncGenerator<KnownRow[]> {
      for await (const batch of known.rows) {
        yield batch.map((row, i) => ({ ...row, row: numbers[i] ?? row.row }));
        return;
      }
    };
    await failure(make(definition, { ...known, rows: rows(0, 0) }), 'internal/defect');
    const again = knownOf(await load(definition));
    const past = async function* (): AsyncGenerator<KnownRow[]> {
      yield* again.rows as AsyncGenerator<KnownRow[]>;
      yield [{ row: 99, tags: [] }];
    };
    await failure(make(definition, { ...again, rows: past() }), 'internal/defect');
  });
});

describe('Parquet without DuckDB', () => {
  const value = fc.option(
    fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'ü😀', 'a'.repeat(300))),
  );

  it('is what DuckDB reads', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }).chain((columns) =>
          fc
            .array(fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { maxLength: 20 }), {
              maxLength: 3,
            })
            .map((batches) => ({ columns, batches })),
        ),
        async ({ columns, batches }) => {
          const names = Array.from({ length: columns }, (_, i) => `c${i}`);
          const encoder = new ParquetEncoder(names);
          const bytes = [encoder.start(), ...batches.map((rows) => encoder.rows(rows)), encoder.end()];
          const [header, ...rows] = await readParquet('random.parquet', Buffer.concat(bytes));
          expect(header).toEqual(names);
          expect(rows).toEqual(batches.flat());
        },
      ),
      { numRuns: 40 },
    );
  });

  it('has row groups, which come out as they fill, and tells apart names that occur twice', async () => {
    const encoder = new ParquetEncoder(['email', 'Email', 'email_2']);
    const bytes: Uint8Array[] = [encoder.start()];
    const wide = 'x'.repeat(1000);
    for (let i = 0; i < 40; i += 1) {
      bytes.push(encoder.rows(Array.from({ length: 500 }, (_, j) => [wide, `${i * 500 + j}`, null])));
    }
    expect(bytes.filter((piece) => piece.length > 0).length).toBe(3);
    bytes.push(encoder.end());
    const [header, ...rows] = await readParquet('groups.parquet', Buffer.concat(bytes));
    expect(header).toEqual(['email', 'Email_2', 'email_2_2']);
    expect(rows.map((row) => row[1])).toEqual(Array.from({ length: 20_000 }, (_, i) => String(i)));
    expect(rows.every((row) => row[0] === wide && row[2] === null)).toBe(true);
  });

  it('is the same table as the CSV', async () => {
    const definition = contacts('table.csv');
    const list = await load(definition);
    const csv = linesOf(await make(definition, knownOf(list), { form: 'meta' }));
    const made = await make(definition, knownOf(list), { form: 'meta', format: 'parquet' });
    const [header, ...rows] = await readParquet('table.parquet', made.bytes);
    expect(header).toEqual(['phone', 'email', 'madid', 'email_2']);
    expect(rows.map((row) => row.map((cell) => cell ?? ''))).toEqual(csv.slice(1));
  });
});
