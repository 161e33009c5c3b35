import Type from 'typebox';
import {
  count,
  described,
  flag,
  matchRate,
  nullable,
  number,
  numberOrNull,
  strict,
  text,
  texts,
} from './parts.js';

/** The experiment of a session, and the checks of its arms. */

export const experiment = Type.Object(
  {
    column: text('The dimension whose values are the arms.'),
    control: text('The control arm.'),
    treatment: texts('The treatment arms.'),
    emptyArms: texts('Arms without any cell; they are left out.'),
    exposure: described(
      'How this side logs exposure; null when it does not, or the dimension is not among the cells.',
      nullable(
        Type.Object(
          { column: text('The dimension.'), exposed: text('Its value for exposed people.') },
          strict,
        ),
      ),
    ),
  },
  strict,
);

export const sampleRatio = Type.Object(
  {
    arms: Type.Array(
      Type.Object(
        {
          arm: text('The arm.'),
          people: count('Its size.'),
          share: number('Share that the design gives it, of all arms listed here.'),
        },
        strict,
      ),
      { description: 'The arms of which this side stated the share.' },
    ),
    statistic: number('Chi-square of the sizes against the design.'),
    degreesOfFreedom: count('Arms less one.'),
    pValue: number('Probability of a split this far from the design by chance.'),
    mismatch: flag('p-value below 0.001: no lift of this experiment should be believed.'),
  },
  strict,
);

export const matchBalance = Type.Object(
  {
    arms: Type.Array(
      Type.Object(
        {
          arm: text('The arm.'),
          people: count('Its size.'),
          matchRate: described('Matched people of the arm, from noisy counts.', matchRate),
        },
        strict,
      ),
      { description: 'Treatment arms and then the control arm.' },
    ),
    pValue: numberOrNull('Smallest Holm-adjusted p-value of "the arm matches as the control arm does".'),
    mismatch: flag('p-value below 0.001: the arms match at different rates.'),
  },
  strict,
);
