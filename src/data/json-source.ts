import type { DuckDBConnection } from '@duckdb/node-api';
import { VesicaError } from '../errors.js';
import { chunksOf, type SourceFile } from './source-file.js';

/** How many records are looked at for column names before the whole file is. */
const SAMPLE_RECORDS = 2048;

const WHITE_SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);
const BYTE_ORDER_MARK = new Set([0xef, 0xbb, 0xbf]);
const OPENING_BRACKET = 0x5b;

/**
 * `array` when the first character is an opening bracket, else `unstructured`: objects one after the other, which takes
 * in one object a line (NDJSON).
 *
 * @throws VesicaError `data/unreadable`.
 */
export async function jsonFormat(file: SourceFile): Promise<'array' | 'unstructured'> {
  for await (const bytes of chunksOf(file)) {
    const first = bytes.find((byte) => !WHITE_SPACE.has(byte) && !BYTE_ORDER_MARK.has(byte));
    if (first !== undefined) return first === OPENING_BRACKET ? 'array' : 'unstructured';
  }
  return 'unstructured';
}

/**
 * The keys that occur in the records of a JSON source, `undefined` when it has no record. All of them are looked for
 * only if one of `wanted` is not among those of the first records.
 *
 * @throws VesicaError `data/malformed` when one of the records looked at is not an object.
 */
export async function jsonKeys(
  connection: DuckDBConnection,
  from: string,
  wanted: readonly string[],
): Promise<readonly string[] | undefined> {
  const sample = await distinctKeys(connection, `(SELECT json FROM ${from} LIMIT ${SAMPLE_RECORDS})`);
  if (sample === undefined || wanted.every((column) => sample.includes(column))) return sample;
  return distinctKeys(connection, from);
}

async function distinctKeys(connection: DuckDBConnection, from: string): Promise<string[] | undefined> {
  const counted = await connection.runAndReadAll(
    `SELECT count(*), count(*) FILTER (json_type(json) <> 'OBJECT') FROM ${from}`,
  );
  const [records, others] = counted.getRows()[0] ?? [];
  if (Number(others) > 0) {
    throw new VesicaError('data/malformed', 'the JSON source has records that are not objects');
  }
  if (Number(records) === 0) return undefined;
  const result = await connection.runAndReadAll(
    `SELECT DISTINCT unnest(json_keys(json)) AS name FROM ${from} ORDER BY name`,
  );
  return result.getRows().map(([name]) => String(name));
}
