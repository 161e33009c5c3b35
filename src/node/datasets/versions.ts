import type { KeyObject } from 'node:crypto';
import { loadList, type LoadedList, type LoadOptions } from '../../data/index.js';
import { asVesicaError, VesicaError } from '../../errors.js';
import { looksLikeIdentifier } from '../audit/index.js';
import type { RandomSource } from '../../random.js';
import type { SealedFile, SealedFolder } from '../keys/index.js';
import type { DatasetVersionRow, Store, VersionState } from '../store/index.js';
import type { Dataset } from './definitions.js';
import { listDigest } from './list-digest.js';
import { qualityOf, type QualityReport } from './quality.js';
import type { SourceFolders } from './source-folders.js';
import { decodeList, encodeList } from './staged-list.js';

/** One load of a dataset. */
export interface DatasetVersion {
  readonly id: string;
  readonly datasetId: string;
  /** 1, 2, 3 and so on within the dataset. */
  readonly number: number;
  readonly state: VersionState;
  readonly definitionDigest: string;
  /** See `listDigest`; `null` before the load ended and when it failed. */
  readonly digest: string | null;
  /** `null` as the digest, and once the version is deleted. */
  readonly quality: QualityReport | null;
  /** The sealed list on the disk; `null` when there is none, or none any more. */
  readonly staged: { readonly bytes: number; readonly keyId: string } | null;
  /** Why the load failed. */
  readonly errorCode: string | null;
  readonly createdAt: string;
  readonly loadedAt: string | null;
  readonly expiresAt: string | null;
  readonly deletedAt: string | null;
}

export interface VersionsOptions {
  readonly store: Store;
  /** Where lists are staged; nothing else may be in it. */
  readonly folder: SealedFolder;
  readonly sources: SourceFolders;
  /** Keys the digests of lists: see `nodeSecret`. */
  readonly secret: KeyObject;
  readonly random: RandomSource;
  readonly newId: () => string;
  readonly now: () => Date;
}

/** How one version is loaded. */
export interface LoadVersionOptions extends Pick<
  LoadOptions,
  'database' | 'maxElements' | 'onProgress' | 'signal'
> {
  /** When retention deletes the version; never unless told. */
  readonly expiresAt?: Date | undefined;
}

/** What a start of the node found of the run before. */
export interface Recovered {
  /** Versions whose load the end of that run broke off; they are failed now. */
  readonly brokenOff: readonly string[];
  /** Staged files deleted: of sessions that ended, of loads broken off, and whatever no version knows. */
  readonly deleted: readonly string[];
}

/** Loads datasets and keeps their versions; a list is on the disk only sealed. */
export class Versions {
  readonly #options: VersionsOptions;

  constructor(options: VersionsOptions) {
    this.#options = options;
  }

  /** Where datasets may be read from. */
  get sources(): SourceFolders {
    return this.#options.sources;
  }

  /**
   * Loads a dataset as its next version: reads the source, counts, makes the digest and stages the list. A load that fails
   * is kept as a failed version, with the code of the error and without a list.
   *
   * @throws VesicaError as `loadList`; as `SourceFolders.readable`; `output/unwritable`; `state/...`; `config/invalid` when
   * the dataset is archived, or when a label of a cohort looks like an identifier.
   */
  async load(
    dataset: Dataset,
    options: LoadVersionOptions,
  ): Promise<{ version: DatasetVersion; list: LoadedList }> {
    if (dataset.state === 'archived') {
      throw new VesicaError('config/invalid', 'the dataset is archived', { field: 'dataset' });
    }
    const row = await this.#begin(dataset, options.expiresAt);
    try {
      const { onAmbiguousCohort } = dataset.definition;
      const { sources, random } = this.#options;
      const { data, database } = await sources.readable(dataset.definition.data, options.database);
      const list = await loadList(data, { ...options, database, onAmbiguousCohort, random });
      requirePlainLabels(list);
      const file = await this.#options.folder.write(fileOf(row.id), encodeList(list));
      const changes = this.#loaded(list, file);
      await this.#update(row.id, changes);
      return { version: fromRow({ ...row, ...changes }), list };
    } catch (error) {
      // If even that cannot be written, the next start finds a load that was broken off.
      await this.#failed(row.id, asVesicaError(error)).catch(() => undefined);
      throw error;
    }
  }

