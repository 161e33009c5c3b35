import { toHex } from '../../bytes.js';
import { VesicaError, asVesicaError } from '../../errors.js';
import { Session, type SessionBrief, type SessionOffer } from '../../protocol/index.js';
import {
  fingerprint,
  listen,
  type Channel,
  type ListenAddress,
  type Listener,
} from '../../transport/index.js';
import { NODE_ACTOR, type Actor } from '../context.js';
import type { Partner } from '../partners/index.js';
import type { SessionRow } from '../store/index.js';
import { Admission } from './admission.js';
import type { Consents } from './consents.js';
import type { SessionMeans } from './means.js';
import type { SessionMemory } from './memory.js';
import type { SessionRecords } from './session-records.js';
import { SessionRun, type SessionTotals } from './session-run.js';
import { keepFailure, keepOutcome } from './settle.js';

interface EndpointOptions {
  readonly totals: SessionTotals;
  readonly means: SessionMeans;
  readonly records: SessionRecords;
  readonly memory: SessionMemory;
  readonly consents: Consents;
}

/** A connection of a partner, and the session on it once it is known. */
interface Serving {
  /** Of the partner, in hexadecimal. */
  readonly key: string;
  readonly run: SessionRun;
  readonly channel: Channel;
  row: SessionRow | undefined;
  done: Promise<void>;
}

