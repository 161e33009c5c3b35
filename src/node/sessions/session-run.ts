import { inventoryOf, type LoadedList } from '../../data/index.js';
import { asVesicaError, VesicaError } from '../../errors.js';
import type {
  Session,
  SessionBrief,
  SessionOutcome,
  SessionParty,
  SessionState,
  Side,
} from '../../protocol/index.js';
import { requireValues } from '../../report/index.js';
import { spoolIn } from '../../spool/index.js';
import { driveSession, startSha512, verifySignature, type Channel } from '../../transport/index.js';
import { NODE_ACTOR, type Actor } from '../context.js';
import { dataFor, type Dataset, type DatasetVersion } from '../datasets/index.js';
import type { SessionRow } from '../store/index.js';
import type { SessionMeans } from './means.js';
import type { OwnStay, PeerStay, SessionMemory } from './memory.js';
import type { SessionRecords } from './session-records.js';
import { termsOfRow } from './session-view.js';

const PROGRESS_MS = 250;
const GREETING_MS = 30_000;
/** What a timer can count to. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How a run went, for its report. */
export interface RunFigures {
  readonly startedAt: Date;
  readonly loadSeconds: number;
  readonly waitSeconds: number;
  readonly sessionSeconds: number;
  readonly totalSeconds: number;
}

/** What a run has read, once it has. */
export interface RunInput {
  readonly dataset: Dataset;
  readonly version: DatasetVersion;
  readonly list: LoadedList;
  readonly brief: SessionBrief;
}

/** What all sessions since the start of the node added up to. */
export interface SessionTotals {
  sentBytes: number;
  receivedBytes: number;
  /** Match keys of both lists of sessions that came to their outcome. */
  elements: number;
  sessionSeconds: number;
}

interface RunOptions {
  readonly totals: SessionTotals;
  readonly records: SessionRecords;
  readonly memory: SessionMemory;
  readonly channel: Channel;
}

/** One session on one connection, from the consent of both sides to its outcome. */
export class SessionRun {
  readonly #means: SessionMeans;
  readonly #options: RunOptions;
  readonly #stop = new AbortController();
  readonly #startedAt = new Date();
  #row: SessionRow | undefined;
  /** The place, with memory for the own list. */
  #stay: OwnStay | undefined;
  /** The memory for the partner's list. */
  #room: PeerStay | undefined;
  #input: RunInput | undefined;
  /** Id of the version whose staged list this run holds. */
  #held: string | undefined;
  #staged: DatasetVersion | undefined;
  #isOver = false;
  #session: Session | undefined;
  #marks: number[] = [performance.now()];
  #toldAt = 0;
  #hasBegun = false;

  constructor(means: SessionMeans, options: RunOptions) {
    this.#means = means;
    this.#options = options;
  }

  /** Ends the run with `error`, wherever it is. */
  stop(error: VesicaError): void {
    this.#stop.abort(error);
  }

  /** Whether both sides have agreed, on this connection. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get input(): RunInput | undefined {
    return this.#input;
  }

  /** Who takes part and with what means, on either side. */
  party(): Omit<SessionParty, 'side'> {
    const { party, software, identity, engines, context } = this.#means;
    return {
      party,
      software,
      identity,
      verify: verifySignature,
      startSha512,
      peerKey: this.#options.channel.peerKey,
      operations: engines.operations,
      random: context.random,
    };
  }

  /**
   * Both sides agreed: waits for a turn, reads the list, and tells what this side brings.
   *
   * @param actor who made the session accepted: the partner, or whoever agreed last on this side.
   */
  async begin(row: SessionRow, actor: Actor, changes: Partial<SessionRow>): Promise<SessionBrief> {
    const { records, memory } = this.#options;
    const { agreements, datasets } = this.#means;
    await records.move(row.id, { to: 'accepted', actor, changes });
    this.#hasBegun = true;
    records.progress(row.id, this, { stage: 'queued' });
    const dataset = await datasets.get(row.dataset_id ?? '');
    const signal = this.signalUntilGone;
    const keys = await this.#lastKeys(dataset);
    if (keys !== undefined) memory.learn(dataset, keys);
    this.#stay = await memory.enter(row.side, dataset, { partner: row.partner_id, signal, takesAll: false });
    this.#mark();
    // It may have ended while the session waited for its turn.
    agreements.requireUsable(await agreements.get(row.agreement_id ?? ''));
    this.#row = await records.move(row.id, { to: 'running', actor: NODE_ACTOR });
    records.progress(row.id, this, { stage: 'reading' });
    const { version, list } = await this.#readWithin(this.#stay, row, dataset);
    // Who stopped the session did not wait for the list.
    if (this.#isOver) {
      this.#stay.leave();
      await this.#release();
    }
    await records.change(row.id, ['running'], {
      dataset_version_id: version.id,
      own_items: list.types.length,
    });
    const brief = await this.#brief(row, dataset, list);
    this.#input = { dataset, version, list, brief };
    this.#mark();
    return brief;
  }

