import { DuckDBInstance } from '@duckdb/node-api';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import {
  loadList,
  type DataDefinition,
  type LoadedList,
  type LoadOptions,
  type MeasureColumn,
} from '../../src/data/index.js';
import { toHex } from '../../src/bytes.js';
import { VesicaError, type ErrorCode } from '../../src/errors.js';
import { KEY_TYPES } from '../../src/group/index.js';
import { systemRandom } from '../../src/system-random.js';

/** A folder of this test file, removed at its end. */
export const folder = mkdtempSync(join(tmpdir(), 'vesica-data-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file into the folder; its path. */
export function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

export function inFolder(name: string): string {
  return join(folder, name);
}

/** Writes the rows of a query as a Parquet file with DuckDB itself. */
export async function parquet(name: string, select: string): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const path = inFolder(name);
  await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

/** A definition with one e-mail column, which most tests need. */
export function emails(source: string, more: Partial<DataDefinition> = {}): DataDefinition {
  return { source, identifiers: { email: { type: 'email' } }, profile: 'uid2', ...more };
}

export function customers(source: string, more: Partial<DataDefinition> = {}): DataDefinition {
  return { source, identifiers: { id: { type: 'customer_id' } }, profile: 'uid2', ...more };
}

/** A measure of cents, up to 500 euros a key. */
export function spend(rule: Partial<MeasureColumn['rule']> = {}): MeasureColumn {
  return {
    name: 'revenue',
    column: 'spend',
    rule: {
      quantum: '0.01',
      bound: '500',
      aboveBound: 'clamp',
      betweenQuanta: 'refuse',
      missing: 'zero',
      ...rule,
    },
  };
}

export function load(definition: DataDefinition, options: Partial<LoadOptions> = {}): Promise<LoadedList> {
  return loadList(definition, { random: systemRandom, ...options });
}

/** `type:hex` of every key, in the order of the list. */
export function keyNames(list: LoadedList): string[] {
  return [...list.types].map(
    (type, i) => `${KEY_TYPES[type]!}:${toHex(list.keys.subarray(i * 32, i * 32 + 32))}`,
  );
}

/** What `keyNames` gives for normalised identifiers: an independent SHA-256. */
export function expected(type: string, ...normalised: string[]): string[] {
  return normalised.map((text) => `${type}:${createHash('sha256').update(text).digest('hex')}`);
}

/** The coded error that `work` must end with. */
export async function failure(work: Promise<unknown>, code: ErrorCode): Promise<VesicaError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VesicaError);
  expect((error as VesicaError).code).toBe(code);
  return error as VesicaError;
}
