export { codeForPeer, farewellFrame } from './abort.js';
export { ownCost } from './brief.js';
export type { Connection, Identity, RunningHash, StartSha512, VerifySignature } from './connection.js';
export {
  DISCLOSURES,
  MODES,
  ROLES,
  STATISTICS,
  decodeMessage,
  encodeMessage,
  isPlainText,
  type Arms,
  type Cell,
  type Disclosure,
  type MeasureTerm,
  type Message,
  type MessageOf,
  type Mode,
  type Role,
  type Stage,
  type Statistic,
  type Terms,
} from './codec/index.js';
export { mechanismsOf, type CellCount, type CountResult, type MeasureSums } from './counting.js';
export { NO_ARMS, type Inventory } from './inventory.js';
export { LIMITS } from './limits.js';
export { figureMechanisms, type FigureMechanism } from './measures.js';
export type { OwnList } from './mode.js';
export type { ModeResult } from './modes.js';
export type { PsiResult } from './psi.js';
export type { Reservation, SessionLedger } from './session-ledger.js';
export type { Spool, SpoolBuckets, SpoolShape } from './spool.js';
export {
  PROTOCOL_VERSIONS,
  type AnsweringSettings,
  type OfferingSettings,
  type PeerRoom,
  type SessionBrief,
  type SessionOffer,
  type SessionOutcome,
  type SessionParty,
  type SessionSettings,
  type SessionState,
} from './session-types.js';
export { Session } from './session.js';
export { ROLES_OF_MODE, initiatorRole, roleOf } from './terms.js';
export { Transcript, receiptStatement, type Receipts, type Side } from './transcript.js';
