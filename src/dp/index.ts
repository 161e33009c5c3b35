export type { Bounds } from './exponential.js';
export { DELTA_DIGITS, MAX_HALF_WIDTH, dummyHalfWidth, truncatedLaplaceDelta } from './laplace.js';
export {
  discreteLaplace,
  draw,
  privacyLoss,
  probability,
  stateMechanism,
  truncatedDiscreteLaplace,
  variance,
  type DiscreteLaplace,
  type Mechanism,
  type MechanismStatement,
  type PrivacyLoss,
  type TruncatedDiscreteLaplace,
} from './mechanism.js';
export { MAX_DELTA, MAX_EPSILON, parseDelta, parseEpsilon, type DecimalInput } from './parameters.js';
export {
  addRationals,
  compareRationals,
  decimalAbove,
  divideRationals,
  multiplyRationals,
  parseDecimal,
  rational,
  rationalToNumber,
  type Rational,
} from './rational.js';
