import type { DuckDBConnection } from '@duckdb/node-api';
import { VesicaError } from '../errors.js';

/**
 * Table functions that a query may call: those that read files or make rows. Others can change the database (logging
 * to a file, checkpoints) or run SQL text that was not checked (`query`).
 */
const TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  'read_csv',
  'read_csv_auto',
  'read_parquet',
  'parquet_scan',
  'read_json',
  'read_json_auto',
  'read_json_objects',
  'read_json_objects_auto',
  'read_ndjson',
  'read_ndjson_auto',
  'read_ndjson_objects',
  'glob',
  'range',
  'generate_series',
  'unnest',
]);

/**
 * Makes sure that `sql` is exactly one SELECT statement (WITH, VALUES and FROM-first forms included) and calls no table
 * function that does more than read. DuckDB's own parser decides, through the statement's syntax tree.
 *
 * @throws VesicaError `data/invalid-query`; the message has the position of a syntax error, never a part of the text.
 */
export async function checkSelect(connection: DuckDBConnection, sql: string): Promise<void> {
  const tree = await syntaxTree(connection, sql);
  if (tree.error === true) {
    if (tree.error_type !== 'parser') throw invalid('it must be a SELECT statement');
    const position = Number(tree.position);
    throw invalid(
      `it has a syntax error${Number.isInteger(position) ? ` at character ${position + 1}` : ''}`,
    );
  }
  const count = tree.statements?.length ?? 0;
  if (count !== 1) throw invalid(`it must be one SELECT statement, not ${count}`);
  for (const name of tableFunctions(tree.statements)) {
    if (!TABLE_FUNCTIONS.has(name.toLowerCase())) {
      throw invalid('it calls a table function other than those that read files or make rows');
    }
  }
}

interface SyntaxTree {
  readonly error?: unknown;
  readonly error_type?: unknown;
  readonly position?: unknown;
  readonly statements?: readonly unknown[];
}

async function syntaxTree(connection: DuckDBConnection, sql: string): Promise<SyntaxTree> {
  try {
    const result = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
    return JSON.parse(String(result.getRows()[0]?.[0])) as SyntaxTree;
  } catch {
    throw invalid('it could not be parsed');
  }
}

/** The names of all table functions in a syntax tree, at any depth. */
function* tableFunctions(root: unknown): Generator<string> {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== 'object' || node === null) continue;
    if ('type' in node && node.type === 'TABLE_FUNCTION' && 'function' in node) {
      const called = node.function as { readonly function_name?: unknown };
      yield String(called.function_name);
    }
    for (const child of Object.values(node)) open.push(child);
  }
}

function invalid(message: string): VesicaError {
  return new VesicaError('data/invalid-query', `data.sql: ${message}`, { field: 'data.sql' });
}
