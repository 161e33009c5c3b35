import { createHash } from 'node:crypto';
import { VesicaError } from '../../errors.js';
import type { Mode } from '../../protocol/index.js';
import type { Report } from '../../report/index.js';
import type { AuditEntry } from '../audit/index.js';
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
import type { ReportRow, SessionRow, StateDatabase, StateTransaction } from '../store/index.js';

/** A report as it is listed: what it is, without what it says. */
export interface ReportView {
  readonly id: string;
  readonly sessionId: string;
  readonly partner: { readonly id: string; readonly name: string };
  readonly agreementName: string | null;
  readonly datasetName: string | null;
  readonly scheduleId: string | null;
  readonly mode: Mode;
  readonly purpose: string;
  /** When the session ended. */
  readonly finishedAt: string | null;
  /** `format` of the report. */
  readonly schemaVersion: string;
  /** 64 hexadecimal digits: SHA-256 of the JSON that is kept. It stays when the report is deleted. */
  readonly digest: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly deletedAt: string | null;
}

/** A report and its id. */
export interface KeptReport {
  readonly id: string;
  readonly report: Report;
}

/** A report to keep. */
export interface NewReport {
  readonly sessionId: string;
  readonly report: Report;
  /** When retention deletes it; never if `null`. */
  readonly expiresAt: Date | null;
}

export interface ReportQuery extends PageQuery {
  /** Id of the partner whose sessions gave the reports. */
  readonly partner?: string | undefined;
}

/** The reports of a node. Whoever reads one is in the audit log before the report is handed out. */
export class Reports {
  readonly #context: NodeContext;

  constructor(context: NodeContext) {
    this.#context = context;
  }

