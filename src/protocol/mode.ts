import { VesicaError } from '../errors.js';
import type { GroupOperations, KeyBatch } from '../group/index.js';
import type { RandomSource } from '../random.js';
import type { Cell, MessageOf } from './codec/index.js';
import type { Spool } from './spool.js';
import type { IncomingStage, OutgoingStage } from './stages.js';

/** What a mode of the protocol is given to work with. */
export interface ModeContext {
  readonly operations: GroupOperations;
  readonly random: RandomSource;
  /** Where tags go that would take too much memory; without one they all stay in memory. */
  readonly spool?: Spool | undefined;
  /** 32 bytes. */
  readonly session: Uint8Array;
  /** Called, and awaited, before the first noisy figure leaves: what it costs is spent from then on. */
  readonly commit: () => Promise<void>;
}

/** A party's own list: typed keys without duplicates, and the cell or the measures of each key where its role has them. */
export interface OwnList {
  readonly batch: KeyBatch;
  readonly cellOf?: Uint32Array;
  /** For each measure of the terms, the whole quanta of each key. */
  readonly measures?: readonly Float64Array[];
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
  nextFigures(): MessageOf<'figures'> | undefined;
  receiveFigures(message: MessageOf<'figures'>): void;
  /** Whether this party has sent and heard everything of the mode. */
  readonly finished: boolean;
  /** The answer; called once, when `finished`. */
  result(): Result;
  /** Overwrites the party's secrets. */
  wipe(): void;
}

/** A machine with nothing left to say or hear: it has its answer. */
export function finishedMode<Result>(result: Result): ModeMachine<Result> {
  return {
    incoming: [],
    outgoing: [],
    nextFigures: () => undefined,
    receiveFigures: () => {
      throw unexpectedFigures();
    },
    finished: true,
    result: () => result,
    wipe: () => undefined,
  };
}

/** The error for figures that are not due, or come from the party that owes none. */
export function unexpectedFigures(): VesicaError {
  return new VesicaError('peer/unexpected-message', 'figures that are not due', { field: 'figures' });
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

/** The next acknowledgement that `mode` owes the peer, if it owes any. */
export function dueAck(mode: ModeMachine<unknown> | undefined): MessageOf<'ack'> | undefined {
  for (const stage of mode?.incoming ?? []) {
    const ack = stage.nextAck();
    if (ack !== undefined) return ack;
  }
  return undefined;
}

/** The next chunk that `mode` has to send now; `undefined` when the peer must speak first. */
export async function nextChunk(
  mode: ModeMachine<unknown> | undefined,
): Promise<MessageOf<'chunk'> | undefined> {
  for (const stage of mode?.outgoing ?? []) {
    const chunk = await stage.next();
    if (chunk !== undefined) return chunk;
  }
  return undefined;
}