  /** The version with this id. */
  async find(id: string): Promise<DatasetVersion | undefined> {
    const rows = this.#options.store.db.selectFrom('dataset_versions').selectAll();
    const row = await rows.where('id', '=', id).executeTakeFirst();
    return row && fromRow(row);
  }

  /** The versions of a dataset, newest first. */
  async list(datasetId: string): Promise<DatasetVersion[]> {
    const rows = this.#options.store.db.selectFrom('dataset_versions').selectAll();
    const found = await rows.where('dataset_id', '=', datasetId).orderBy('number', 'desc').execute();
    return found.map(fromRow);
  }

  /**
   * The staged list of a version, in fresh memory and as it was loaded, byte for byte.
   *
   * @throws VesicaError `data/unreadable` when it is no longer staged; `keys/wrong-key`, `keys/damaged`.
   */
  async readList({ id, number, staged }: DatasetVersion): Promise<LoadedList> {
    if (staged === null) {
      const why = `version ${number} of the dataset has no staged list any more`;
      throw new VesicaError('data/unreadable', why, { field: 'dataset' });
    }
    return decodeList(this.#options.folder.read(fileOf(id)));
  }

  /** Deletes the staged list of a version, whose sessions have ended; what is known of it stays. */
  async unstage(id: string): Promise<void> {
    await this.#options.folder.remove(fileOf(id));
    await this.#update(id, { staged_file: null, staged_bytes: null, staged_key_id: null });
  }

  /**
   * Deletes a version for retention: its list and its quality report. That it was, its digest and its sums stay, which
   * the audit trail needs. The list is gone from the disk before the version is said to be deleted.
   */
  async delete(id: string): Promise<void> {
    await this.unstage(id);
    const deleted = {
      state: 'deleted',
      quality: null,
      deleted_at: this.#options.now().toISOString(),
    } as const;
    await this.#update(id, deleted);
  }

  /**
   * Makes the current master key the one that opens every staged list; how many it was not.
   *
   * @throws VesicaError as `SealedFolder.rotate`; doing it again finishes what was broken off.
   */
  async rotate(): Promise<number> {
    const { store, folder } = this.#options;
    const rotated = await folder.rotate();
    await store.db
      .updateTable('dataset_versions')
      .set({ staged_key_id: folder.keyId })
      .where('staged_file', 'is not', null)
      .execute();
    return rotated;
  }

  /** Versions whose time has come, but for those that are being loaded. */
  async due(): Promise<DatasetVersion[]> {
    const rows = this.#options.store.db.selectFrom('dataset_versions').selectAll();
    const due = rows
      .where('state', 'in', ['ready', 'failed'])
      .where('expires_at', '<=', this.#options.now().toISOString());
    return (await due.orderBy('expires_at').execute()).map(fromRow);
  }

  /** The newest version whose list is staged and was loaded by the definition that the dataset has now. */
  async newestStaged(dataset: Dataset): Promise<DatasetVersion | undefined> {
    const rows = this.#options.store.db.selectFrom('dataset_versions').selectAll();
    const row = await rows
      .where('dataset_id', '=', dataset.id)
      .where('definition_digest', '=', dataset.definitionDigest)
      .where('state', '=', 'ready')
      .where('staged_file', 'is not', null)
      .orderBy('number', 'desc')
      .executeTakeFirst();
    return row && fromRow(row);
  }

  /** Versions whose list is staged since before `since`, but for those that sessions use. */
  async stagedBefore(since: Date): Promise<DatasetVersion[]> {
    const { db } = this.#options.store;
    const used = db
      .selectFrom('sessions')
      .select('dataset_version_id')
      .where('ended_at', 'is', null)
      .where('dataset_version_id', 'is not', null);
    const rows = db
      .selectFrom('dataset_versions')
      .selectAll()
      .where('staged_file', 'is not', null)
      .where('loaded_at', '<=', since.toISOString())
      .where('id', 'not in', used);
    return (await rows.execute()).map(fromRow);
  }

  /**
   * To be called once at the start, before anything is loaded and after the sessions of the run before were settled:
   * fails the loads it broke off, and deletes every staged file but those of sessions that have not ended.
   */
  async recover(): Promise<Recovered> {
    const { store, folder } = this.#options;
    const loading = await store.db
      .selectFrom('dataset_versions')
      .select('id')
      .where('state', '=', 'loading')
      .orderBy('id')
      .execute();
    const brokenOff = loading.map(({ id }) => id);
    for (const id of brokenOff) {
      await this.#failed(id, new VesicaError('session/cancelled', 'the node ended while it loaded'));
    }
    const needed = await store.db
      .selectFrom('sessions')
      .innerJoin('dataset_versions', 'dataset_versions.id', 'sessions.dataset_version_id')
      .select('dataset_versions.id')
      .distinct()
      .where('sessions.ended_at', 'is', null)
      .where('dataset_versions.state', '=', 'ready')
      .execute();
    const ids = new Set(needed.map(({ id }) => id));
    const deleted = await folder.sweep(new Set([...ids].map(fileOf)));
    const staged = await store.db
      .selectFrom('dataset_versions')
      .select('id')
      .where('staged_file', 'is not', null)
      .execute();
    for (const { id } of staged) if (!ids.has(id)) await this.unstage(id);
    return { brokenOff, deleted };
  }

  /** Enters the next version of a dataset as one that is loading. */
  #begin(dataset: Dataset, expiresAt: Date | undefined): Promise<DatasetVersionRow> {
    const { store, newId, now } = this.#options;
    return store.transaction(async (trx) => {
      const last = await trx
        .selectFrom('dataset_versions')
        .select(({ fn }) => fn.max('number').as('number'))
        .where('dataset_id', '=', dataset.id)
        .executeTakeFirst();
      const row: DatasetVersionRow = {
        ...EMPTY,
        id: newId(),
        dataset_id: dataset.id,
        number: (last?.number ?? 0) + 1,
        state: 'loading',
        definition_digest: dataset.definitionDigest,
        created_at: now().toISOString(),
        expires_at: expiresAt?.toISOString() ?? null,
      };
      await trx.insertInto('dataset_versions').values(row).execute();
      return row;
    });
  }

  #loaded(list: LoadedList, file: SealedFile): Partial<DatasetVersionRow> {
    const quality = qualityOf(list);
    return {
      state: 'ready',
      digest: listDigest(list, this.#options.secret),
      row_count: quality.rows,
      key_count: quality.keys,
      rejected_count: quality.rejected,
      duplicate_count: quality.duplicates,
      without_consent_count: quality.withoutConsent.rows,
      quality: JSON.stringify(quality),
      staged_file: file.name,
      staged_bytes: file.bytes,
      staged_key_id: file.keyId,
      loaded_at: this.#options.now().toISOString(),
    };
  }

  async #failed(id: string, { code }: VesicaError): Promise<void> {
    await this.unstage(id);
    await this.#update(id, { state: 'failed', error_code: code });
  }

