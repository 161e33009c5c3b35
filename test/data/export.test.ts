import { DuckDBInstance } from '@duckdb/node-api';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  exportRows,
  selectRows,
  writeOutputFile,
  type DataDefinition,
  type LoadedList,
} from '../../src/data/index.js';
import { CsvWriter } from '../../src/data/csv-writer.js';
import { systemRandom } from '../../src/system-random.js';
import { loadList } from '../../src/data/index.js';
import { customers, expected, failure, file, folder, keyNames, load } from './scratch.js';

/** A fresh folder for output, and what lies in it afterwards. */
function outFolder(): { path: (name: string) => string; files: () => string[] } {
  const out = mkdtempSync(join(folder, 'out-'));
  return { path: (name) => join(out, name), files: () => readdirSync(out) };
}

const PEOPLE =
  'n,email,phone,arm\n' +
  '1,Ann@Example.com ,+49 30 901820,t\n' +
  '2,"bob@example.com",,t\n' +
  '3,ann@example.com,,c\n' +
  '4,"not an\naddress",+49-30-901821,c\n' +
  '5,,,c\n' +
  '6,bob@example.com,+49 30 901822,t\n' +
  '7,"eve,""x""",,t\n';

function people(name: string, content = PEOPLE): DataDefinition {
  return {
    source: file(name, content),
    identifiers: { phone: { type: 'phone' }, email: { type: 'email' } },
    profile: 'uid2',
  };
}

describe('selectRows', () => {
  it('divides the rows that have keys into matched and unmatched', async () => {
    const list = await load(people('people.csv'));
    // Keys: row 0 phone 0 and ann 1, row 1 bob 2, row 3 phone 3, row 5 phone 4 (and bob again).
    expect([...list.rows]).toEqual([0, 0, 1, 3, 5]);
    const rows = (matched: number[], which: 'matched' | 'unmatched'): number[] => [
      ...selectRows(list, Uint32Array.from(matched), which),
    ];
    expect(rows([], 'matched')).toEqual([]);
    expect(rows([], 'unmatched')).toEqual([0, 1, 3, 5]);
    expect(rows([1, 0], 'matched')).toEqual([0]);
    expect(rows([3], 'unmatched')).toEqual([0, 1, 5]);
    // Row 5 is of bob, who matched, though its own key did not.
    expect(rows([2], 'matched')).toEqual([1, 5]);
    expect(rows([2], 'unmatched')).toEqual([0, 3]);
    expect(() => rows([5], 'matched')).toThrow(expect.objectContaining({ code: 'internal/defect' }));
  });

  it('still knows shared keys after ambiguous ones were dropped', async () => {
    const path = file('drop.csv', 'a,b,arm\nx,,t\ny,,t\nx,z,c\ny,w,t\n');
    const identifiers = { a: { type: 'customer_id' }, b: { type: 'customer_id' } } as const;
    const list = await load(customers(path, { identifiers, cohorts: ['arm'] }), {
      onAmbiguousCohort: 'drop',
    });
    expect(keyNames(list)).toEqual(expected('customer_id', 'y', 'z', 'w'));
    expect([...selectRows(list, Uint32Array.of(0), 'matched')]).toEqual([1, 3]);
    expect([...selectRows(list, Uint32Array.of(0), 'unmatched')]).toEqual([2]);
  });
});

