import { readCsv } from './csv-source.js';
import type { DatabaseSettings } from './database.js';
import { checkDefinition, csvCharacters, sourceOf, type DataDefinition } from './definition.js';
import type { OpenSource } from './row-chunk.js';
import { checkReadable } from './source-file.js';

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
  if (source.kind !== 'sql') await checkReadable(source.path);
  if (source.kind === 'csv') {
    return {
      totalRows: undefined,
      chunks: () => readCsv(source, columns, csvCharacters(definition)),
      close: () => undefined,
    };
  }
  // Loading DuckDB takes a quarter of a second, which a CSV file need not pay.
  const { openDatabaseSource } = await import('./database-source.js');
  return openDatabaseSource(source, columns, settings);
}