  /**
   * Keeps the report of a session, in the caller's transaction or in one of its own; resolves to its id. A session has one
   * report at most.
   *
   * @throws VesicaError `state/conflict` with field `session` when the session has one; `state/...`.
   */
  async keep(given: NewReport, trx?: StateTransaction): Promise<string> {
    const { store } = this.#context;
    return trx === undefined ? store.transaction((own) => this.#keep(given, own)) : this.#keep(given, trx);
  }

  async find(id: string): Promise<ReportView | undefined> {
    const row = await views(this.#context.store.db).where('reports.id', '=', id).executeTakeFirst();
    return row && viewOf(row);
  }

  /** @throws VesicaError `api/not-found` with field `report`. */
  async get(id: string): Promise<ReportView> {
    return found(await this.find(id), 'report');
  }

  /** The report of a session, if it has one. */
  async bySession(sessionId: string): Promise<ReportView | undefined> {
    const rows = views(this.#context.store.db).where('reports.session_id', '=', sessionId);
    const row = await rows.executeTakeFirst();
    return row && viewOf(row);
  }

  /** @throws VesicaError `config/invalid` with field `limit`. */
  async list(query: ReportQuery = {}): Promise<Page<ReportView>> {
    const { after, partner } = query;
    let rows = views(this.#context.store.db).orderBy('reports.id', 'desc').limit(rowsToAsk(query));
    if (after !== undefined) rows = rows.where('reports.id', '<', after);
    if (partner !== undefined) rows = rows.where('sessions.partner_id', '=', partner);
    return pageOf(await rows.execute(), query, viewOf);
  }

  /**
   * What a report says. The entry that tells who read it is on the disk before this resolves.
   *
   * @throws VesicaError `api/not-found`; `api/gone` when it was deleted; `state/damaged` when it is not what was kept.
   */
  async read(id: string, actor: Actor): Promise<Report> {
    const { store, audit } = this.#context;
    return store.transaction(async (trx) => {
      const kept = await trx.selectFrom('reports').selectAll().where('id', '=', id).executeTakeFirst();
      const row = found(kept, 'report');
      const report = contentOf(row);
      if (report === undefined) {
        throw new VesicaError('api/gone', 'the report was deleted', { field: 'report' });
      }
      const subject = { kind: 'report', id };
      const detail = { session: row.session_id };
      await audit.append({ actor, action: 'report.read', subject, detail }, trx);
      return report;
    });
  }

  /**
   * What the reports of some sessions say, by session; those that were deleted are left out. `entry`, which tells of all of
   * them at once, is on the disk before this resolves.
   *
   * @throws VesicaError `state/damaged` as `read`.
   */
  async readOf(sessions: readonly string[], entry: AuditEntry): Promise<Map<string, KeptReport>> {
    const { store, audit } = this.#context;
    return store.transaction(async (trx) => {
      const rows = trx.selectFrom('reports').selectAll().where('session_id', 'in', sessions);
      const kept = sessions.length === 0 ? [] : await rows.execute();
      await audit.append(entry, trx);
      return new Map(
        kept.flatMap((row) => {
          const report = contentOf(row);
          return report === undefined ? [] : [[row.session_id, { id: row.id, report }] as const];
        }),
      );
    });
  }

  /**
   * Deletes what a report says; that it was, and its digest, stay. Once it is deleted, nothing more happens.
   *
   * @throws VesicaError `api/not-found`.
   */
  async delete(id: string, actor: Actor): Promise<void> {
    const { store, audit, now } = this.#context;
    await store.transaction(async (trx) => {
      const kept = await views(trx).where('reports.id', '=', id).executeTakeFirst();
      const { deleted_at: deletedAt, session_id: session } = found(kept, 'report');
      if (deletedAt !== null) return;
      const deletion = { body: null, deleted_at: now().toISOString() };
      await trx.updateTable('reports').set(deletion).where('id', '=', id).execute();
      const subject = { kind: 'report', id };
      await audit.append({ actor, action: 'report.deleted', subject, detail: { session } }, trx);
    });
  }

  /** Reports whose time has come, the longest due first. */
  async due(): Promise<ReportView[]> {
    const rows = views(this.#context.store.db)
      .where('reports.deleted_at', 'is', null)
      .where('reports.expires_at', '<=', this.#context.now().toISOString());
    return (await rows.orderBy('reports.expires_at').execute()).map(viewOf);
  }

  async #keep({ sessionId, report, expiresAt }: NewReport, trx: StateTransaction): Promise<string> {
    const { audit, newId, now } = this.#context;
    const existing = await views(trx).where('reports.session_id', '=', sessionId).executeTakeFirst();
    if (existing !== undefined) {
      throw new VesicaError('state/conflict', 'the session has a report', { field: 'session' });
    }
    const body = JSON.stringify(report);
    const row: ReportRow = {
      id: newId(),
      session_id: sessionId,
      schema_version: report.format,
      body,
      digest: digestOf(body),
      created_at: now().toISOString(),
      expires_at: expiresAt?.toISOString() ?? null,
      deleted_at: null,
    };
    await trx.insertInto('reports').values(row).execute();
    await audit.append(
      {
        actor: NODE_ACTOR,
        action: 'report.created',
        subject: { kind: 'report', id: row.id },
        detail: { session: sessionId, schema: row.schema_version, reportDigest: row.digest },
      },
      trx,
    );
    return row.id;
  }
}

/** All of the rows but what the reports say, which may be long. */
function views(db: StateDatabase) {
  return db
    .selectFrom('reports')
    .innerJoin('sessions', 'sessions.id', 'reports.session_id')
    .innerJoin('partners', 'partners.id', 'sessions.partner_id')
    .leftJoin('agreements', 'agreements.id', 'sessions.agreement_id')
    .leftJoin('datasets', 'datasets.id', 'sessions.dataset_id')
    .select(['sessions.partner_id', 'sessions.schedule_id', 'sessions.mode', 'sessions.purpose'])
    .select(['sessions.ended_at', 'partners.name as partner_name'])
    .select(['agreements.name as agreement_name', 'datasets.name as dataset_name'])
    .select([
      'reports.id',
      'reports.session_id',
      'reports.schema_version',
      'reports.digest',
      'reports.created_at',
      'reports.expires_at',
      'reports.deleted_at',
    ]);
}

interface JoinedReportRow
  extends
    Omit<ReportRow, 'body'>,
    Pick<SessionRow, 'partner_id' | 'schedule_id' | 'mode' | 'purpose' | 'ended_at'> {
  readonly partner_name: string;
  readonly agreement_name: string | null;
  readonly dataset_name: string | null;
}

function viewOf(row: JoinedReportRow): ReportView {
  return {
    id: row.id,
    sessionId: row.session_id,
    partner: { id: row.partner_id, name: row.partner_name },
    agreementName: row.agreement_name,
    datasetName: row.dataset_name,
    scheduleId: row.schedule_id,
    mode: row.mode,
    purpose: row.purpose,
    finishedAt: row.ended_at,
    schemaVersion: row.schema_version,
    digest: row.digest,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    deletedAt: row.deleted_at,
  };
}

/** @throws VesicaError `state/damaged` when it is not what was kept. */
function contentOf({ id, body, digest }: ReportRow): Report | undefined {
  if (body === null) return undefined;
  if (digestOf(body) === digest) return JSON.parse(body) as Report;
  throw new VesicaError('state/damaged', `report ${id} is not what was kept`, { field: 'report' });
}

function digestOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
