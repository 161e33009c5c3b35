import { describe, expect, it } from 'vitest';
import { NO_ARMS, type Inventory } from '../../src/protocol/index.js';
import { buildReport } from '../../src/report/index.js';
import { geoLines, reachLines } from '../../src/report/render-dimensions.js';
import { inputOf, outcomeOf } from './sample.js';

const HOSTILE = 'a\u202Eb\u001B[31m';
const GEO = { region: 'town', period: 'week', treated: ['a'], startsAt: '4' };

/** Five weeks of three towns; the dimension of exposures has a hostile name. */
const INVENTORY: Inventory = {
  size: 15_000,
  dimensions: ['town', 'week', HOSTILE],
  arms: NO_ARMS,
  cells: ['a', 'b', 'c'].flatMap((town, t) =>
    ['1', '2', '3', '4', '5'].map((week) => ({ label: [town, week, String(t)], size: 1000 })),
  ),
};
const COUNTS = [10, 30, 20, 90, 95, 11, 32, 19, 30, 28, 14, 33, 24, 35, 31];

function reportOf(geo: object = {}) {
  return buildReport(
    inputOf({
      inventory: INVENTORY,
      outcome: outcomeOf(INVENTORY, COUNTS),
      experiment: { geo: { ...GEO, ...geo }, frequency: { column: HOSTILE } },
    }),
  );
}

describe('the text of reach, frequency and a geo experiment', () => {
  it('says nothing where nothing is stated', () => {
    const report = buildReport(inputOf());
    expect([...reachLines(report), ...geoLines(report)]).toEqual([]);
  });

  it('has every bucket, the reach and its share', () => {
    const text = reachLines(reportOf()).join('\n');
    expect(text).not.toMatch(/[\u202E\u001B]/);
    expect(text).toMatch(/^Frequency, by .*intervals of 95 %$/m);
    expect(text).toMatch(/^ *0 +5,000 +245 \[/m);
    expect(text).toMatch(/^ *reach +257 \[.* matched people were exposed: 51\.2 % \[/m);
    expect(text).toMatch(/of 30 on the list without cells$/m);
  });

  it('has every method, and why one is missing', () => {
    const text = geoLines(reportOf()).join('\n');
    expect(text).toMatch(/1 regions treated, 2 not; 3 periods before the test, 2 in it/);
    expect(text).toMatch(/difference in differences .*too-few-assignments/);
    expect(text).toMatch(/time-based regression|No time-based regression: /);
    expect(text).toMatch(/synthetic control/);
    expect(geoLines(reportOf({ startsAt: '9' })).join('\n')).toMatch(
      /the first period of the test has no people\.$/,
    );
  });
});
