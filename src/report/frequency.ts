import { type FrequencyBucket, frequencyDistribution, reach } from '../measurement/index.js';
import type { Inventory } from '../protocol/index.js';
import { REPORT_CONFIDENCE } from './confidence.js';
import type { NoisyCounts } from './conversion-effects.js';
import type { PlacedCell } from './experiment.js';
import { type Exposures, areApart, exposuresOf } from './exposures.js';
import type { CellOutcome } from './measure-figures.js';
import type { Report } from './report-schema.js';
import { plainJson } from './report-types.js';

export interface FrequencyContext {
  /** The cohort dimension that counts exposures. */
  readonly column: string;
  /** Of the party with the cells. */
  readonly inventory: Inventory;
  readonly counts: NoisyCounts;
  readonly outcomes: readonly CellOutcome[];
  /** People of the other party's list. */
  readonly audience: number;
}

/** The cells of one value of the dimension. */
interface Bucket extends Exposures {
  readonly label: string;
  readonly cells: readonly PlacedCell[];
}

const NO_COLUMN = 'the dimension is not among the cells that this side knows';
const NO_NUMBER = 'a value of the dimension is no number of exposures such as 0, 3, 3-5 or 6+';
const NOT_APART = 'two values of the dimension stand for the same number of exposures';

/** Reach, and people and outcomes by frequency, over all cells of the session. */
export function frequencyOf(context: FrequencyContext): Pick<Report, 'reach' | 'frequency'> {
  const { column } = context;
  const buckets = bucketsOf(context);
  if (typeof buckets === 'string') {
    const frequency = {
      column,
      confidence: REPORT_CONFIDENCE,
      missing: buckets,
      buckets: [],
      averageExposures: null,
    };
    return { reach: null, frequency };
  }
  const counted = countedBuckets(buckets, context.counts);
  const { buckets: shares, customers } = distributionOf(counted);
  const exposed = counted.filter(({ leastExposures }) => leastExposures > 0);
  const reached = exposed.length === 0 ? undefined : distributionOf(exposed);
  const people = (some: readonly Bucket[]): number =>
    some.flatMap(({ cells }) => cells).reduce((sum, { size }) => sum + size, 0);
  const firstReached = shares.find(({ leastExposures }) => leastExposures > 0);
  const ofAudience =
    firstReached === undefined
      ? undefined
      : reach({
          listSize: context.audience,
          reached: sumOf(exposed),
          confidence: REPORT_CONFIDENCE,
        });
  return {
    reach:
      firstReached === undefined || ofAudience === undefined
        ? null
        : plainJson({
            column,
            exposedPeople: people(buckets.filter(({ least }) => least > 0)),
            matched: customers,
            reached: ofAudience.reached,
            shareOfMatched: firstReached.shareWithAtLeast,
            audience: context.audience,
            shareOfAudience: ofAudience.share,
          }),
    frequency: {
      column,
      confidence: REPORT_CONFIDENCE,
      missing: null,
      buckets: buckets.flatMap((bucket) => {
        const found = shares.find(({ leastExposures }) => leastExposures === bucket.least);
        if (found === undefined) return [];
        const { customers: matched, share, customersWithAtLeast, shareWithAtLeast } = found;
        return [
          {
            label: bucket.label,
            leastExposures: bucket.least,
            mostExposures: bucket.most,
            people: people([bucket]),
            ...plainJson({
              matched,
              shareOfMatched: share,
              matchedAtLeast: customersWithAtLeast,
              shareAtLeast: shareWithAtLeast,
            }),
            outcomes: context.outcomes.map(({ measure, summary }) => {
              const { sum, noiseDominated, mean } = summary(bucket.cells);
              return { measure, sum, noiseDominated, mean };
            }),
          },
        ];
      }),
      averageExposures: reached === undefined ? null : plainJson(reached.averageAtLeast),
    },
  };
}

/** The cells by value of the dimension, in rising order of exposures; or why they cannot be put so. */
function bucketsOf({ column, inventory: { dimensions, cells } }: FrequencyContext): Bucket[] | string {
  const at = dimensions.indexOf(column);
  if (at < 0 || cells.length === 0) return NO_COLUMN;
  const byLabel = new Map<string, PlacedCell[]>();
  for (const [index, { size, label }] of cells.entries()) {
    const value = label[at] ?? '';
    const cell = { index, size, exposed: false };
    byLabel.set(value, [...(byLabel.get(value) ?? []), cell]);
  }
  const buckets: Bucket[] = [];
  for (const [label, placed] of byLabel) {
    const exposures = exposuresOf(label);
    if (exposures === undefined) return NO_NUMBER;
    buckets.push({ label, cells: placed, ...exposures });
  }
  buckets.sort((a, b) => a.least - b.least);
  return areApart(buckets) ? buckets : NOT_APART;
}

/** The buckets with their counts. Nobody on the list is between two of them, which is an exact count of zero. */
function countedBuckets(
  buckets: readonly Bucket[],
  { counts, noiseVariance }: NoisyCounts,
): FrequencyBucket[] {
  return buckets.flatMap(({ least, most, cells }, i) => {
    const previous = buckets[i - 1]?.most;
    const gapFrom = previous === undefined || previous === null ? least : previous + 1;
    return [
      ...(gapFrom < least
        ? [{ leastExposures: gapFrom, mostExposures: least - 1, count: 0, noiseVariance: 0 }]
        : []),
      {
        leastExposures: least,
        mostExposures: most,
        count: cells.reduce((sum, { index }) => sum + (counts[index] ?? 0), 0),
        noiseVariance: cells.length * noiseVariance,
      },
    ];
  });
}

function distributionOf(buckets: readonly FrequencyBucket[]) {
  return frequencyDistribution({ buckets, confidence: REPORT_CONFIDENCE });
}

function sumOf(buckets: readonly FrequencyBucket[]): { count: number; noiseVariance: number } {
  return {
    count: buckets.reduce((sum, { count }) => sum + Number(count), 0),
    noiseVariance: buckets.reduce((sum, { noiseVariance }) => sum + noiseVariance, 0),
  };
}
