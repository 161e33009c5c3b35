import { type Report, formatPercent, formatTable } from '../../report/index.js';
import { ARMS, type Arm, publishedDifference } from './published-figures.js';

/** The differences of a demo report beside the published ones. */
export function besidePublished(report: Report): string {
  const rows = (['bought', 'spend'] as const).flatMap((outcome) => {
    const format = (value: number | null): string =>
      outcome === 'bought' ? formatPercent(value) : value === null ? '-' : `$${value.toFixed(3)}`;
    const table = report.measures.find(({ name }) => name === outcome)?.lift?.table;
    return (table?.overall ?? []).map(({ arm, lift }) => {
      const published = publishedDifference(armNamed(arm), outcome);
      const { value, interval } = lift.absolute;
      const inside = interval !== null && published >= interval.lower && published <= interval.upper;
      return [
        `${outcome}, ${arm}`,
        format(value),
        interval === null ? '-' : `${format(interval.lower)} to ${format(interval.upper)}`,
        format(published),
        inside ? 'yes' : 'no',
      ];
    });
  });
  return [
    `Difference to no e-mail beside the published one (as ${report.party} sees it)`,
    ...formatTable(['', 'this report', '95 % interval', 'published', 'inside'], rows),
    '',
  ].join('\n');
}

function armNamed(name: string): Arm {
  return name === ARMS.mens ? 'mens' : 'womens';
}
