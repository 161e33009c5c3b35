import type { VesicaError } from '../errors.js';
import type { Terms } from './codec/index.js';
import type { Identity, StartSha512, VerifySignature } from './connection.js';
import type { Inventory } from './inventory.js';
import type { ModeContext, OwnList } from './mode.js';
import type { ModeResult } from './modes.js';
import type { SessionLedger } from './session-ledger.js';
import type { Spool } from './spool.js';
import type { Receipts, Side } from './transcript.js';

/** Protocol versions that this code speaks, best first. */
export const PROTOCOL_VERSIONS = [1] as const;

/** Where a session is. Each state but the last two ends with the message it waits for. */
export type SessionState =
  'greeting' | 'offering' | 'listing' | 'recalling' | 'streaming' | 'closing' | 'done' | 'failed';

/** Who takes part, and with what means. */
export interface SessionParty extends Omit<ModeContext, 'session' | 'commit' | 'spool'> {
  readonly side: Side;
  /** This party's name, shown to the peer. */
  readonly party: string;
  /** Name and version of the software, shown to the peer. */
  readonly software: string;
  readonly identity: Identity;
  readonly verify: VerifySignature;
  /** A portable one unless given. */
  readonly startSha512?: StartSha512 | undefined;
  /** The key that the channel proved the peer to hold, if it proves one. */
  readonly peerKey: Uint8Array | undefined;
}

/** What the peer's list will take memory for. */
export interface PeerRoom {
  /** Keys of the peer's list. */
  readonly keys: number;
  /** Dummies of the session, all cells together; 0 in mode `psi`. */
  readonly dummies: number;
}

/** What a party brings to a session: what it agrees to, its list, and the account that it keeps. */
export interface SessionBrief {
  readonly terms: Terms;
  readonly list: OwnList;
  readonly inventory: Inventory;
  /** Longest list of the peer that this party takes; the protocol's limit unless told. */
  readonly maxPeerItems?: number | undefined;
  /**
   * Waits until there is memory for the peer's list, before any is taken for it; what it throws ends the session, and
   * the peer is told. An initiator tells its own list's size only after this, so that of two nodes with many sessions
   * the initiator of each makes room first, and no session waits for one that waits for it.
   */
  readonly makeRoom?: ((peer: PeerRoom) => Promise<void>) | undefined;
  /** Where tags go that would take too much memory; asked once `makeRoom` has answered. Without one all stay in memory. */
  readonly spool?: Spool | undefined;
  /** Keeps account of what this party's noisy figures cost; without one nothing is refused and nothing remembered. */
  readonly ledger?: SessionLedger | undefined;
}

export interface SessionSettings extends SessionParty, SessionBrief {
  /** The initiator's: 32 random bytes by which both sides know the session; drawn unless given. */
  readonly session?: Uint8Array | undefined;
}

/** What the initiator offers to a responder, and who it says it is. */
export interface SessionOffer {
  /** 32 bytes. */
  readonly session: Uint8Array;
  readonly terms: Terms;
  readonly party: string;
  /** Ed25519 public key, 32 bytes; proven by the channel where it proves one. */
  readonly key: Uint8Array;
}

/** A responder that makes up its mind when it knows the offer. */
export interface AnsweringSettings extends SessionParty {
  readonly side: 'responder';
  /** What this party brings to the session that is offered. Whatever it throws ends the session, and the peer is told. */
  readonly answer: (offer: SessionOffer) => Promise<SessionBrief>;
}

/** An initiator that reads its list only when the partner has accepted the offer. */
export interface OfferingSettings extends SessionParty {
  readonly side: 'initiator';
  /** 32 random bytes by which both sides know the session. The same offer may be made again under the same ones. */
  readonly session: Uint8Array;
  readonly terms: Terms;
  /** What this party brings, under these very terms. Whatever it throws ends the session, and the peer is told. */
  readonly bring: () => Promise<SessionBrief>;
}

export type AnySessionSettings = SessionSettings | OfferingSettings | AnsweringSettings;

export interface SessionOutcome {
  readonly session: Uint8Array;
  readonly peerParty: string;
  readonly peerInventory: Inventory;
  readonly result: ModeResult;
  /** The session whose stored answer this is, when both sides had it: then nothing was computed and nothing spent. */
  readonly answeredFrom: Uint8Array | undefined;
  /** Why the answer could not be kept in the ledger, when it could not: the same request will cost again. */
  readonly notKept: VesicaError | undefined;
  readonly receipts: Receipts;
}
