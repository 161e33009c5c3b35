import { DuckDBVarCharVector, type DuckDBConnection, type DuckDBResult } from '@duckdb/node-api';
import { VesicaError } from '../errors.js';
import { findColumn } from './columns.js';
import { readCsvHeader } from './csv-header.js';
import {
  literal,
  openDatabase,
  patternFor,
  quoted,
  type DatabaseSettings,
  type FileAccess,
} from './database.js';
import {
  checkDefinition,
  csvCharacters,
  sourceOf,
  type DataDefinition,
  type SourceKind,
} from './definition.js';
import { readFailure, type FailureContext } from './failures.js';
import { jsonFormat, jsonKeys } from './json-source.js';
import { checkReadable } from './source-file.js';
import { checkSelect } from './sql-guard.js';

/** Some consecutive rows of a source, at most a few thousand. */
export interface RowChunk {
  readonly rowCount: number;
  /** The text of a mapped column (by its position among those asked for) in row `row` of this chunk; `null` if absent. */
  text(position: number, row: number): string | null;
}

/** A source whose columns have been found, ready to be read once. */
export interface OpenSource {
  /** Rows in all where the file says so (Parquet). */
  readonly totalRows: number | undefined;
  /** All rows in the order of the source. To be iterated once. */
  chunks(): AsyncGenerator<RowChunk>;
  close(): void;
}

/** A FROM clause, and for each column asked for an expression that gives its text. */
interface Plan {
  readonly from: string;
  readonly expressions: readonly string[];
  readonly totalRows?: number;
}

/**
 * Opens the source of `definition` and finds `columns` in it. Only they are ever read: the query that runs selects them
 * and nothing else.
 *
 * @throws VesicaError `config/invalid`, `data/unreadable`, `data/malformed`, `data/invalid-utf8`, `data/missing-column`,
 * `data/invalid-query`, `data/out-of-memory`; no message holds a value.
 */
export async function openSource(
  definition: DataDefinition,
  columns: readonly string[],
  settings: DatabaseSettings,
): Promise<OpenSource> {
  checkDefinition(definition);
  const source = sourceOf(definition);
  if (source.kind === 'file') await checkReadable(source);
  const context: FailureContext = {
    kind: source.kind,
    name: source.kind === 'file' ? source.path : 'data.sql',
  };
  const database = await openDatabase(settings, accessFor(source, settings));
  try {
    const { connection } = database;
    const plan = await planFor({ connection, source, definition, columns });
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

function accessFor(source: SourceKind, settings: DatabaseSettings): FileAccess {
  if (source.kind === 'file') return { kind: 'files', paths: [source.path, patternFor(source.path)] };
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
    };
  }
}

interface PlanRequest {
  readonly connection: DuckDBConnection;
  readonly source: SourceKind;
  readonly definition: DataDefinition;
  readonly columns: readonly string[];
}

function planFor(request: PlanRequest): Promise<Plan> {
  const { source } = request;
  if (source.kind === 'sql') return planSql(request, source.text);
  switch (source.format) {
    case 'csv':
      return planCsv(request, source);
    case 'parquet':
      return planParquet(request, source.path);
    case 'json':
      return planJson(request, source);
  }
}

type FileSource = Extract<SourceKind, { kind: 'file' }>;

/** Every setting is given, so that DuckDB guesses nothing; columns are numbered, so that a repeated name does no harm. */
async function planCsv({ definition, columns }: PlanRequest, file: FileSource): Promise<Plan> {
  const characters = csvCharacters(definition);
  const header = await readCsvHeader(file, characters);
  const positions = columns.map((column) => findColumn(column, header.names, file.path));
  const options = [
    'auto_detect = false',
    'header = true',
    `skip = ${header.blankLines}`,
    `delim = ${literal(characters.delimiter)}`,
    `quote = ${literal(characters.quote)}`,
    `escape = ${literal(characters.quote)}`,
    `columns = {${header.names.map((_, i) => `'c${i}': 'VARCHAR'`).join(', ')}}`,
    `compression = '${file.gzip ? 'gzip' : 'none'}'`,
    'strict_mode = true',
    // One pass from the start cannot mistake a line end inside quotes for the end of a row; hashing is slower anyway.
    'parallel = false',
  ];
  return {
    from: `read_csv(${literal(patternFor(file.path))}, ${options.join(', ')})`,
    expressions: positions.map((position) => `c${position}`),
  };
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

async function planJson({ connection, columns }: PlanRequest, file: FileSource): Promise<Plan> {
  const compression = file.gzip ? 'gzip' : 'none';
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
