import { createHash } from 'node:crypto';
import { exportColumnNames, ExportTally, streamExport, type DataDefinition } from '../../data/index.js';
import { asVesicaError, VesicaError } from '../../errors.js';
import {
  found,
  NODE_ACTOR,
  pageOf,
  rowsToAsk,
  type Actor,
  type NodeContext,
  type Page,
  type PageQuery,
} from '../context.js';
import type { Terms } from '../../protocol/index.js';
import { dataFor, type Definitions, type SourceFolders } from '../datasets/index.js';
import type { SealedFolder } from '../keys/index.js';
import {
  EXPORT_FORMATS,
  EXPORT_KINDS,
  EXPORT_PROFILES,
  type ExportRow,
  type SessionRow,
} from '../store/index.js';
import { ExportEntries } from './export-entries.js';
import { exportViewOf, type ExportView, type NewExport } from './export-view.js';
import { DAY_MS, noLongerKept, type MatchedRows, type RetentionDays } from './matched-rows.js';

export interface ExportsOptions {
  /** Where the files are, sealed; nothing else may be in it. */
  readonly folder: SealedFolder;
  readonly matched: MatchedRows;
  readonly definitions: Pick<Definitions, 'find'>;
  /** Days that exports of a session are kept. */
  readonly retentionDays: RetentionDays;
  /** Where sources may be read from. */
  readonly sources: SourceFolders;
}

export interface ExportsQuery extends PageQuery {
  readonly session?: string | undefined;
}

/** A file on its way out. */
export interface Download {
  readonly name: string;
  readonly mediaType: string;
  /** From memory to memory: what is on the disk stays sealed. Throws `keys/damaged` before its end if the file was changed. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

const MEDIA_TYPES = { csv: 'text/csv; charset=utf-8', parquet: 'application/vnd.apache.parquet' } as const;

/**
 * The exports of a node: which of its own people matched, as a file for an upload page or for its own use. A file is written
 * in the background, one at a time, and is on the disk only sealed; every step is in the audit log with the number of rows.
 */
export class Exports {
  readonly #context: NodeContext;
  readonly #options: ExportsOptions;
  readonly #entries: ExportEntries;
  readonly #stopping = new AbortController();
  /** The last export that was asked for; each waits for the one before. */
  #last: Promise<void> = Promise.resolve();

  constructor(context: NodeContext, options: ExportsOptions) {
    this.#context = context;
    this.#options = options;
    this.#entries = new ExportEntries(context);
  }

