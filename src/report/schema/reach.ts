import Type from 'typebox';
import {
  count,
  described,
  estimate,
  flag,
  nullable,
  number,
  ratio,
  strict,
  text,
  textOrNull,
} from './parts.js';

/**
 * Reach and frequency: matched people by how often they were exposed. They describe the people of these two lists, so
 * their intervals hold the noise only; those of `outcomes` hold sampling error too.
 */

const noisyCount = Type.Object(
  {
    ...estimate.properties,
    noiseDominated: flag('Whether the count is below two standard deviations of its noise.'),
  },
  strict,
);

export const reach = Type.Object(
  {
    column: text('The dimension that counts exposures.'),
    exposedPeople: count('People of the list with the cells who were exposed at least once. Exact.'),
    matched: described('People on both lists.', noisyCount),
    reached: described('People on both lists who were exposed at least once.', noisyCount),
    shareOfMatched: described('`reached` over `matched`.', ratio),
    audience: count('People of the other list, the one without cells: those who were to be reached. Exact.'),
    shareOfAudience: described('`reached` over `audience`.', estimate),
  },
  strict,
);

const bucketOutcome = Type.Object(
  {
    measure: textOrNull('The measure; null for matched people, in a session without measures.'),
    sum: number('Noisy sum over the bucket; can be negative.'),
    noiseDominated: flag('Whether the sum is below two standard deviations of its noise.'),
    mean: described(
      'The sum over all people of the bucket, matched or not; a rate for matched people and yes/no measures.',
      estimate,
    ),
  },
  strict,
);

const bucket = Type.Object(
  {
    label: text('Value of the dimension.'),
    leastExposures: count('Fewest exposures in this bucket.'),
    mostExposures: described(
      'Most exposures in it; null when it has no upper end.',
      nullable(Type.Integer({ minimum: 0 })),
    ),
    people: count('People of the list with the cells in this bucket. Exact.'),
    matched: described('Those of them who are on both lists.', noisyCount),
    shareOfMatched: described('`matched` over the matched people of all buckets.', ratio),
    matchedAtLeast: described('Matched people of this bucket and those above it.', noisyCount),
    shareAtLeast: described('`matchedAtLeast` over the matched people of all buckets.', ratio),
    outcomes: Type.Array(bucketOutcome, {
      description:
        'What the people of the bucket did: an entry a measure, or one for matched people. How often somebody is ' +
        'exposed is not left to chance, so differences between buckets are no effect of the exposures.',
    }),
  },
  strict,
);

export const frequency = Type.Object(
  {
    column: text('The dimension that counts exposures.'),
    confidence: number('Confidence of the intervals.'),
    missing: textOrNull('Why there are no buckets; null when there are.'),
    buckets: Type.Array(bucket, { description: 'In rising order of exposures, those with people in them.' }),
    averageExposures: described(
      'Exposures of an average reached person, each bucket counted at its fewest; null when nobody was exposed.',
      nullable(ratio),
    ),
  },
  strict,
);