  /** Carries the session to its end. @throws VesicaError what ended it. */
  async drive(session: Session, side: Side): Promise<{ outcome: SessionOutcome; figures: RunFigures }> {
    const { channel } = this.#options;
    this.#session = session;
    const { idleSeconds, offerHours, queueSeconds } = this.#means.timeouts;
    const idleTimeoutMs = 1000 * idleSeconds;
    const greeting = Math.min(GREETING_MS, idleTimeoutMs);
    const outcome = await driveSession(session, channel, {
      idleTimeoutMs,
      timeoutsMs: {
        greeting,
        // A partner that connects offers at once. Then somebody decides; the offer lapses by itself before this.
        offering: side === 'responder' ? greeting : Math.min(3_600_000 * (offerHours + 1), LONGEST_TIMER_MS),
        // The other side may have to wait for its turn.
        listing: 1000 * queueSeconds,
      },
      startTimeoutMs: 1000 * queueSeconds,
      signal: this.#stop.signal,
      onFrame: (current) => this.#tell(current),
    });
    this.#mark();
    const { totals } = this.#options;
    totals.elements += (this.#input?.list.types.length ?? 0) + outcome.peerInventory.size;
    totals.sessionSeconds += ((this.#marks.at(-1) ?? 0) - (this.#marks.at(-2) ?? 0)) / 1000;
    const [begin = 0, placed = begin, read = placed, end = read] = this.#marks;
    return {
      outcome,
      figures: {
        startedAt: this.#startedAt,
        waitSeconds: (placed - begin) / 1000,
        loadSeconds: (read - placed) / 1000,
        sessionSeconds: (end - read) / 1000,
        totalSeconds: (end - begin) / 1000,
      },
    };
  }

  /** From now on this run tells how far the session is, and whether the partner is there. */
  follow(id: string): void {
    const { records, channel } = this.#options;
    records.follow(id, this, 'connected');
    records.progress(id, this, { stage: 'offering' });
    void channel.gone.then(() => {
      // Who leaves when all is said is not missed.
      if (this.#session?.outcome === undefined) records.progress(id, this, { peer: 'gone' });
    });
  }

  /** Gives back the place and deletes the staged list, however the session ended. */
  async end(): Promise<void> {
    this.#stay?.leave();
    this.#room?.leave();
    const { totals, channel } = this.#options;
    totals.sentBytes += channel.traffic.bytesSent;
    totals.receivedBytes += channel.traffic.bytesReceived;
    this.#isOver = true;
    await this.#release();
  }

  async #release(): Promise<void> {
    const { datasets, observer } = this.#means;
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    await datasets.release(held).catch((error: unknown) => observer.failed('deleting a staged list', error));
  }

  /** The keys of the last load by the definition that the dataset has now; `undefined` when there was none. */
  async #lastKeys({ id, definitionDigest }: Dataset): Promise<number | undefined> {
    const versions = await this.#means.datasets.versions.list(id);
    const last = versions.find((version) => version.quality && version.definitionDigest === definitionDigest);
    return last?.quality?.keys;
  }

  /** Reads the list in the memory that `stay` has; one that outgrew it is read again with all there is. */
  async #readWithin(
    stay: OwnStay,
    row: SessionRow,
    dataset: Dataset,
  ): Promise<{ version: DatasetVersion; list: LoadedList }> {
    const { memory } = this.#options;
    try {
      const read = await this.#read(row, dataset, stay.maxKeys);
      const keys = read.list.types.length;
      memory.learn(dataset, keys);
      stay.keep(keys);
      return read;
    } catch (error) {
      const { code } = asVesicaError(error);
      const { maxElements = Infinity } = this.#means.limits;
      if (code !== 'limit/elements' || stay.maxKeys >= maxElements) throw error;
      if (stay.isAll) throw memory.tooLarge(stay);
      stay.leave();
      const entering = { partner: row.partner_id, signal: this.signalUntilGone, takesAll: true };
      this.#stay = await memory.enter(row.side, dataset, entering);
      return await this.#readWithin(this.#stay, row, dataset);
    }
  }

  async #read(
    row: SessionRow,
    dataset: Dataset,
    maxKeys: number,
  ): Promise<{ version: DatasetVersion; list: LoadedList }> {
    const { datasets, limits } = this.#means;
    const maxElements = Math.min(maxKeys, limits.maxElements ?? maxKeys);
    if (dataset.state !== 'active') {
      throw new VesicaError('config/invalid', 'the dataset is archived', { field: 'dataset' });
    }
    const data = dataFor(dataset, termsOfRow(row), row.side);
    const isWhole = data === dataset.definition.data;
    if (isWhole) this.#staged ??= await datasets.holdStaged(dataset);
    const staged = this.#staged;
    this.#held = staged?.id;
    if (staged !== undefined) {
      if ((staged.quality?.keys ?? 0) > maxElements) {
        throw new VesicaError('limit/elements', `the list has more than ${maxElements} keys`, {
          field: 'data',
        });
      }
      return { version: staged, list: await datasets.versions.readList(staged) };
    }
    const read = isWhole ? dataset : { ...dataset, definition: { ...dataset.definition, data } };
    const loaded = await datasets.read(read, NODE_ACTOR, { maxElements, signal: this.signalUntilGone });
    await datasets.hold(loaded.version.id);
    this.#held = loaded.version.id;
    return loaded;
  }

