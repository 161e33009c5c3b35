import Type from 'typebox';
import {
  count,
  described,
  estimate,
  flag,
  nullable,
  number,
  numberOrNull,
  strict,
  text,
  textOrNull,
  texts,
  variance,
} from './parts.js';

/** A geo experiment: regions with and without the treatment, over periods before and during it. */

const effectFields = {
  incremental: described(
    'Outcome of the treated regions over all periods of the test that would not have come without the treatment.',
    estimate,
  ),
  relativeLift: numberOrNull(
    '`incremental` over what the treated regions would have had; null when that is not above zero.',
  ),
  pValue: numberOrNull('Two-sided p-value of "no effect".'),
  noiseDeviation: variance('Standard deviation that the added noise alone gives `incremental`.'),
  noiseDominated: flag('Whether `incremental` is below two of these deviations.'),
};

const differenceInDifferences = Type.Object(
  {
    ...effectFields,
    assignmentsCompared: count('Ways to choose the treated regions that the p-value was counted over.'),
    isSampled: flag('Whether these are a sample of all the ways.'),
  },
  strict,
);

const timeBasedRegression = Type.Object(
  {
    ...effectFields,
    intercept: number('Intercept of the line that predicts the treated regions.'),
    slope: number('Its slope in the outcome of the control regions, set right for their noise.'),
    reliability: number(
      "Share of the control regions' variance before the test that is not added noise: 1 without noise.",
    ),
  },
  strict,
);

const syntheticControl = Type.Object(
  {
    ...effectFields,
    weights: Type.Array(
      Type.Object(
        { region: text('A control region.'), weight: number('Its weight, from 0 to 1; together 1.') },
        strict,
      ),
      {
        description:
          'Control regions that imitate the treated ones, the heaviest first; those of weight 0 left out.',
      },
    ),
    scaledImbalance: numberOrNull(
      'Distance to the treated regions before the test over that of a plain average: 0 is a perfect imitation.',
    ),
  },
  strict,
);

/** A method's result, or why there is none. */
const method = <Result extends Type.TSchema>(description: string, result: Result) =>
  Type.Object(
    {
      missing: textOrNull('Why there is no result; null when there is one.'),
      result: described('null when the data cannot bear the method.', nullable(result)),
    },
    { ...strict, description },
  );

const outcome = Type.Object(
  {
    measure: textOrNull('The measure; null for matched people, in a session without measures.'),
    series: Type.Array(
      Type.Object(
        {
          period: text('The period.'),
          isTest: flag('Whether it belongs to the test.'),
          treated: number('Noisy sum over the treated regions.'),
          control: number('Noisy sum over the control regions.'),
          predicted: numberOrNull('What time-based regression predicts for the treated regions.'),
          imitated: numberOrNull('What the synthetic control has in their place.'),
          noiseDeviation: variance('Standard deviation of the noise in `treated`.'),
        },
        strict,
      ),
      { description: 'In the order of time.' },
    ),
    differenceInDifferences: method(
      'Change of treated less change of control regions; interval and p-value by permutation of the regions.',
      differenceInDifferences,
    ),
    timeBasedRegression: method(
      'The treated regions predicted from the control regions by the line that held before the test.',
      timeBasedRegression,
    ),
    syntheticControl: method(
      'The treated regions imitated by a weighted mean of control regions; interval and p-value by shifting the test in time.',
      syntheticControl,
    ),
  },
  strict,
);

export const geo = Type.Object(
  {
    region: text('The dimension of the regions.'),
    period: text('The dimension of the periods.'),
    startsAt: text('The first period of the test.'),
    treated: texts('The treated regions.'),
    control: texts('All others.'),
    pretestPeriods: count('Periods before the test.'),
    testPeriods: count('Periods of the test.'),
    confidence: number('Confidence of the intervals; they hold the added noise.'),
    missing: textOrNull('Why there are no outcomes; null when there are.'),
    outcomes: Type.Array(outcome, { description: 'An entry a measure, or one for matched people.' }),
  },
  strict,
);
