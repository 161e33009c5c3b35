import { VesicaError } from '../../errors.js';
import {
  pageOf,
  rowsToAsk,
  found,
  type Actor,
  type NodeContext,
  type Page,
  type PageQuery,
} from '../context.js';
import type { Mode, Side } from '../../protocol/index.js';
import type { SessionEventRow, SessionRow, StateTransaction, StoredSessionState } from '../store/index.js';
import { LiveSessions, type PeerState, type SessionProgress } from './live.js';
import {
  eventOf,
  viewOf,
  type JoinedSessionRow,
  type SessionEvent,
  type SessionView,
} from './session-view.js';
import { isEnd, mayGo, OPEN_STATES } from './states.js';

export type EventDetail = SessionEvent['detail'];
export type SessionListener = (event: SessionEvent) => void;

/** One step of a session. */
export interface Move {
  readonly to: Exclude<StoredSessionState, 'draft'>;
  readonly actor: Actor;
  readonly changes?: Partial<SessionRow>;
  readonly detail?: EventDetail;
  /** Done in the same transaction: what must be true together with the new state. */
  readonly within?: (trx: StateTransaction) => Promise<void>;
}

export interface SessionQuery extends PageQuery {
  /** Any of these. */
  readonly state?: StoredSessionState | readonly StoredSessionState[] | undefined;
  readonly mode?: Mode | undefined;
  readonly side?: Side | undefined;
  /** Ids. */
  readonly partner?: string | undefined;
  readonly agreement?: string | undefined;
  readonly schedule?: string | undefined;
}

/** Sessions as they are kept: every step is a row, an event and an audit entry in one transaction. */
export class SessionRecords {
  readonly #context: NodeContext;
  readonly #listeners = new Map<string, Set<SessionListener>>();
  readonly #live: LiveSessions;

  constructor(context: NodeContext) {
    this.#context = context;
    this.#live = new LiveSessions(context.now);
  }

  /**
   * Keeps a new session, in state `draft` or `offered`.
   *
   * @param most sessions that may be open at once, this one included.
   * @throws VesicaError `limit/sessions`.
   */
  async insert(row: SessionRow, actor: Actor, most: number): Promise<void> {
    const { store, audit } = this.#context;
    const event = await store.transaction(async (trx) => {
      if ((await countOpen(trx)) >= most) {
        const why = `${most} sessions are open, and no more are allowed at once`;
        throw new VesicaError('limit/sessions', why, { field: 'limits.openSessions' });
      }
      await trx.insertInto('sessions').values(row).execute();
      const added = await this.#addEvent(trx, row.id, { from: null, to: row.state, detail: {} });
      const action = row.state === 'draft' ? 'session.created' : 'session.offered';
      await audit.append({ actor, action, ...auditSubject(row), detail: auditDetail(row, {}) }, trx);
      return added;
    });
    this.#tell(row.id, event);
  }

  /**
   * Moves a session on.
   *
   * @throws VesicaError `state/conflict` when that is not possible from where it is by now.
   */
  async move(id: string, move: Move): Promise<SessionRow> {
    const { store, audit, now } = this.#context;
    const { row, event } = await store.transaction(async (trx) => {
      const before = found(await this.#select(trx, id), 'session');
      if (!mayGo(before.state, move.to)) {
        throw new VesicaError(
          'state/conflict',
          `the session is ${before.state}: it cannot become ${move.to}`,
          {
            field: 'state',
          },
        );
      }
      const at = now().toISOString();
      const after: SessionRow = {
        ...before,
        ...move.changes,
        state: move.to,
        updated_at: at,
        ...(move.to === 'running' ? { started_at: at } : {}),
        ...(isEnd(move.to) ? { ended_at: at } : {}),
      };
      await trx.updateTable('sessions').set(after).where('id', '=', id).execute();
      await move.within?.(trx);
      const detail = move.detail ?? {};
      const added = await this.#addEvent(trx, id, { from: before.state, to: move.to, detail });
      const action = `session.${move.to}` as const;
      await audit.append(
        { actor: move.actor, action, ...auditSubject(after), detail: auditDetail(after, detail) },
        trx,
      );
      return { row: after, event: added };
    });
    if (isEnd(row.state)) this.#live.close(id);
    this.#tell(id, event);
    return row;
  }

  /** Changes a session that stays in its state, which must be one of `states`. */
  async change(
    id: string,
    states: readonly StoredSessionState[],
    changes: Partial<SessionRow>,
    trx?: StateTransaction,
  ): Promise<void> {
    const { store, now } = this.#context;
    const { numUpdatedRows } = await (trx ?? store.db)
      .updateTable('sessions')
      .set({ ...changes, updated_at: now().toISOString() })
      .where('id', '=', id)
      .where('state', 'in', states)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) {
      throw new VesicaError('state/conflict', `the session is not ${states.join(' or ')} any more`, {
        field: 'state',
      });
    }
  }

