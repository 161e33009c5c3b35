import { VesicaError } from '../../errors.js';
import type { Actor, NodeContext } from '../context.js';
import type { SealedFolder } from '../keys/index.js';
import type { SessionRow } from '../store/index.js';
import { encodeMatched, MatchedReader, type MatchedList } from './matched-file.js';

/** A session, as far as it decides how long its results are kept. */
export type RetainedSession = Pick<SessionRow, 'id' | 'agreement_id'>;

/** Days that something of a session is kept; `null`: for ever. */
export type RetentionDays = (session: RetainedSession) => Promise<number | null> | number | null;

export const DAY_MS = 86_400_000;

/**
 * Which rows of its own a node learned to match, session by session: see `encodeMatched` for what is kept and why. Nothing
 * else may be in the folder.
 */
export class MatchedRows {
  readonly #context: NodeContext;
  readonly #folder: SealedFolder;

  constructor(context: NodeContext, folder: SealedFolder) {
    this.#context = context;
    this.#folder = folder;
  }

  /**
   * Keeps, sealed, what exports of a session need. To be called while the list is still there and before the session is
   * said to be done. Done again, it replaces what was kept.
   *
   * @throws VesicaError `output/unwritable`; `internal/defect` when a number is not one of a key of the list.
   */
  async keep(sessionId: string, matched: MatchedList): Promise<void> {
    await this.#folder.write(fileOf(sessionId), encodeMatched(matched, this.#context.random));
  }

  /** Whether the rows of a session are kept. */
  has(sessionId: string): Promise<boolean> {
    return this.#folder.has(fileOf(sessionId));
  }

  /**
   * Opens what was kept, to be read once; close the reader if its rows are not read.
   *
   * @throws VesicaError `api/gone` with field `session` when nothing is kept; `keys/wrong-key`, `keys/damaged`.
   */
  async read(sessionId: string): Promise<MatchedReader> {
    if (!(await this.has(sessionId))) throw noLongerKept();
    return MatchedReader.open(this.#folder.read(fileOf(sessionId)));
  }

  /** Deletes what was kept of a session, if anything was; audited. From then on it has no exports. */
  async delete(sessionId: string, actor: Actor): Promise<void> {
    if (!(await this.has(sessionId))) return;
    await this.#folder.remove(fileOf(sessionId));
    await this.#context.audit.append({
      actor,
      action: 'staging.deleted',
      subject: { kind: 'session', id: sessionId },
      detail: { what: 'matched-rows' },
    });
  }

  /** Sessions whose time has come: so many days after they ended. */
  async due(retentionDays: RetentionDays): Promise<string[]> {
    const due: string[] = [];
    const now = this.#context.now().getTime();
    for (const session of await this.#kept()) {
      const days = await retentionDays(session);
      if (days !== null && Date.parse(session.ended_at ?? '') + days * DAY_MS <= now) due.push(session.id);
    }
    return due;
  }

  /**
   * To be called once at the start, after the sessions of the run before were settled: deletes all but the rows of sessions
   * that are done. The names of the files.
   */
  async recover(): Promise<string[]> {
    const kept = await this.#kept();
    return this.#folder.sweep(new Set(kept.map(({ id }) => fileOf(id))));
  }

  /** Makes the current master key the one that opens every file; how many it was not. Errors of `SealedFolder.rotate`. */
  rotate(): Promise<number> {
    return this.#folder.rotate();
  }

  /** Sessions that are done and whose rows are kept. */
  async #kept(): Promise<(RetainedSession & Pick<SessionRow, 'ended_at'>)[]> {
    const names = new Set(await this.#folder.names());
    const sessions = await this.#context.store.db
      .selectFrom('sessions')
      .select(['id', 'agreement_id', 'ended_at'])
      .where('mode', '=', 'psi')
      .where('state', '=', 'done')
      .execute();
    return sessions.filter(({ id }) => names.has(fileOf(id)));
  }
}

export function noLongerKept(): VesicaError {
  return new VesicaError('api/gone', 'which rows matched in the session is no longer kept', {
    field: 'session',
  });
}

/** The file of the session with this id. */
function fileOf(sessionId: string): string {
  return `${sessionId}.rows`;
}
