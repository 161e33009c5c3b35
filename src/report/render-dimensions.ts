import { plainLabel } from '../plain-label.js';
import { formatNumber, formatTable, wrapText } from './format-text.js';
import type { Report } from './report-schema.js';
import type { EstimateJson, RatioJson } from './report-types.js';

/** Reach, frequency and the geo experiment as plain text for a terminal. */

const LABEL_CHARS = 60;
const WIDTH = 120;
const INDENT = { first: '  ', rest: '    ' };
const NOISY = 'mostly noise';
const label = (text: string): string => plainLabel(text, LABEL_CHARS);

/** Reach, and people and outcomes by frequency; no lines when this side states no frequency. */
export function reachLines({ reach, frequency }: Report): string[] {
  if (frequency === null) return [];
  const title = `Frequency, by ${label(frequency.column)}`;
  if (frequency.missing !== null) return ['', ...wrapText(`${title}: ${frequency.missing}.`, WIDTH, INDENT)];
  const { buckets, averageExposures, confidence } = frequency;
  const outcomes = buckets[0]?.outcomes.filter(({ measure }) => measure !== null) ?? [];
  return [
    '',
    `${title}, intervals of ${percent(confidence, 0)}`,
    ...formatTable(
      [
        'exposures',
        'people',
        'matched',
        'share of matched',
        'as many or more',
        ...outcomes.map(({ measure }) => label(measure ?? '')),
        '',
      ],
      buckets.map((bucket) => [
        label(bucket.label),
        formatNumber(bucket.people),
        withRange(bucket.matched, formatNumber),
        withRange(bucket.shareOfMatched, percent),
        withRange(bucket.shareAtLeast, percent),
        ...bucket.outcomes.filter(({ measure }) => measure !== null).map(({ sum }) => formatNumber(sum)),
        bucket.matched.noiseDominated ? NOISY : '',
      ]),
    ),
    ...(reach === null
      ? []
      : [
          `  reach         ${withRange(reach.reached, formatNumber)} matched people were exposed: ` +
            `${withRange(reach.shareOfMatched, percent)} of those matched`,
          `  of the list   ${withRange(reach.shareOfAudience, percent)} of ${formatNumber(reach.audience)} on the list without cells`,
        ]),
    ...(averageExposures === null
      ? []
      : [
          `  exposures     ${withRange(averageExposures, (value) => value.toFixed(2))} at least, of an average one reached`,
        ]),
  ];
}

/** The geo experiment, a line a method and outcome; no lines when this side states none. */
export function geoLines({ geo }: Report): string[] {
  if (geo === null) return [];
  const title = `Geo experiment, ${label(geo.region)} by ${label(geo.period)} from ${label(geo.startsAt)}`;
  if (geo.missing !== null) return ['', ...wrapText(`${title}: ${geo.missing}.`, WIDTH, INDENT)];
  const { treated, control, pretestPeriods, testPeriods, confidence } = geo;
  return [
    '',
    title,
    `  ${treated.length} regions treated, ${control.length} not; ${pretestPeriods} periods before the test, ` +
      `${testPeriods} in it; intervals of ${percent(confidence, 0)}`,
    ...geo.outcomes.flatMap((outcome) => {
      const methods = [
        ['difference in differences', outcome.differenceInDifferences],
        ['time-based regression', outcome.timeBasedRegression],
        ['synthetic control', outcome.syntheticControl],
      ] as const;
      return [
        ...formatTable(
          [
            outcome.measure === null ? 'matched people' : label(outcome.measure),
            'incremental',
            'lift',
            'p',
            '',
          ],
          methods.flatMap(([name, { result }]) =>
            result === null
              ? []
              : [
                  [
                    name,
                    withRange(result.incremental, formatNumber),
                    result.relativeLift === null ? '-' : percent(result.relativeLift),
                    result.pValue === null ? '-' : result.pValue.toFixed(4),
                    result.noiseDominated ? NOISY : '',
                  ],
                ],
          ),
        ),
        ...methods.flatMap(([name, { missing }]) =>
          missing === null ? [] : wrapText(`No ${name}: ${missing}.`, WIDTH, INDENT),
        ),
      ];
    }),
  ];
}

function percent(share: number, places = 1): string {
  return `${(100 * share).toFixed(places)} %`;
}

function withRange(
  { value, interval, missing }: EstimateJson | RatioJson,
  format: (value: number) => string,
): string {
  if (value === null) return missing ?? '-';
  const range =
    interval === null ? (missing ?? 'no interval') : `${format(interval.lower)}, ${format(interval.upper)}`;
  return `${format(value)} [${range}]`;
}
