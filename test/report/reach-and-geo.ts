import type { Report } from '../../src/report/index.js';

const estimate = (value: number) => ({
  value,
  standardError: 1,
  interval: { lower: value - 2, upper: value + 2 },
  missing: null,
});
const share = (value: number) => ({
  value,
  interval: { lower: value - 0.1, upper: value + 0.1 },
  missing: null,
});
const effect = (noiseDominated: boolean) => ({
  incremental: estimate(40),
  relativeLift: 0.2,
  pValue: 0.01,
  noiseDeviation: 3,
  noiseDominated,
});

/** `report` with reach, frequency and a geo experiment of made-up figures, whose names come from `name`. */
export function withReachAndGeo(report: Report, name: (what: string) => string): Report {
  const bucket = (label: string, least: number, noiseDominated: boolean) => ({
    label,
    leastExposures: least,
    mostExposures: least === 3 ? null : least,
    people: 100,
    matched: { ...estimate(20), noiseDominated },
    shareOfMatched: share(0.3),
    matchedAtLeast: { ...estimate(40), noiseDominated },
    shareAtLeast: share(0.6),
    outcomes: [{ measure: null, sum: 20, noiseDominated, mean: estimate(0.2) }],
  });
  return {
    ...report,
    reach: {
      column: name('often'),
      exposedPeople: 300,
      matched: { ...estimate(60), noiseDominated: false },
      reached: { ...estimate(40), noiseDominated: true },
      shareOfMatched: share(0.66),
      audience: 500,
      shareOfAudience: estimate(0.08),
    },
    frequency: {
      column: name('often'),
      confidence: 0.95,
      missing: null,
      buckets: [bucket('0', 0, false), bucket(name('often'), 1, false), bucket('3+', 3, true)],
      averageExposures: share(1.8),
    },
    geo: {
      region: 'region',
      period: 'week',
      startsAt: name('start'),
      treated: [name('region'), 'south'],
      control: ['north'],
      pretestPeriods: 2,
      testPeriods: 1,
      confidence: 0.9,
      missing: null,
      outcomes: [
        {
          measure: null,
          series: [name('period'), 'w2', 'w3'].map((period, i) => ({
            period,
            isTest: i === 2,
            treated: 100 + 20 * i,
            control: 90,
            predicted: i === 0 ? null : 99,
            imitated: 101,
            noiseDeviation: 4,
          })),
          differenceInDifferences: {
            missing: null,
            result: { ...effect(true), assignmentsCompared: 3, isSampled: false },
          },
          timeBasedRegression: {
            missing: null,
            result: { ...effect(false), intercept: 1, slope: 1, reliability: 0.9 },
          },
          syntheticControl: { missing: 'too few periods', result: null },
        },
      ],
    },
  };
}