describe('exportRows', () => {
  const rows = Uint32Array.of(0, 3, 5);

  it('writes the identifier columns as they stand, for nobody else to read', async () => {
    const definition = people('as-is.csv');
    const list = await load({ ...definition, cohorts: ['arm'] }, { onAmbiguousCohort: 'first' });
    const out = outFolder();
    await exportRows(definition, { list, rows, path: out.path('audience.csv') });
    expect(readFileSync(out.path('audience.csv'), 'utf8')).toBe(
      'phone,email\n+49 30 901820,Ann@Example.com \n+49-30-901821,"not an\naddress"\n+49 30 901822,bob@example.com\n',
    );
    expect(statSync(out.path('audience.csv')).mode & 0o777).toBe(0o600);
    expect(out.files()).toEqual(['audience.csv']);
  });

  it.each(['csv', 'parquet'])('writes a %s file that loads to the same keys', async (extension) => {
    const content = `id,email\n${Array.from({ length: 9_000 }, (_, i) => `"c,""${i}",u${i}@example.com\n`).join('')}`;
    const definition: DataDefinition = {
      source: file('many.csv', content),
      identifiers: { id: { type: 'customer_id' }, email: { type: 'email' } },
      profile: 'uid2',
    };
    const list = await load(definition);
    const out = outFolder();
    const path = out.path(`audience.${extension}`);
    const chosen = Uint32Array.from({ length: 3_000 }, (_, i) => i * 3);
    await exportRows(definition, { list, rows: chosen, path });
    const again = await load({ ...definition, source: path });
    expect(keyNames(again)).toEqual(keyNames(list).filter((_, key) => list.rows[key]! % 3 === 0));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(out.files()).toEqual([`audience.${extension}`]);
  });

  it('keeps missing values missing in Parquet, and writes a file without rows', async () => {
    const definition = people('nulls.csv');
    const list = await load(definition);
    const out = outFolder();
    await exportRows(definition, { list, rows: Uint32Array.of(), path: out.path('none.csv') });
    expect(readFileSync(out.path('none.csv'), 'utf8')).toBe('phone,email\n');
    await exportRows(definition, { list, rows: Uint32Array.of(), path: out.path('none.parquet') });
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const result = await connection.runAndReadAll(`DESCRIBE SELECT * FROM '${out.path('none.parquet')}'`);
    expect(result.getRows().map((row) => row.slice(0, 2))).toEqual([
      ['phone', 'VARCHAR'],
      ['email', 'VARCHAR'],
    ]);
    connection.closeSync();
    instance.closeSync();
  });

  const changes: [string, string][] = [
    ['a row more', `${PEOPLE}8,zoe@example.com,,t\n`],
    ['a row less', PEOPLE.slice(0, PEOPLE.lastIndexOf('7,'))],
    ['another person in a row', PEOPLE.replace('Ann@Example.com', 'Zoe@Example.com')],
    ['an identifier gone', PEOPLE.replace('+49 30 901822', '')],
    ['rows in another order', PEOPLE.replace(/^(1.*\n)(2.*\n)/m, '$2$1')],
  ];
  it.each(changes)('writes nothing when the source has %s', async (_, changed) => {
    const definition = people('changing.csv');
    const list = await load(definition);
    writeFileSync(definition.source!, changed);
    for (const extension of ['csv', 'parquet']) {
      const out = outFolder();
      const error = await failure(
        exportRows(definition, { list, rows, path: out.path(`a.${extension}`) }),
        'data/source-changed',
      );
      expect(error.message).not.toMatch(/example|901/);
      expect(out.files()).toEqual([]);
    }
  });

  it('writes nothing when somebody withdrew consent, the file is gone, or the export is cancelled', async () => {
    const definition = {
      ...customers(file('ok.csv', 'id,ok\na,1\nb,1\n')),
      consent: { column: 'ok', equals: true },
    };
    const list = await load(definition);
    const out = outFolder();
    const options = { list, rows: Uint32Array.of(1), path: out.path('a.csv') };
    writeFileSync(definition.source!, 'id,ok\na,1\nb,0\n');
    await failure(exportRows(definition, options), 'data/source-changed');
    await failure(
      exportRows({ ...definition, source: `${definition.source!}.csv` }, options),
      'data/unreadable',
    );
    await failure(exportRows(definition, { ...options, signal: AbortSignal.abort() }), 'session/cancelled');
    expect(out.files()).toEqual([]);
  });

  it('keeps the old file when it fails', async () => {
    const definition = people('old.csv');
    const list = await load(definition);
    const out = outFolder();
    writeFileSync(out.path('a.csv'), 'old');
    writeFileSync(definition.source!, changes[2]![1]);
    await failure(exportRows(definition, { list, rows, path: out.path('a.csv') }), 'data/source-changed');
    expect([readFileSync(out.path('a.csv'), 'utf8'), out.files()]).toEqual(['old', ['a.csv']]);
  });

  it('notices SQL whose order changes', async () => {
    const path = file('order.csv', 'id\na\nb\nc\nd\n');
    // Stands for a query without ORDER BY: the order comes from the outside and differs the second time.
    const direction = file('direction.csv', 'sign\n1\n');
    const definition: DataDefinition = {
      sql: `SELECT id FROM '${path}', (SELECT sign FROM '${direction}') ORDER BY ascii(id) * sign`,
      identifiers: { id: { type: 'customer_id' } },
      profile: 'uid2',
    };
    const list = await load(definition);
    const out = outFolder();
    await exportRows(definition, { list, rows: Uint32Array.of(1), path: out.path('a.csv') });
    expect(readFileSync(out.path('a.csv'), 'utf8')).toBe('id\nb\n');
    writeFileSync(direction, 'sign\n-1\n');
    await failure(
      exportRows(definition, { list, rows: Uint32Array.of(1), path: out.path('b.csv') }),
      'data/source-changed',
    );
    expect(out.files()).toEqual(['a.csv']);
  });

  it('ends with output/unwritable, and leaves nothing, where it cannot write', async () => {
    const definition = people('unwritable.csv');
    const list: LoadedList = await loadList(definition, { random: systemRandom });
    const out = outFolder();
    mkdirSync(out.path('taken.csv'));
    mkdirSync(out.path('taken.parquet'));
    for (const name of ['taken.csv', 'taken.parquet', 'none/a.csv', 'none/a.parquet']) {
      await failure(exportRows(definition, { list, rows, path: out.path(name) }), 'output/unwritable');
    }
    expect(out.files().toSorted()).toEqual(['taken.csv', 'taken.parquet']);
    await failure(exportRows(definition, { list, rows, path: out.path('a.txt') }), 'config/invalid');
  });

  it('removes the temporary file when the disk is full', async () => {
    const out = outFolder();
    // /dev/full takes no byte, as a full disk; the writer is the one that exports use.
    const work = writeOutputFile(out.path('a.csv'), async () => {
      const writer = await CsvWriter.open('/dev/full', ['id']);
      try {
        await writer.finish();
      } finally {
        await writer.close();
      }
    });
    const error = await failure(work, 'output/unwritable');
    expect(error.message).toContain('ENOSPC');
    expect(out.files()).toEqual([]);
  });
});
