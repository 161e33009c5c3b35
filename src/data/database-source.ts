import { DuckDBVarCharVector, type DuckDBConnection, type DuckDBResult } from '@duckdb/node-api';
import { VesicaError } from '../errors.js';
import { findColumn } from './columns.js';
import {
  literal,
  openDatabase,
  patternFor,
  quoted,
  type DatabaseSettings,
  type FileAccess,
} from './database.js';
import type { DatabaseSource } from './definition.js';
import { readFailure, type FailureContext } from './failures.js';
import { jsonFormat, jsonKeys } from './json-source.js';
import type { OpenSource, RowChunk } from './row-chunk.js';
import { checkGzip, type SourceFile } from './source-file.js';
import { checkSelect } from './sql-guard.js';

/** A FROM clause, and for each column asked for an expression that gives its text. */
interface Plan {
  readonly from: string;
  readonly expressions: readonly string[];
  readonly totalRows?: number;
}

/**
 * Opens what DuckDB reads and finds `columns` in it. The query that runs selects them and nothing else.
 *
 * @throws VesicaError as `openSource`.
 */
export async function openDatabaseSource(
  source: DatabaseSource,
  columns: readonly string[],
  settings: DatabaseSettings,
): Promise<OpenSource> {
  const context: FailureContext =
    source.kind === 'sql' ? { name: 'data.sql', isQuery: true } : { name: source.path, isQuery: false };
  const database = await openDatabase(settings, accessFor(source, settings));
  try {
    const { connection } = database;
    const plan = await planFor({ connection, source, columns });
    const result = await connection.stream(`SELECT ${plan.expressions.join(', ')} FROM ${plan.from}`);
    return {
      totalRows: plan.totalRows,
      chunks: () => readChunks(result, context),
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw readFailure(error, context);
  }
}

function accessFor(source: DatabaseSource, settings: DatabaseSettings): FileAccess {
  if (source.kind !== 'sql') return { kind: 'files', paths: [source.path, patternFor(source.path)] };
  return settings.sqlFolders === undefined
    ? { kind: 'any' }
    : { kind: 'folders', paths: settings.sqlFolders };
}

async function* readChunks(result: DuckDBResult, context: FailureContext): AsyncGenerator<RowChunk> {
  for (;;) {
    let chunk;
    try {
      chunk = await result.fetchChunk();
    } catch (error) {
      throw readFailure(error, context);
    }
    if (chunk === null || chunk.rowCount === 0) return;
    const vectors: DuckDBVarCharVector[] = [];
    for (let position = 0; position < chunk.columnCount; position += 1) {
      const vector = chunk.getColumnVector(position);
      if (!(vector instanceof DuckDBVarCharVector)) {
        throw new VesicaError('internal/defect', 'a column was not read as text');
      }
      vectors.push(vector);
    }
    yield {
      rowCount: chunk.rowCount,
      text: (position, row) => vectors[position]?.getItem(row) ?? null,
      line: () => undefined,
    };
  }
}

interface PlanRequest {
  readonly connection: DuckDBConnection;
  readonly source: DatabaseSource;
  readonly columns: readonly string[];
}

function planFor(request: PlanRequest): Promise<Plan> {
  const { source } = request;
  switch (source.kind) {
    case 'parquet':
      return planParquet(request, source.path);
    case 'json':
      return planJson(request, source);
    case 'sql':
      return planSql(request, source.text);
  }
}

/** Column names come from the file itself: DuckDB renames those that differ only in case. */
async function planParquet({ connection, columns }: PlanRequest, path: string): Promise<Plan> {
  const pattern = literal(patternFor(path));
  const from = `read_parquet(${pattern}, binary_as_string = true)`;
  const readable = await describe(connection, from);
  const schema = await connection.runAndReadAll(`SELECT name, num_children FROM parquet_schema(${pattern})`);
  const own = topLevelNames(
    schema.getRows().map(([name, children]) => [String(name), Number(children ?? 0)]),
  );
  const names = own.length === readable.length ? own : readable.map(({ name }) => name);
  const metadata = await connection.runAndReadAll(`SELECT num_rows FROM parquet_file_metadata(${pattern})`);
  return {
    from,
    expressions: columns.map((column) => asText(readable[findColumn(column, names, path)])),
    totalRows: Number(metadata.getRows()[0]?.[0] ?? 0),
  };
}

/** The root's children in a schema listed depth first, each node with its number of children. */
function topLevelNames(nodes: readonly (readonly [string, number])[]): string[] {
  const names: string[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < (nodes[at]?.[1] ?? 0); child += 1) next = skip(next);
    return next;
  };
  let at = 1;
  while (at < nodes.length) {
    names.push(nodes[at]?.[0] ?? '');
    at = skip(at);
  }
  return names;
}

async function planJson({ connection, columns }: PlanRequest, file: SourceFile): Promise<Plan> {
  const compression = file.gzip ? 'gzip' : 'uncompressed';
  await checkGzip(file);
  const format = await jsonFormat(file);
  const pattern = literal(patternFor(file.path));
  const from = `read_json_objects(${pattern}, format = '${format}', compression = '${compression}')`;
  const keys = await jsonKeys(connection, from, columns);
  // A file without any record has no columns and no rows: an empty list, not a missing column.
  const names = columns.map((column) =>
    keys === undefined ? column : (keys[findColumn(column, keys, file.path)] ?? ''),
  );
  return {
    from,
    // JSON Pointer (RFC 6901); ->> gives the text of a string and the literal of a number, of any length.
    expressions: names.map(
      (name) => `json ->> ${literal(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)}`,
    ),
  };
}

async function planSql({ connection, columns }: PlanRequest, sql: string): Promise<Plan> {
  await checkSelect(connection, sql);
  // The text goes in as a string, not pasted into another query: it cannot end early or swallow what follows.
  const from = `query(${literal(sql)})`;
  const readable = await describe(connection, from);
  const names = readable.map(({ name }) => name);
  return {
    from,
    expressions: columns.map((column) => asText(readable[findColumn(column, names, 'data.sql')])),
  };
}

interface TypedColumn {
  readonly name: string;
  readonly type: string;
}

async function describe(connection: DuckDBConnection, from: string): Promise<TypedColumn[]> {
  const result = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`);
  return result.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
}

/**
 * Text of a column of any type. Whole floating-point numbers are written as integers: a tool that knows no missing
 * integer (pandas) stores customer 123 as 123.0.
 */
function asText(column: TypedColumn | undefined): string {
  const name = quoted(column?.name ?? '');
  const text = `CAST(${name} AS VARCHAR)`;
  if (column?.type !== 'DOUBLE' && column?.type !== 'FLOAT') return text;
  const whole = `${name} = trunc(${name}) AND abs(${name}) <= ${Number.MAX_SAFE_INTEGER}`;
  return `CASE WHEN ${whole} THEN CAST(CAST(${name} AS BIGINT) AS VARCHAR) ELSE ${text} END`;
}
