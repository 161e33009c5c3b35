import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { DatabaseSettings, DataDefinition } from '../../data/index.js';
import { VesicaError } from '../../errors.js';

/** What `SourceFolders.open` is told. */
export interface SourceFoldersOptions {
  /** Folders that datasets may be read from, absolute. None means that nothing can be read. */
  readonly folders: readonly string[];
  /** Files and folders that must never be read: the state, identity, keys, configuration, backups. */
  readonly keepOut: readonly string[];
}

/** A definition of which all that is read lies in the folders. */
export interface ReadableSource<Data extends DataDefinition> {
  readonly data: Data;
  readonly database: DatabaseSettings;
}

/**
 * Which files datasets may be read from. A definition comes from an operator, who must not read what the process can read:
 * keys, the state, the environment. So a source must lie in one of the folders that the configuration names, where its
 * symbolic links end and not where they begin, and SQL reads in those folders only (DuckDB follows links before it compares).
 */
export class SourceFolders {
  /** Of a service that reads no dataset. */
  static readonly none = new SourceFolders([]);

  /** Where they really are. */
  readonly #folders: readonly string[];

  private constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  /**
   * The folders, of which none may hold anything of `keepOut` or lie in it.
   *
   * @throws VesicaError `config/invalid` with field `data.folders`, also when a folder is not there.
   */
  static async open({ folders, keepOut }: SourceFoldersOptions): Promise<SourceFolders> {
    const kept = await Promise.all([...keepOut, '/proc'].map(whereItEnds));
    const real: string[] = [];
    for (const folder of folders) {
      if (!isAbsolute(folder)) throw badFolder(folder, 'is not an absolute path');
      const isFolder = await stat(folder).then(
        (found) => found.isDirectory(),
        () => false,
      );
      if (!isFolder) throw badFolder(folder, 'is not a folder that this process can read');
      const place = await whereItEnds(folder);
      for (const [i, path] of kept.entries()) {
        if (!isIn(path, place) && !isIn(place, path)) continue;
        throw badFolder(
          folder,
          `must not hold ${keepOut[i] ?? '/proc'} or lie in it: who defines datasets could read it`,
        );
      }
      real.push(place);
    }
    return new SourceFolders(real);
  }

  /** @throws VesicaError `config/invalid` with field `data.source` when the source lies in none of the folders now. */
  async require(data: Pick<DataDefinition, 'source'>): Promise<void> {
    if (data.source !== undefined) await this.#find(data.source);
  }

  /**
   * What to read for `data`: its source by the path without links, so that none can be exchanged before it is opened, and
   * settings by which SQL reads in the folders only. To be asked each time that something is read.
   *
   * @throws VesicaError as `require`.
   */
  async readable<Data extends DataDefinition>(
    data: Data,
    database: DatabaseSettings = {},
  ): Promise<ReadableSource<Data>> {
    const source = data.source === undefined ? {} : { source: await this.#find(data.source) };
    return { data: { ...data, ...source }, database: { ...database, sqlFolders: this.#folders } };
  }

  /** A file that is not there ends where it would be; opening it tells so. */
  async #find(source: string): Promise<string> {
    const place = await whereItEnds(source);
    if (this.#folders.some((folder) => isIn(place, folder))) return place;
    const which =
      this.#folders.length === 0
        ? 'the configuration of the node names none (data.folders)'
        : this.#folders.join(', ');
    const why = `data.source must lie in a folder that the node reads datasets from: ${which}`;
    throw new VesicaError('config/invalid', why, { field: 'data.source' });
  }
}

/** `path` without links; as much of it as is there. */
async function whereItEnds(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch {
    const above = dirname(absolute);
    return above === absolute ? absolute : join(await whereItEnds(above), basename(absolute));
  }
}

function isIn(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function badFolder(folder: string, what: string): VesicaError {
  return new VesicaError('config/invalid', `data.folders: ${folder} ${what}`, { field: 'data.folders' });
}
