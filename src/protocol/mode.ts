import type { GroupOperations, KeyBatch } from '../group/index.js';
import { GROUP_ORDER, SCALAR_BYTES, bigIntToScalar, scalarToBigInt } from '../group/index.js';
import type { RandomSource } from '../random.js';
import { randomBytes } from '../random.js';
import type { Cell, MessageOf } from './codec/index.js';
import type { IncomingStage, OutgoingStage } from './stages.js';

/** What a mode of the protocol is given to work with. */
export interface ModeContext {
  readonly operations: GroupOperations;
  readonly random: RandomSource;
  /** 32 bytes. */
  readonly session: Uint8Array;
}

/** A party's own list: typed keys without duplicates, and the cell of each key when the list has cells. */
export interface OwnList {
  readonly batch: KeyBatch;
  readonly cellOf?: Uint32Array;
}

/** What the two parties told each other about their lists once the terms were accepted. */
export interface Inventories {
  readonly ownItems: number;
  readonly peerItems: number;
  /** Cells of whichever party has them; one unlabelled cell of the whole list in psi-ca. */
  readonly cells: readonly Cell[];
}

/**
 * One party's half of a mode after the handshake, as streams of items. The session feeds it the peer's messages and
 * sends what it hands out; it knows no socket, clock or file.
 */
export interface ModeMachine<Result> {
  readonly incoming: readonly IncomingStage[];
  /** In the order of urgency: replies that free the peer's memory come first. */
  readonly outgoing: readonly OutgoingStage[];
  /** The message that follows the streams, when this party owes one and can send it now. */
  nextCounts(): MessageOf<'counts'> | undefined;
  receiveCounts(message: MessageOf<'counts'>): void;
  /** Whether this party has sent and heard everything of the mode. */
  readonly finished: boolean;
  /** The answer; called once, when `finished`. */
  result(): Result;
  /** Overwrites the party's secrets. */
  wipe(): void;
}

/** A secret scalar, uniform in [1, l-1]: 64 random bytes modulo l-1, plus 1 (bias below 2^-259). */
export function randomScalar(random: RandomSource): Uint8Array {
  const wide = randomBytes(random, 64);
  const scalar = bigIntToScalar((scalarToBigInt(wide) % (GROUP_ORDER - 1n)) + 1n);
  wide.fill(0);
  return scalar;
}

/** `count` secret scalars, one after the other; count * 32 bytes. */
export function randomScalars(random: RandomSource, count: number): Uint8Array {
  const scalars = new Uint8Array(count * SCALAR_BYTES);
  for (let i = 0; i < count; i += 1) scalars.set(randomScalar(random), i * SCALAR_BYTES);
  return scalars;
}

/** The keys at positions `order[from...to)`, gathered into a batch. */
export function gatherKeys(batch: KeyBatch, order: Uint32Array, from: number, to: number): KeyBatch {
  const types = new Uint8Array(to - from);
  const keys = new Uint8Array((to - from) * 32);
  for (let i = from; i < to; i += 1) {
    const position = order[i] ?? 0;
    types[i - from] = batch.types[position] ?? 0;
    keys.set(batch.keys.subarray(position * 32, position * 32 + 32), (i - from) * 32);
  }
  return { types, keys };
}