  async #brief(row: SessionRow, { definition }: Dataset, list: LoadedList): Promise<SessionBrief> {
    const { agreements, ledger, limits, context } = this.#means;
    const terms = termsOfRow(row);
    const inventory = inventoryOf(list, {
      dimensions: definition.data.cohorts ?? [],
      ...(definition.arms === undefined ? {} : { arms: definition.arms }),
    });
    requireValues(definition.experiment ?? {}, inventory);
    const brief: SessionBrief = {
      terms,
      list: {
        batch: list,
        measures: list.measures,
        ...(list.cells === undefined ? {} : { cellOf: list.cells }),
      },
      inventory,
      maxPeerItems: limits.maxElements,
      makeRoom: async (peer) => {
        const entering = { partner: row.partner_id, signal: this.signalUntilGone, mode: terms.mode };
        this.#room = await this.#options.memory.makeRoom(row.side, peer, entering);
        if (this.#isOver) this.#room.leave();
      },
      spool: spoolIn(context.store.folder, context.random, () => this.#room?.tagMemoryBytes ?? Infinity),
    };
    if (terms.disclosure !== 'dp') return brief;
    const { privacy } = (await agreements.get(row.agreement_id ?? '')).terms;
    const account = ledger.forSession({
      partner: row.partner_id,
      lineage: definition.lineage,
      limit: { epsilon: privacy.epsilonTotal, delta: privacy.deltaTotal },
      input: await ledger.input({ ...brief.list, ...namesOf(list) }),
      session: row.id,
      onUnanswered: row.on_unanswered,
    });
    return { ...brief, ledger: account };
  }

  /** Fires when the run is stopped, and when the partner leaves while this side is busy and would not notice. */
  get signalUntilGone(): AbortSignal {
    const gone = new AbortController();
    void this.#options.channel.gone.then((why) => gone.abort(why));
    return AbortSignal.any([this.#stop.signal, gone.signal]);
  }

  #tell(session: Session): void {
    const now = performance.now();
    if (this.#row === undefined || now - this.#toldAt < PROGRESS_MS) return;
    this.#toldAt = now;
    const { done, total } = session.progress;
    const { bytesSent, bytesReceived } = this.#options.channel.traffic;
    const stage: SessionState = session.state;
    this.#options.records.progress(this.#row.id, this, { stage, done, total, bytesSent, bytesReceived });
  }

  #mark(): void {
    this.#marks.push(performance.now());
  }
}

/** The names by which cells of different loads are compared. */
function namesOf({ cells, cellLabels }: LoadedList): { cellNames?: string[] } {
  return cells === undefined ? {} : { cellNames: cellLabels.map((label) => JSON.stringify(label)) };
}
