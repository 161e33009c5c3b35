import Type from 'typebox';
import {
  count,
  described,
  estimate,
  flag,
  nullable,
  number,
  numberOrNull,
  ratio,
  strict,
  text,
  texts,
  variance,
} from './parts.js';

/** Tables of lift: of a share of people (conversion) and of an amount per person (value). */

const conversionArm = Type.Object(
  {
    n: count('People of the arm.'),
    conversions: number('Noisy number of them with the outcome; can be negative.'),
    noiseVariance: variance('Variance of the noise in `conversions`.'),
    rate: described('conversions / n, not cut to [0, 1].', estimate),
    noiseDominated: flag('Whether `conversions` is below two standard deviations of its noise.'),
  },
  strict,
);
const valueArm = Type.Object(
  {
    n: count('People of the arm.'),
    sum: number('Noisy sum of the measure, in its unit.'),
    sumNoise: variance('Standard deviation of the noise in `sum`, in the unit of the measure.'),
    mean: described('sum / n, in the unit of the measure.', estimate),
    noiseDominated: flag('Whether `sum` is below two standard deviations of its noise.'),
  },
  strict,
);
const comparison = {
  confidence: Type.Number({
    exclusiveMinimum: 0,
    exclusiveMaximum: 1,
    description: 'Confidence of the intervals.',
  }),
  absolute: described('Treatment less control, per person.', estimate),
  relative: described('The same over the control, with a Fieller interval.', ratio),
  pValue: numberOrNull('Two-sided p-value of "no difference", from the same test as the intervals.'),
  noiseShare: numberOrNull('Share of the variance of the difference that is added noise.'),
  noiseDominated: flag('Whether the difference is below two standard deviations of its noise.'),
};
const conversionLift = Type.Object(
  {
    ...comparison,
    treatment: described('The treatment arm.', conversionArm),
    control: described('The control arm.', conversionArm),
    incrementalConversions: described(
      'Outcomes in the treatment arm that would not have come without it.',
      estimate,
    ),
  },
  strict,
);
const valueLift = Type.Object(
  {
    ...comparison,
    treatment: described('The treatment arm.', valueArm),
    control: described('The control arm.', valueArm),
    incrementalValue: described(
      'Amount in the treatment arm that would not have come without it, in the unit of the measure.',
      estimate,
    ),
  },
  strict,
);

const heterogeneity = Type.Object(
  {
    statistic: number("Cochran's Q of the cohorts' effects."),
    degreesOfFreedom: count('Cohorts compared, less one.'),
    pValue: number('Probability of a Q this large when the effect is the same everywhere.'),
    unexplainedShare: number('I squared: share of the spread that the standard errors do not explain.'),
    pooled: Type.Object(
      { value: number('Weighted mean of the effects.'), standardError: number('Its standard error.') },
      { ...strict, description: 'The effects weighted by the inverse of their variance.' },
    ),
  },
  strict,
);

function table<Lift extends Type.TSchema>(lift: Lift) {
  const ofArm = {
    arm: text('The treatment arm.'),
    lift: described('Against the control arm.', lift),
  };
  const cohort = Type.Object(
    {
      cohort: text('Values of the dimensions beside the arm.'),
      arms: Type.Array(Type.Object(ofArm, strict), {
        description: 'One entry a treatment arm of the cohort.',
      }),
    },
    strict,
  );
  const overall = Type.Object(
    {
      ...ofArm,
      adjustedPValue: numberOrNull("p-value after Holm's correction over the treatment arms."),
      heterogeneity: described('Whether the effect differs between cohorts.', nullable(heterogeneity)),
    },
    strict,
  );
  return Type.Object(
    {
      controlArm: text('The arm that every other is compared with.'),
      treatmentArms: texts('The other arms.'),
      overall: Type.Array(overall, { description: 'Each treatment arm over all cohorts.' }),
      cohorts: Type.Array(cohort, { description: 'The same within each cohort.' }),
      incompleteCohorts: texts('Cohorts that lack a cell of some arm.'),
    },
    strict,
  );
}

export const conversionTableSchema = table(conversionLift);
export const valueTableSchema = table(valueLift);

const exposedEffect = Type.Object(
  {
    arm: text('The treatment arm.'),
    intentionToTreat: described('Effect on everybody in the arm.', estimate),
    exposureDifference: described('Share exposed in the arm less that in the control arm.', estimate),
    effectOnExposed: described('Effect on those whom the assignment exposed (CACE).', ratio),
    pValue: numberOrNull('Two-sided p-value of "no effect".'),
  },
  strict,
);
const detectable = Type.Object(
  {
    arm: text('The treatment arm.'),
    power: number('Probability with which the effect would have been found.'),
    absolute: numberOrNull('Smallest difference found with that power; null when none would be.'),
    relative: numberOrNull('The same over the control.'),
  },
  strict,
);
const cost = Type.Object(
  {
    arm: text('The treatment arm.'),
    spent: number('Money spent on the arm, as this side stated it.'),
    returnOnSpend: described('Incremental value for each unit of money spent (iROAS).', nullable(estimate)),
    costPerIncremental: described('Money for each incremental outcome.', nullable(ratio)),
  },
  strict,
);

/** What follows from a lift, one entry a treatment arm. */
export const consequences = {
  detectable: described(
    'Minimum detectable effect, noise included, at the rate or spread of the control arm; null without a lift.',
    nullable(Type.Array(detectable)),
  ),
  costs: described('null when this side stated no costs.', nullable(Type.Array(cost))),
  exposed: described(
    'Effect on exposed people; null unless this side logs exposure as a dimension.',
    nullable(Type.Array(exposedEffect)),
  ),
};
