export {
  NO_COST,
  composeInParallel,
  composeSequentially,
  costOf,
  costOfLoss,
  lossAt,
  type PrivacyCost,
} from './accountant.js';
export { epsilonForVariance, sigma2ForRho, splitBudget } from './calibrate.js';
export {
  MAX_BOUND_QUANTA,
  contribution,
  type Contribution,
  type ContributionRule,
  type MeasureValue,
} from './contribution.js';
export type { Bounds } from './exponential.js';
export { MAX_HALF_WIDTH, dummyHalfWidth, truncatedLaplaceDelta } from './laplace.js';
export {
  discreteGaussian,
  discreteLaplace,
  draw,
  fourthCumulant,
  privacyLoss,
  probability,
  stateMechanism,
  truncatedDiscreteLaplace,
  variance,
  type DiscreteGaussian,
  type DiscreteLaplace,
  type Mechanism,
  type MechanismStatement,
  type PrivacyLoss,
  type TruncatedDiscreteLaplace,
} from './mechanism.js';
export {
  MAX_DELTA,
  MAX_EPSILON,
  STATED_DIGITS,
  parseDelta,
  parseEpsilon,
  parseSigma2,
  type DecimalInput,
} from './parameters.js';
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
export { reachesThreshold, smallestThreshold, thresholdDelta } from './threshold.js';
export { deltaOfRho, epsilonOfRho } from './zcdp.js';
