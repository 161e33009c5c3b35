import { fromHex } from '../../bytes.js';
import { VesicaError, asVesicaError } from '../../errors.js';
import { Session } from '../../protocol/index.js';
import { connect, parseFingerprint, type Channel } from '../../transport/index.js';
import { NODE_ACTOR } from '../context.js';
import type { Partner } from '../partners/index.js';
import type { SessionRow } from '../store/index.js';
import { failureDetail } from './failure.js';
import type { SessionMeans } from './means.js';
import type { SessionMemory } from './memory.js';
import type { SessionRecords } from './session-records.js';
import { SessionRun, type SessionTotals } from './session-run.js';
import { termsOfRow } from './session-view.js';
import { keepFailure, keepOutcome } from './settle.js';

const FIRST_PAUSE_MS = 500;

interface OffersOptions {
  readonly totals: SessionTotals;
  readonly means: SessionMeans;
  readonly records: SessionRecords;
  readonly memory: SessionMemory;
}

/** An offer that this node is making. */
interface Making {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/**
 * The sessions that this node starts: each is offered on a connection of its own, which stays while the partner makes up
 * its mind, and again when that is lost, under the same session id, until somebody decides or the offer lapses.
 */
export class Offers {
  readonly #options: OffersOptions;
  readonly #making = new Map<string, Making>();

  constructor(options: OffersOptions) {
    this.#options = options;
  }

  /** Offers the session with this id from now on. */
  make(id: string): void {
    if (this.#making.has(id)) return;
    const stop = new AbortController();
    const { means, records } = this.#options;
    // Until a run tells more.
    records.follow(id, stop, 'waiting');
    const done = this.#until(id, stop.signal)
      .catch((error: unknown) => means.observer.failed('offering a session', error))
      .finally(() => {
        records.unfollow(id);
        this.#making.delete(id);
      });
    this.#making.set(id, { stop, done });
  }

  /** Ends the attempt at a session, whose record is changed by whoever calls this; resolves when it is over. */
  async stop(id: string, why: VesicaError): Promise<void> {
    const making = this.#making.get(id);
    making?.stop.abort(why);
    await making?.done;
  }

  /** Resolves when no session is under way; `why` ends those that are. */
  async stopAll(why: VesicaError): Promise<void> {
    await Promise.all([...this.#making.keys()].map((id) => this.stop(id, why)));
  }

  /** Resolves when the sessions that are under way now have ended. */
  async settled(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.#making.get(id)?.done ?? Promise.resolve()));
  }

  async #until(id: string, signal: AbortSignal): Promise<void> {
    const { records, means } = this.#options;
    const longestPauseMs = 1000 * means.timeouts.connectRetrySeconds;
    const isStopped = (): boolean => signal.aborted;
    let noted: string | undefined;
    for (let pauseMs = FIRST_PAUSE_MS; !isStopped(); pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const row = await records.row(id);
      if (row.state !== 'draft' && row.state !== 'offered') return;
      const error = await this.#attempt(row, signal);
      if (error === undefined || isStopped()) return;
      if (error.code !== noted) await records.note(id, { waiting: true, ...failureDetail(error) });
      noted = error.code;
      await pause(pauseMs, signal);
    }
  }

  /** One connection. Resolves to why the offer has to be made again, or `undefined` when the session has ended. */
  async #attempt(row: SessionRow, signal: AbortSignal): Promise<VesicaError | undefined> {
    const { means, records, memory, totals } = this.#options;
    let run: SessionRun | undefined;
    let channel: Channel | undefined;
    const onStop = (): void => {
      const why = asVesicaError(signal.reason);
      // A node that stops leaves a waiting offer as it is: without a word, so that the partner keeps it too.
      if (why.code === 'session/interrupted' && run?.input === undefined) void channel?.close(1001, '');
      else run?.stop(why);
    };
    try {
      // It may have ended since the session was started, or its partner been suspended.
      means.agreements.requireUsable(await means.agreements.get(row.agreement_id ?? ''));
      const partner = await means.partners.get(row.partner_id);
      channel = await connect({
        url: addressOf(partner),
        identity: means.identity,
        peerFingerprint: parseFingerprint(partner.fingerprint),
        signal,
      });
      const current = new SessionRun(means, { records, memory, channel, totals });
      run = current;
      signal.addEventListener('abort', onStop, { once: true });
      if (signal.aborted) onStop();
      await means.partners.seen(partner.id);
      if (row.state === 'draft') await records.move(row.id, { to: 'offered', actor: NODE_ACTOR });
      current.follow(row.id);
      const session = new Session({
        ...current.party(),
        side: 'initiator',
        session: fromHex(row.protocol_session ?? '') ?? new Uint8Array(0),
        terms: termsOfRow(row),
        bring: () =>
          current.begin(
            row,
            { kind: 'partner', name: partner.id },
            { peer_consent_at: means.context.now().toISOString() },
          ),
      });
      const { outcome, figures } = await current.drive(session, 'initiator');
      const { input } = current;
      if (input === undefined) throw new VesicaError('internal/defect', 'a session ended before it began');
      await keepOutcome(means, records, { row, input, outcome, figures, channel });
      return undefined;
    } catch (error) {
      const failure = asVesicaError(error);
      if (means.engines.isBroken(failure)) await means.engines.replace();
      await channel?.close(failure.definition.closeCode, '');
      // Before the run ends, which deletes the staged list only once no open session needs it.
      return (await keepFailure(means, records, { id: row.id, error: failure })) ? undefined : failure;
    } finally {
      signal.removeEventListener('abort', onStop);
      await run?.end();
    }
  }
}

function addressOf({ address, name }: Partner): string {
  if (address !== null) return address;
  throw new VesicaError('config/invalid', `partner ${name} has no address to connect to`, {
    field: 'partner',
  });
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, milliseconds);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
    signal.addEventListener('abort', end, { once: true });
  });
}