  async #update(id: string, changes: Partial<DatasetVersionRow>): Promise<void> {
    await this.#options.store.db.updateTable('dataset_versions').set(changes).where('id', '=', id).execute();
  }
}

const EMPTY = {
  digest: null,
  row_count: null,
  key_count: null,
  rejected_count: null,
  duplicate_count: null,
  without_consent_count: null,
  quality: null,
  staged_file: null,
  staged_bytes: null,
  staged_key_id: null,
  error_code: null,
  loaded_at: null,
  deleted_at: null,
} as const;

/**
 * Labels are in reports and may go to the partner. A definition is checked for identifiers as cohorts, but SQL and files
 * can hold one column under two names.
 */
function requirePlainLabels({ cellLabels }: LoadedList): void {
  if (!cellLabels.some((labels) => labels.some(looksLikeIdentifier))) return;
  const why =
    'data.cohorts: a column has a value that looks like an identifier; labels may go to the partner';
  throw new VesicaError('config/invalid', why, { field: 'data.cohorts' });
}

/** The staged file of the version with this id. */
function fileOf(id: string): string {
  return `${id}.list`;
}

function fromRow(row: DatasetVersionRow): DatasetVersion {
  const { staged_bytes: bytes, staged_key_id: keyId } = row;
  return {
    id: row.id,
    datasetId: row.dataset_id,
    number: row.number,
    state: row.state,
    definitionDigest: row.definition_digest,
    digest: row.digest,
    quality: row.quality === null ? null : (JSON.parse(row.quality) as QualityReport),
    staged: bytes === null || keyId === null ? null : { bytes, keyId },
    errorCode: row.error_code,
    createdAt: row.created_at,
    loadedAt: row.loaded_at,
    expiresAt: row.expires_at,
    deletedAt: row.deleted_at,
  };
}
