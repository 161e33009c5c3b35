import { VesicaError } from '../../errors.js';
import type { Mode, PeerRoom } from '../../protocol/index.js';
import type { DataDefinition } from '../../data/index.js';
import type { Side } from '../../protocol/index.js';
import type { NodeLimits } from '../node-config.js';
import { Turnstile } from './turnstile.js';

const MEBIBYTE = 2 ** 20;

/*
 * Upper bounds of what was measured: resident memory of a node's process at its peak, one session of a list of 150,000 to
 * 800,000 keys with one of 1,000, either way, in all three modes, less what the process took before. A session of two
 * lists of 1,000 took 17 MB, in mode `aggregate` 22 MB; the long list took up to 98 MB as the own one (400,000 keys) and
 * up to 39 MB as the partner's (800,000).
 */

/** What a session holds besides its lists, of which chunks under way and its table of discrete logarithms are the most. */
const BYTES_A_SESSION = 32 * MEBIBYTE;
/** For each key of the own list: in the list, while it is read, sorted and sketched, and in what is kept of the outcome. */
const BYTES_AN_OWN_KEY = 200;
/** For each measure of such a key: its values, while their memory grows by doubling, and what encrypts them. */
const BYTES_A_VALUE = 50;
/** For each key of the partner's list, and each dummy: its tag, the table that finds it, and room while that grows. */
const BYTES_A_PEER_KEY = 120;
/** A list is a little longer each week. A load that outgrows this is done again with all the memory there is. */
const GROWTH = 1.25;
const GROWTH_KEYS = 1000;

/** A dataset as far as its memory goes. */
export interface Sized {
  readonly id: string;
  readonly definition: { readonly data: Pick<DataDefinition, 'measures'> };
}

interface Entering {
  readonly partner: string;
  readonly signal: AbortSignal;
}

/**
 * The memory of running sessions, in four equal parts: for the own lists and for the partners' lists, of sessions that
 * this node started and of those its partners started, each.
 *
 * Every session takes its parts in one order: the responder's own list, the initiator's own list, the responder's list
 * at the initiator, the initiator's list at the responder. Nobody who holds a part waits for an earlier one, whichever
 * nodes they are on, so some session can always go on.
 */
export class SessionMemory {
  readonly #own: Readonly<Record<Side, Turnstile>>;
  readonly #peer: Readonly<Record<Side, Turnstile>>;
  readonly #limits: NodeLimits;
  /** Keys of each dataset's last list. */
  readonly #keys = new Map<string, number>();

  constructor(limits: NodeLimits) {
    this.#limits = limits;
    const bytes = (limits.memoryMiB * MEBIBYTE) / 4;
    const own = (): Turnstile => new Turnstile({ places: limits.runningSessions, bytes });
    const peer = (): Turnstile => new Turnstile({ places: Infinity, bytes });
    this.#own = { initiator: own(), responder: own() };
    this.#peer = { initiator: peer(), responder: peer() };
  }

  /** Sessions that hold a place now, and those that wait for one or for memory. */
  get load(): { readonly running: number; readonly waiting: number } {
    const own = Object.values(this.#own);
    const all = [...own, ...Object.values(this.#peer)];
    return {
      running: own.reduce((sum, { running }) => sum + running, 0),
      waiting: all.reduce((sum, { waiting }) => sum + waiting, 0),
    };
  }

  /** Takes note of how long a dataset's list is. */
  learn({ id }: Sized, keys: number): void {
    this.#keys.set(id, keys);
  }

  /**
   * Waits for a place and for memory for the own list: what its last load took and a little more, or all there is for a
   * list that was never read.
   *
   * @throws VesicaError `limit/elements` with field `limits.memoryMiB` when the last load would not fit; the reason of
   * `signal`.
   */
  async enter(
    side: Side,
    dataset: Sized,
    { takesAll, ...entering }: Entering & { readonly takesAll: boolean },
  ): Promise<OwnStay> {
    const turnstile = this.#own[side];
    const known = this.#keys.get(dataset.id);
    if (known !== undefined) this.#requireFit(turnstile, ownBytes(dataset, known), 'the own list');
    const bytes = (): number => {
      const keys = this.#keys.get(dataset.id);
      if (keys === undefined || takesAll) return turnstile.bytes;
      return ownBytes(dataset, GROWTH * keys + GROWTH_KEYS);
    };
    const stay = await turnstile.enter({ ...entering, bytes });
    return {
      maxKeys: Math.max(0, Math.floor((stay.bytes - BYTES_A_SESSION) / bytesAKey(dataset))),
      isAll: stay.bytes >= turnstile.bytes,
      keep: (keys) => stay.keep(ownBytes(dataset, keys)),
      leave: stay.leave,
    };
  }

  /**
   * Waits for memory for the partner's list. In mode `psi` a list that would never fit gets all the memory there is, and
   * its tags go to disk.
   *
   * @throws VesicaError as `enter`.
   */
  async makeRoom(
    side: Side,
    { keys, dummies }: PeerRoom,
    { mode, ...entering }: Entering & { readonly mode: Mode },
  ): Promise<PeerStay> {
    const turnstile = this.#peer[side];
    const bytes = BYTES_A_PEER_KEY * (keys + dummies);
    const fits = bytes <= turnstile.bytes;
    if (mode !== 'psi') this.#requireFit(turnstile, bytes, 'the partner’s list');
    const stay = await turnstile.enter({ ...entering, bytes: () => Math.min(bytes, turnstile.bytes) });
    return { leave: stay.leave, tagMemoryBytes: fits ? Infinity : 0 };
  }

  /** The error for an own list that does not fit, though it has all the memory there is. */
  tooLarge({ maxKeys }: OwnStay): VesicaError {
    const why = `the list has more keys than the ${maxKeys} that fit a quarter of it`;
    return this.#refusal(why);
  }

  #requireFit(turnstile: Turnstile, bytes: number, what: string): void {
    if (bytes <= turnstile.bytes) return;
    const mebibytes = (count: number): number => Math.ceil(count / MEBIBYTE);
    throw this.#refusal(
      `${what} needs about ${mebibytes(bytes)} MiB, and a quarter of it is ${mebibytes(turnstile.bytes)}`,
    );
  }

  #refusal(why: string): VesicaError {
    const limit = `limits.memoryMiB is ${this.#limits.memoryMiB}`;
    return new VesicaError('limit/elements', `${limit}: ${why}`, { field: 'limits.memoryMiB' });
  }
}

/** A place of a session, with memory for its own list. */
export interface OwnStay {
  /** Keys that the list may have. */
  readonly maxKeys: number;
  /** Whether no other session has more. */
  readonly isAll: boolean;
  /** Gives back what a list of `keys` keys does not need. */
  readonly keep: (keys: number) => void;
  /** Gives all of it back; calling it twice changes nothing. */
  readonly leave: () => void;
}

/** Memory for the partner's list. */
export interface PeerStay {
  /** How much of it is for tags: all of them, or none. */
  readonly tagMemoryBytes: number;
  /** Gives it back; calling it twice changes nothing. */
  readonly leave: () => void;
}

function bytesAKey({ definition: { data } }: Sized): number {
  return BYTES_AN_OWN_KEY + BYTES_A_VALUE * (data.measures?.length ?? 0);
}

function ownBytes(dataset: Sized, keys: number): number {
  return BYTES_A_SESSION + bytesAKey(dataset) * keys;
}
