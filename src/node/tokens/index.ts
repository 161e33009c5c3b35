/**
 * Who may use the admin API: tokens with roles, of which only digests are kept, the second factors of those, and the keys by which a request that is sent
 * twice is done once.
 */
export {
  IDEMPOTENCY_HOURS,
  IdempotencyKeys,
  type IdempotentAnswer,
  type IdempotentRequest,
} from './idempotency-keys.js';
export type { RefusalReason } from './refusals.js';
export {
  removeSecondFactor,
  SecondFactors,
  type FactorCipher,
  type FactorVerdict,
  type NewFactor,
} from './second-factors.js';
export { SECRET_PATTERN, type NewToken, type TokenState, type TokenView } from './token.js';
export { Tokens, type CreatedToken, type TokenQuery } from './tokens.js';