  /** Adds an event that is no step. */
  async note(id: string, detail: EventDetail): Promise<void> {
    const event = await this.#context.store.transaction((trx) =>
      this.#addEvent(trx, id, { from: null, to: null, detail }),
    );
    this.#tell(id, event);
  }

  /** From now on `owner`, and no other, tells how far a session is. */
  follow(id: string, owner: object, peer: PeerState): void {
    this.#tellProgress(id, this.#live.open(id, owner, peer));
  }

  /** Tells whoever asks or listens how far a session is; nothing is kept. */
  progress(id: string, owner: object, changes: Partial<Omit<SessionProgress, 'at'>>): void {
    const progress = this.#live.update(id, owner, changes);
    if (progress !== undefined) this.#tellProgress(id, progress);
  }

  /** `owner` tells no more of a session; without one, nobody does. */
  unfollow(id: string, owner?: object): void {
    this.#live.close(id, owner);
  }

  /** Calls `listener` with every event from now on, until the function that this returns is called. */
  subscribe(id: string, listener: SessionListener): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(id);
    };
  }

  /** @throws VesicaError `api/not-found`. */
  async row(id: string): Promise<SessionRow> {
    return found(await this.#select(this.#context.store.db, id), 'session');
  }

  async byProtocolSession(session: string): Promise<SessionRow | undefined> {
    const rows = this.#context.store.db.selectFrom('sessions').selectAll();
    return rows.where('protocol_session', '=', session).executeTakeFirst();
  }

  /** The sessions that have not ended, oldest first. */
  async open(): Promise<SessionRow[]> {
    const rows = this.#context.store.db.selectFrom('sessions').selectAll();
    return rows.where('state', 'in', OPEN_STATES).orderBy('id').execute();
  }

  async find(id: string): Promise<SessionView | undefined> {
    const row = await this.#joined().where('sessions.id', '=', id).executeTakeFirst();
    return row && this.#viewOf(row);
  }

  async list(query: SessionQuery): Promise<Page<SessionView>> {
    let rows = this.#joined().orderBy('sessions.id', 'desc').limit(rowsToAsk(query));
    if (query.after !== undefined) rows = rows.where('sessions.id', '<', query.after);
    const { state, mode, side, partner, agreement, schedule } = query;
    if (state !== undefined) rows = rows.where('sessions.state', 'in', [state].flat());
    if (mode !== undefined) rows = rows.where('sessions.mode', '=', mode);
    if (side !== undefined) rows = rows.where('sessions.side', '=', side);
    if (partner !== undefined) rows = rows.where('sessions.partner_id', '=', partner);
    if (agreement !== undefined) rows = rows.where('sessions.agreement_id', '=', agreement);
    if (schedule !== undefined) rows = rows.where('sessions.schedule_id', '=', schedule);
    return pageOf(await rows.execute(), query, (row) => this.#viewOf(row));
  }

  /** The kept events of a session with a number above `after`, in order. */
  async events(id: string, after = 0): Promise<SessionEvent[]> {
    await this.row(id);
    const rows = this.#context.store.db.selectFrom('session_events').selectAll();
    const kept = rows.where('session_id', '=', id).where('number', '>', after).orderBy('number');
    return (await kept.execute()).map(eventOf);
  }

  #joined() {
    return this.#context.store.db
      .selectFrom('sessions')
      .innerJoin('partners', 'partners.id', 'sessions.partner_id')
      .leftJoin('agreements', 'agreements.id', 'sessions.agreement_id')
      .leftJoin('datasets', 'datasets.id', 'sessions.dataset_id')
      .leftJoin('reports', 'reports.session_id', 'sessions.id')
      .selectAll('sessions')
      .select(['partners.name as partner_name', 'reports.id as report_id'])
      .select(['agreements.name as agreement_name', 'datasets.name as dataset_name'])
      .$castTo<JoinedSessionRow>();
  }

  #viewOf(row: JoinedSessionRow): SessionView {
    return viewOf(row, isEnd(row.state) ? null : this.#live.find(row.id));
  }

  #select(db: Pick<StateTransaction, 'selectFrom'>, id: string): Promise<SessionRow | undefined> {
    return db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
  }

  async #addEvent(
    trx: StateTransaction,
    id: string,
    { from, to, detail }: Pick<SessionEvent, 'from' | 'to' | 'detail'>,
  ): Promise<SessionEvent> {
    const last = await trx
      .selectFrom('session_events')
      .select(({ fn }) => fn.max('number').as('number'))
      .where('session_id', '=', id)
      .executeTakeFirst();
    const row: SessionEventRow = {
      session_id: id,
      number: (last?.number ?? 0) + 1,
      at: this.#context.now().toISOString(),
      kind: to === null ? 'notice' : 'transition',
      from_state: from,
      to_state: to,
      detail: JSON.stringify(detail),
    };
    await trx.insertInto('session_events').values(row).execute();
    return eventOf(row);
  }

  #tellProgress(id: string, { at, ...detail }: SessionProgress): void {
    if (!this.#listeners.has(id)) return;
    this.#tell(id, { number: 0, at, kind: 'progress', from: null, to: null, detail });
  }

  #tell(id: string, event: SessionEvent): void {
    for (const listener of this.#listeners.get(id) ?? []) listener(event);
  }
}

async function countOpen(trx: StateTransaction): Promise<number> {
  const { count } = await trx
    .selectFrom('sessions')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('state', 'in', OPEN_STATES)
    .executeTakeFirstOrThrow();
  return count;
}

function auditSubject({ id }: SessionRow): { subject: { kind: string; id: string } } {
  return { subject: { kind: 'session', id } };
}

/** What the audit log tells of a session: who with, what kind, under which terms, and what came of it. */
function auditDetail(row: SessionRow, detail: EventDetail): EventDetail {
  return {
    partner: row.partner_id,
    side: row.side,
    mode: row.mode,
    role: row.role,
    dataset: row.dataset_id,
    termsDigest: row.terms_digest,
    // Of the transcript's SHA-512 the first half, which no other transcript has either.
    ...(row.transcript_digest === null ? {} : { transcriptDigest: row.transcript_digest.slice(0, 64) }),
    ...detail,
  };
}
