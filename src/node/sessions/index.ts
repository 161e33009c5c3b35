/**
 * The sessions of a node: kept from the offer to the report, offered to partners and taken from them, approved by somebody
 * on either side or by the agreement, and run so many at once.
 */
export { EngineRoom } from './engine-room.js';
export { DETECTABLE_GAPS, DETECTABLE_KINDS, type DetectableGap, type SessionEffect } from './detectable.js';
export { LEARNT_THINGS, type LearntFact } from './learnt.js';
export { PEER_STATES, type LiveStage, type PeerState, type SessionProgress } from './live.js';
export type { SessionMeans, SessionObserver } from './means.js';
export type { SessionPreview } from './preview.js';
export type { SessionListener, SessionQuery } from './session-records.js';
export type { SessionEvent, SessionFailure, SessionView } from './session-view.js';
export type { SessionTotals } from './session-run.js';
export { Sessions, type Approval as SessionApproval, type SessionRequest } from './sessions.js';
export { isEnd, OPEN_STATES } from './states.js';