  /**
   * Begins an export and resolves when it is entered, in state `writing`; it ends in `ready` or `failed`.
   *
   * @throws VesicaError `config/invalid` with field `kind`, `profile` or `format`, also when the profile takes none of the
   * dataset's identifiers; `api/not-found` with field `session` or `dataset`; `state/conflict` with field `session` when the
   * session is not one of mode psi that is done and told this node who matched; `api/gone` when that is no longer kept.
   */
  async create(given: NewExport, actor: Actor): Promise<ExportView> {
    requireOneOf('kind', given.kind, EXPORT_KINDS);
    requireOneOf('profile', given.profile, EXPORT_PROFILES);
    requireOneOf('format', given.format, EXPORT_FORMATS);
    const session = await this.#exportable(given.session);
    const data = await this.#dataOf(session);
    exportColumnNames(data, given.profile);
    if (!(await this.#options.matched.has(session.id))) throw noLongerKept();
    const row = await this.#entries.begin(given, { actor, expiresAt: await this.#expiryOf(session) });
    this.#last = this.#last.then(() => this.#write(row, data, actor));
    return exportViewOf(row);
  }

  async find(id: string): Promise<ExportView | undefined> {
    const row = await this.#entries.find(id);
    return row && exportViewOf(row);
  }

  /** @throws VesicaError `api/not-found` with field `export`. */
  async get(id: string): Promise<ExportView> {
    return exportViewOf(await this.#row(id));
  }

  /** @throws VesicaError `config/invalid` with field `limit`. */
  async list(query: ExportsQuery = {}): Promise<Page<ExportView>> {
    const rows = this.#context.store.db.selectFrom('exports').selectAll();
    let asked = rows.orderBy('id', 'desc').limit(rowsToAsk(query));
    if (query.after !== undefined) asked = asked.where('id', '<', query.after);
    if (query.session !== undefined) asked = asked.where('session_id', '=', query.session);
    return pageOf(await asked.execute(), query, exportViewOf);
  }

  /**
   * The file of an export. That it was asked for, and by whom, is in the audit log before this resolves.
   *
   * @throws VesicaError `api/not-found`; `api/gone` when it was deleted; `state/conflict` when it is not ready.
   */
  async download(id: string, actor: Actor): Promise<Download> {
    const row = await this.#row(id);
    if (row.state === 'deleted') {
      throw new VesicaError('api/gone', 'the export was deleted', { field: 'export' });
    }
    if (row.state !== 'ready' || row.file === null) {
      throw new VesicaError('state/conflict', `the export is ${row.state}`, { field: 'export' });
    }
    await this.#entries.downloaded(row, actor);
    return {
      name: `${row.kind}-${row.profile}-${row.id}.${row.format}`,
      mediaType: MEDIA_TYPES[row.format],
      bytes: this.#options.folder.read(row.file),
    };
  }

  /**
   * Deletes the file of an export and what could be guessed from; that it was, and its counts, stay. Once it is deleted,
   * nothing more happens.
   *
   * @throws VesicaError `api/not-found`; `state/conflict` while it is written.
   */
  async delete(id: string, actor: Actor): Promise<void> {
    const row = await this.#row(id);
    if (row.state === 'deleted') return;
    if (row.state === 'writing') {
      throw new VesicaError('state/conflict', 'the export is being written', { field: 'export' });
    }
    // From the disk first: what is said to be deleted must be.
    await this.#options.folder.remove(fileOf(id));
    await this.#entries.deleted(row, actor);
  }

  /** Exports whose time has come, but for those that are being written. */
  async due(): Promise<ExportView[]> {
    const rows = this.#context.store.db.selectFrom('exports').selectAll();
    const due = rows
      .where('state', 'in', ['ready', 'failed'])
      .where('expires_at', '<=', this.#context.now().toISOString());
    return (await due.orderBy('expires_at').execute()).map(exportViewOf);
  }

  /**
   * To be called once at the start, before anything is exported: fails the exports that the end of the run before broke off,
   * finishes deletions that it broke off, and deletes every file that no export knows. Ids of the failed ones.
   */
  async recover(): Promise<string[]> {
    const rows = this.#context.store.db.selectFrom('exports').selectAll();
    const failed: string[] = [];
    const broken = new VesicaError('session/interrupted', 'the node ended while it wrote the export');
    for (const row of await rows.where('state', '=', 'writing').orderBy('id').execute()) {
      await this.#entries.failed(row, broken, NODE_ACTOR);
      failed.push(row.id);
    }
    const files = new Set(await this.#options.folder.names());
    const known = new Set<string>();
    for (const row of await rows.where('state', '=', 'ready').execute()) {
      if (files.has(fileOf(row.id))) known.add(fileOf(row.id));
      else await this.#entries.deleted(row, NODE_ACTOR);
    }
    await this.#options.folder.sweep(known);
    return failed;
  }

  /** Resolves when nothing is being written. */
  async whenIdle(): Promise<void> {
    for (let last; last !== this.#last;) {
      last = this.#last;
      await last;
    }
  }

  /** Ends what is being written, and what waits, as failed with `session/cancelled`; for a shutdown that cannot wait. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.whenIdle();
  }

  /**
   * Makes the current master key the one that opens every file; how many it was not.
   *
   * @throws VesicaError as `SealedFolder.rotate`; doing it again finishes what was broken off.
   */
  async rotate(): Promise<number> {
    const { folder } = this.#options;
    const rotated = await folder.rotate();
    const exports = this.#context.store.db.updateTable('exports').set({ key_id: folder.keyId });
    await exports.where('file', 'is not', null).execute();
    return rotated;
  }

  /** Never rejects: how it ended is in the row. */
  async #write(row: ExportRow, definition: DataDefinition, actor: Actor): Promise<void> {
    const { folder, matched, sources } = this.#options;
    const tally = new ExportTally();
    const hash = createHash('sha256');
    let bytes = 0;
    async function* measured(plain: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const piece of plain) {
        hash.update(piece);
        bytes += piece.length;
        yield piece;
      }
    }
    try {
      // It may be another file by now than when it was asked for.
      const { data, database } = await sources.readable(definition);
      const kept = await matched.read(row.session_id);
      const known = { ...kept.header, tagOf: kept.tagOf, rows: kept.rows(row.kind) };
      const { format, profile: form } = row;
      const signal = this.#stopping.signal;
      const plain = streamExport(data, { known, form, format, tally, database, signal });
      const file = await folder.write(fileOf(row.id), measured(plain)).finally(() => kept.close());
      await this.#entries.ready(row, { file, bytes, digest: hash.digest('hex'), tally, actor });
    } catch (error) {
      // If even that cannot be written, the next start finds an export that was broken off.
      await folder
        .remove(fileOf(row.id))
        .then(() => this.#entries.failed(row, asVesicaError(error), actor))
        .catch(() => undefined);
    }
  }

  async #row(id: string): Promise<ExportRow> {
    return found(await this.#entries.find(id), 'export');
  }

  /** The session with this id, if it told this node who matched. */
  async #exportable(id: string): Promise<SessionRow> {
    const rows = this.#context.store.db.selectFrom('sessions').selectAll();
    const session = found(await rows.where('id', '=', id).executeTakeFirst(), 'session');
    const { mode, state, role } = session;
    if (mode !== 'psi') throw notExportable(`a session of mode ${mode} tells nobody who matched`);
    if (state !== 'done') throw notExportable(`the session is ${state}`);
    if (role === 'sender') throw notExportable('the session told only the partner who matched');
    return session;
  }

  /** What the session read of its dataset, so that an export has no identifier that was not agreed. */
  async #dataOf({ dataset_id: id, terms, side }: SessionRow): Promise<DataDefinition> {
    const dataset = id === null ? undefined : await this.#options.definitions.find(id);
    return dataFor(found(dataset, 'dataset'), JSON.parse(terms) as Terms, side);
  }

  async #expiryOf(session: SessionRow): Promise<Date | null> {
    const days = await this.#options.retentionDays(session);
    return days === null ? null : new Date(this.#context.now().getTime() + days * DAY_MS);
  }
}

/** The file of the export with this id. */
function fileOf(id: string): string {
  return `${id}.export`;
}

function requireOneOf(field: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new VesicaError('config/invalid', `${field} must be one of ${allowed.join(', ')}`, { field });
}

function notExportable(message: string): VesicaError {
  return new VesicaError('state/conflict', message, { field: 'session' });
}
