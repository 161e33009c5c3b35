import type { Terms } from './codec/index.js';
import type { Identity, VerifySignature } from './connection.js';
import type { Inventory } from './inventory.js';
import type { ModeContext, OwnList } from './mode.js';
import type { ModeResult } from './modes.js';
import type { Side } from './transcript.js';

/** Protocol versions that this code speaks, best first. */
export const PROTOCOL_VERSIONS = [1] as const;

/** Where a session is. Each state but the last two ends with the message it waits for. */
export type SessionState = 'greeting' | 'offering' | 'listing' | 'streaming' | 'closing' | 'done' | 'failed';

export interface SessionSettings extends Omit<ModeContext, 'session'> {
  readonly side: Side;
  /** This party's name, shown to the peer. */
  readonly party: string;
  /** Name and version of the software, shown to the peer. */
  readonly software: string;
  readonly identity: Identity;
  readonly verify: VerifySignature;
  /** The key that the channel proved the peer to hold, if it proves one. */
  readonly peerKey: Uint8Array | undefined;
  readonly terms: Terms;
  readonly list: OwnList;
  readonly inventory: Inventory;
}

/** What both parties can later prove: the session happened as its transcript says. */
export interface Receipts {
  /** Hex of the 64-byte transcript hash. */
  readonly transcript: string;
  readonly own: { readonly key: string; readonly signature: string };
  readonly peer: { readonly key: string; readonly signature: string };
}

export interface SessionOutcome {
  readonly session: Uint8Array;
  readonly peerParty: string;
  readonly peerInventory: Inventory;
  readonly result: ModeResult;
  readonly receipts: Receipts;
}
