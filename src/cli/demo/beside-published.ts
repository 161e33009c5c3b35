import { type Report, formatPercent, formatTable } from '../../report/index.js';
import { ARMS, type Arm, publishedDifference } from './published-figures.js';

/** The differences of a demo report beside the published ones. */
export function besidePublished(report: Report): string {
  const rows = (report.lift?.overall ?? []).map(({ arm, lift }) => {
    const name = (Object.keys(ARMS) as Arm[]).find((known) => ARMS[known] === arm);
    const published = name === undefined ? null : publishedDifference(name);
    const { value, interval } = lift.absolute;
    const inside =
      published !== null && interval !== null && published >= interval.lower && published <= interval.upper;
    return [arm, formatPercent(value), formatPercent(published), inside ? 'yes' : 'no'];
  });
  return [
    `Beside the published figures (as ${report.party} sees it)`,
    ...formatTable(['arm', 'this report', 'published', 'inside the interval'], rows),
    '',
  ].join('\n');
}
