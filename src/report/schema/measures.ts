import Type from 'typebox';
import { STATISTICS } from '../../protocol/index.js';
import { consequences, conversionTableSchema, valueTableSchema } from './lift.js';
import {
  count,
  described,
  estimate,
  flag,
  noise,
  nullable,
  number,
  strict,
  text,
  textOrNull,
  variance,
} from './parts.js';

/** Measures: noisy sums by cell, and what follows from them. Amounts are in the unit of the measure. */

const measureCell = Type.Object(
  {
    sum: number('Noisy sum over the matched people of the cell; can be negative.'),
    noiseDominated: flag('Whether the sum is below two standard deviations of its noise.'),
    mean: described('The sum over all people of the cell; a rate for a yes/no measure.', estimate),
  },
  strict,
);
const measureArm = Type.Object(
  {
    arm: text('The arm.'),
    people: count('People of the arm.'),
    sum: number('Noisy sum over its cells.'),
    sumNoise: variance('Standard deviation of the noise in `sum`.'),
    noiseDominated: flag('Whether the sum is below two standard deviations of its noise.'),
    mean: described('The sum over all people of the arm; a rate for a yes/no measure.', estimate),
  },
  strict,
);

export const measure = Type.Object(
  {
    name: text('Name of the measure.'),
    quantum: text('Decimal text of the unit counted, such as `0.01`.'),
    bound: text('Decimal text of the most that one person adds.'),
    statistic: Type.Enum(STATISTICS, { description: 'What is released in each cell.' }),
    kind: Type.Enum(['yes-no', 'amount'], {
      description: 'A yes/no outcome (quantum 1, bound 1), or an amount per person.',
    }),
    privacy: Type.Object(
      {
        sum: described('Noise in the sum of one cell, in the unit of the measure.', noise),
        squares: described(
          'Noise in the sum of squares of one cell, in the squared unit; null when none is released.',
          nullable(noise),
        ),
      },
      { ...strict, description: 'The noise in what this side learned, added by the partner.' },
    ),
    cells: Type.Array(measureCell, { description: 'In the order of `cells` of the report.' }),
    arms: described(
      'Treatment arms and then the control arm; null without an experiment that this side knows.',
      nullable(Type.Array(measureArm)),
    ),
    lift: described(
      'Lift against the control arm; null without an experiment, or without squares for an amount.',
      nullable(
        Type.Union([
          Type.Object(
            {
              kind: Type.Literal('conversion', { description: 'Difference of shares of people.' }),
              table: described('The lift of each arm.', conversionTableSchema),
            },
            strict,
          ),
          Type.Object(
            {
              kind: Type.Literal('value', { description: 'Difference of amounts per person.' }),
              table: described('The lift of each arm.', valueTableSchema),
            },
            strict,
          ),
        ]),
      ),
    ),
    missing: textOrNull('Why means have no interval and arms no lift; null when nothing is missing.'),
    ...consequences,
  },
  strict,
);
