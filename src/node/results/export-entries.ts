import type { ExportTally } from '../../data/index.js';
import type { VesicaError } from '../../errors.js';
import type { Actor, NodeContext } from '../context.js';
import type { AuditAction, AuditEntry } from '../audit/index.js';
import type { SealedFile } from '../keys/index.js';
import type { ExportRow } from '../store/index.js';
import type { ExportQuality, NewExport } from './export-view.js';

/** An export that was written. */
export interface WrittenExport {
  readonly file: SealedFile;
  /** Of the file before it was sealed. */
  readonly bytes: number;
  readonly digest: string;
  readonly tally: ExportTally;
  readonly actor: Actor;
}

/** The rows of exports in the store, each change together with its entry in the audit log. */
export class ExportEntries {
  readonly #context: NodeContext;

  constructor(context: NodeContext) {
    this.#context = context;
  }

  find(id: string): Promise<ExportRow | undefined> {
    return this.#context.store.db.selectFrom('exports').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /** Enters an export that is to be written. The log tells of it when it is ready or failed. */
  async begin(
    { session, kind, profile, format }: NewExport,
    { actor, expiresAt }: { readonly actor: Actor; readonly expiresAt: Date | null },
  ): Promise<ExportRow> {
    const { store, newId, now } = this.#context;
    const row: ExportRow = {
      id: newId(),
      session_id: session,
      kind,
      profile,
      format,
      state: 'writing',
      file: null,
      row_count: null,
      byte_count: null,
      digest: null,
      quality: null,
      key_id: null,
      requested_by: actor.name,
      error_code: null,
      created_at: now().toISOString(),
      expires_at: expiresAt?.toISOString() ?? null,
      deleted_at: null,
    };
    await store.db.insertInto('exports').values(row).execute();
    return row;
  }

  ready(row: ExportRow, { file, bytes, digest, tally, actor }: WrittenExport): Promise<void> {
    const { rows, foreignDigests, unusableValues, rowsLeftOut } = tally;
    const changes = {
      state: 'ready',
      file: file.name,
      row_count: rows,
      byte_count: bytes,
      digest,
      quality: JSON.stringify({ foreignDigests, unusableValues, rowsLeftOut } satisfies ExportQuality),
      key_id: file.keyId,
    } as const;
    // The digest is not in the log, which is for ever: a file of few rows could be guessed from it.
    const detail = { rows, bytes, foreignDigests, unusableValues, rowsLeftOut };
    return this.#change(row, changes, { actor, action: 'export.created', detail });
  }

  failed(row: ExportRow, { code }: VesicaError, actor: Actor): Promise<void> {
    const changes = { state: 'failed', error_code: code } as const;
    return this.#change(row, changes, { actor, action: 'export.failed', detail: { error: code } });
  }

  downloaded(row: ExportRow, actor: Actor): Promise<void> {
    return this.#change(row, {}, { actor, action: 'export.downloaded', detail: { rows: row.row_count } });
  }

  deleted(row: ExportRow, actor: Actor): Promise<void> {
    const changes = {
      state: 'deleted',
      file: null,
      digest: null,
      key_id: null,
      deleted_at: this.#context.now().toISOString(),
    } as const;
    return this.#change(row, changes, { actor, action: 'export.deleted', detail: { rows: row.row_count } });
  }

  async #change(
    { id, session_id: session, kind, profile, format }: ExportRow,
    changes: Partial<ExportRow>,
    { actor, action, detail }: { actor: Actor; action: AuditAction; detail: AuditEntry['detail'] },
  ): Promise<void> {
    const { store, audit } = this.#context;
    await store.transaction(async (trx) => {
      if (Object.keys(changes).length > 0) {
        await trx.updateTable('exports').set(changes).where('id', '=', id).execute();
      }
      const subject = { kind: 'export', id };
      await audit.append(
        { actor, action, subject, detail: { session, kind, profile, format, ...detail } },
        trx,
      );
    });
  }
}
