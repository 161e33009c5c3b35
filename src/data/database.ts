import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { resolve } from 'node:path';
import { VesicaError } from '../errors.js';

/** What DuckDB may use. */
export interface DatabaseSettings {
  /** Most memory DuckDB takes, as it writes sizes: `1GB` unless told. The keys themselves come on top. */
  readonly memoryLimit?: string | undefined;
  /** Threads DuckDB uses: 2 unless told. Reading is bound by hashing, which is one thread. */
  readonly threads?: number | undefined;
  /**
   * Folder where a query that outgrows the memory may spill, in the clear. None unless told: a spilled sort holds raw
   * identifiers, so by default it ends with `data/out-of-memory` instead.
   */
  readonly spillFolder?: string | undefined;
  /** Folders that SQL may read from. All that the process can read unless told. */
  readonly sqlFolders?: readonly string[] | undefined;
}

/** Which files a database may open. */
export type FileAccess =
  | { readonly kind: 'files'; readonly paths: readonly string[] }
  | { readonly kind: 'folders'; readonly paths: readonly string[] }
  | { readonly kind: 'any' };

/** An in-memory database, locked: no network, no extensions, no files but those allowed, settings fixed. */
export interface Database {
  readonly connection: DuckDBConnection;
  close(): void;
}

/**
 * Opens a database for one load or one export. JSON and Parquet are built into DuckDB; extensions are neither installed
 * nor loaded on demand, so an address like https:// in a query fails without a packet being sent.
 *
 * @throws VesicaError `config/invalid` when DuckDB does not take a setting.
 */
export async function openDatabase(settings: DatabaseSettings, access: FileAccess): Promise<Database> {
  try {
    return await open(settings, access);
  } catch {
    throw new VesicaError(
      'config/invalid',
      'the memory limit, threads or spill folder is not one DuckDB takes',
    );
  }
}

async function open(settings: DatabaseSettings, access: FileAccess): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_persistent_secrets: 'false',
    memory_limit: settings.memoryLimit ?? '1GB',
    threads: String(settings.threads ?? 2),
    temp_directory: settings.spillFolder ?? '',
    preserve_insertion_order: 'true',
  });
  const connection = await instance.connect();
  const close = (): void => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    if (access.kind !== 'any') {
      const setting = access.kind === 'files' ? 'allowed_paths' : 'allowed_directories';
      const paths = access.paths.map((path) => literal(resolve(path))).join(', ');
      await connection.run(`SET ${setting} = [${paths}]`);
      await connection.run('SET enable_external_access = false');
    }
    await connection.run('SET lock_configuration = true');
  } catch (error) {
    close();
    throw error;
  }
  return { connection, close };
}

/** `text` as an SQL string. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `name` as an SQL identifier. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The absolute form of `path` in which DuckDB, which reads paths as patterns, finds that one file. */
export function patternFor(path: string): string {
  return resolve(path).replace(/[*?[]/g, '[$&]');
}