/** Where partners connect: takes their offers, each on a connection of its own, and runs the sessions that come of them. */
export class PartnerEndpoint {
  readonly #options: EndpointOptions;
  readonly #admission: Admission;
  readonly #serving = new Set<Serving>();
  #listener: Listener | undefined;

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#admission = new Admission(options.means, options.records);
  }

  /** Where partners connect, once `open`. */
  get url(): string {
    return this.#listener?.url ?? '';
  }

  /** Listens from now on. @throws VesicaError as `listen`. */
  async open({ host, port }: ListenAddress): Promise<void> {
    const { means } = this.#options;
    const { identity, observer, partners, limits } = means;
    const stranger = (key: Uint8Array): void => {
      const told = observer.stranger(fingerprint(key));
      told.catch((error: unknown) => observer.failed('watching strangers', error));
    };
    const listener = await listen({
      host,
      port,
      identity,
      maxPending: limits.openSessions + 64,
      accept: (key) => {
        if (partners.accepts(key)) return true;
        stranger(key);
        return false;
      },
    });
    this.#listener = listener;
    void this.#takeAll(listener);
  }

  /** Takes no more partners. */
  async shut(): Promise<void> {
    await this.#listener?.close();
  }

  /** Ends every session on a connection of a partner with `why`; resolves when all are over. */
  async stopAll(why: VesicaError): Promise<void> {
    const all = [...this.#serving];
    for (const { run, channel } of all) {
      // Without a word when nothing has begun: the partner offers again when this node is back.
      if (run.input === undefined) void channel.close(1001, '');
      run.stop(why);
    }
    await Promise.all(all.map(({ done }) => done));
  }

  /** Ends the session with this id with `why`, if it is on a connection. */
  stop(id: string, why: VesicaError): void {
    for (const { run, row } of this.#serving) if (row?.id === id) run.stop(why);
  }

  /** Closes the connections of those who are no active partners any more. */
  dropStrangers(): void {
    const { partners } = this.#options.means;
    for (const { channel, run } of this.#serving) {
      if (channel.peerKey !== undefined && partners.accepts(channel.peerKey)) continue;
      run.stop(
        new VesicaError('agreement/not-active', 'the partner is not active any more', { field: 'partner' }),
      );
    }
  }

  /** Resolves when these sessions are on no connection any more. */
  async settled(ids: readonly string[]): Promise<void> {
    const waited = [...this.#serving].filter(({ row }) => row !== undefined && ids.includes(row.id));
    await Promise.all(waited.map(({ done }) => done));
  }

  async #takeAll(listener: Listener): Promise<void> {
    const { observer, limits } = this.#options.means;
    try {
      for await (const channel of listener) {
        const key = toHex(channel.peerKey ?? new Uint8Array(0));
        const own = [...this.#serving].filter((one) => one.key === key).length;
        if (this.#serving.size >= 2 * limits.openSessions + 16 || own >= limits.openSessions + 8) {
          // Not awaited: one who does not answer the close would keep the others waiting.
          void channel.close(4001, 'limit/sessions');
          continue;
        }
        this.#serve(channel, key);
      }
    } catch (error) {
      if (asVesicaError(error).code !== 'transport/closed') observer.failed('taking partners', error);
    }
  }

  #serve(channel: Channel, key: string): void {
    const { means, records, memory, totals } = this.#options;
    const run = new SessionRun(means, { records, memory, channel, totals });
    const serving: Serving = { key, run, channel, row: undefined, done: Promise.resolve() };
    this.#serving.add(serving);
    serving.done = this.#run(serving)
      .catch((error: unknown) => means.observer.failed('serving a partner', error))
      .finally(() => this.#serving.delete(serving));
  }

  async #run(serving: Serving): Promise<void> {
    const { means, records } = this.#options;
    const { run, channel } = serving;
    let partner: Partner | undefined;
    // The offer stays, and that the partner is gone is worth knowing.
    let isLeft = false;
    try {
      const known = (partner = await this.#partnerOf(channel));
      const session = new Session({
        ...run.party(),
        side: 'responder',
        answer: (offer) => this.#answer(offer, known, serving),
      });
      const { outcome, figures } = await run.drive(session, 'responder');
      const { row } = serving;
      const { input } = run;
      if (row === undefined || input === undefined) {
        throw new VesicaError('internal/defect', 'a session ended before it began');
      }
      await keepOutcome(means, records, { row, input, outcome, figures, channel });
    } catch (error) {
      const failure = asVesicaError(error);
      if (means.engines.isBroken(failure)) await means.engines.replace();
      await channel.close(failure.definition.closeCode, '');
      // A connection that was lost before its run began ends nothing: the offer may be on another one by now.
      if (serving.row !== undefined && !run.hasBegun && isLost(failure)) {
        isLeft = true;
        return;
      }
      if (serving.row !== undefined) {
        await keepFailure(means, records, { id: serving.row.id, error: failure });
      } else if (partner !== undefined) await this.#admission.refused(partner, failure);
    } finally {
      await run.end();
      if (!isLeft && serving.row !== undefined) records.unfollow(serving.row.id, run);
    }
  }

  async #partnerOf(channel: Channel): Promise<Partner> {
    const { partners } = this.#options.means;
    const partner = channel.peerKey === undefined ? undefined : await partners.byKey(channel.peerKey);
    if (partner === undefined) {
      throw new VesicaError('transport/wrong-peer', 'the key that connected is no partner’s any more');
    }
    await partners.seen(partner.id);
    return partner;
  }

  /** What this side brings to the session that is offered, once somebody on this side agreed to it. */
  async #answer(offer: SessionOffer, partner: Partner, serving: Serving): Promise<SessionBrief> {
    const { consents, records } = this.#options;
    const { run } = serving;
    const { id } = (serving.row = await this.#admission.admit(offer, partner));
    run.follow(id);
    const isGiven = async (): Promise<boolean> => (await records.row(id)).own_consent_at !== null;
    await consents.wait(id, isGiven, run.signalUntilGone);
    // As it is now: with the dataset and the consent.
    const row = (serving.row = await records.row(id));
    return run.begin(row, approverOf(row), {});
  }
}

function approverOf({ own_consent_by: by }: SessionRow): Actor {
  return by === null || by === 'agreement' ? NODE_ACTOR : { kind: 'token', name: by };
}

function isLost({ definition }: VesicaError): boolean {
  return definition.class === 'network' && definition.retryable;
}
