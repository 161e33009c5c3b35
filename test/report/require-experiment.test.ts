import { describe, expect, it } from 'vitest';
import { requireDimensions, requireValues } from '../../src/report/require-experiment.js';
import { NO_ARMS, type Inventory } from '../../src/protocol/index.js';

const GEO = { region: 'town', period: 'week', treated: ['a'], startsAt: '2' };

function inventoryOf(...labels: readonly (readonly [town: string, week: string, seen: string])[]): Inventory {
  return {
    size: labels.length,
    dimensions: ['town', 'week', 'seen'],
    arms: NO_ARMS,
    cells: labels.map((label) => ({ label: [...label], size: 1 })),
  };
}
const LIST = inventoryOf(['a', '1', '0'], ['b', '2', '1-2'], ['c', '1', '3+']);

describe('what a side says of its experiment', () => {
  it('goes with its columns and values', () => {
    const experiment = { geo: GEO, frequency: { column: 'seen' } };
    requireDimensions(experiment, ['town', 'week', 'seen']);
    requireValues(experiment, LIST);
    requireValues(experiment, { ...LIST, dimensions: [], cells: [] });
  });

  it.each([
    [
      'a treated region without a row',
      'data/empty-cohort',
      'geo.treated',
      { geo: { ...GEO, treated: ['z'] } },
    ],
    ['a start without a row', 'data/empty-cohort', 'geo.startsAt', { geo: { ...GEO, startsAt: '3' } }],
    ['a frequency in words', 'config/invalid', 'frequency.column', { frequency: { column: 'town' } }],
  ])('is refused with %s', (_, code, key, experiment) => {
    expect(() => {
      requireValues(experiment, LIST);
    }).toThrow(expect.objectContaining({ code, field: `experiment.${key}` }) as Error);
  });

  it('is refused with frequencies that overlap', () => {
    const list = inventoryOf(['a', '1', '0-1'], ['a', '1', '1']);
    expect(() => {
      requireValues({ frequency: { column: 'seen' } }, list);
    }).toThrow(/two values for one number/);
  });
});
