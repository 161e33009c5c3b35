import { describe, expect, it } from 'vitest';
import { NO_ARMS, type Inventory, type Terms } from '../../src/protocol/index.js';
import { buildReport } from '../../src/report/index.js';
import { TERMS } from '../support/session-pair.js';
import { INVENTORY, inputOf, outcomeOf } from './sample.js';

const AGGREGATE = inputOf().terms;

describe('a report of mode aggregate', () => {
  it('has its own side, its cells with labels, and the session in hex', () => {
    const report = buildReport(inputOf());
    expect(report).toMatchObject({
      format: 'vesica-report-1',
      session: '01'.repeat(32),
      mode: 'aggregate',
      role: 'cohorts',
      party: 'news',
      partner: 'shop',
      startedAt: '2026-01-02T03:04:05.678Z',
      lists: { own: 400, partner: 30 },
      matchedKeys: null,
    });
    expect(report.cells.map(({ label, size, count }) => [label, size, count])).toEqual([
      [{ arm: 'held out', region: 'north' }, 100, 4],
      [{ arm: 'held out', region: 'south' }, 100, 0],
      [{ arm: 'seen', region: 'north' }, 100, 20],
      [{ arm: 'seen', region: 'south' }, 100, 10],
    ]);
  });

  it('has the lift of arms summed over the other dimensions, with the noise of every cell', () => {
    const { lift, privacy } = buildReport(inputOf());
    const [seen] = lift!.overall;
    expect(seen).toMatchObject({ arm: 'seen' });
    expect(seen!.lift.treatment).toMatchObject({ n: 200, conversions: 30 });
    expect(seen!.lift.control).toMatchObject({ n: 200, conversions: 4 });
    expect(seen!.lift.absolute.value).toBeCloseTo(26 / 200, 12);
    expect(seen!.lift.treatment.noiseVariance).toBeCloseTo(2 * privacy.counts!.sigma2, 12);
    expect(lift!.cohorts.map(({ cohort }) => cohort)).toEqual(['north', 'south']);
    expect(seen!.lift.confidence).toBe(0.95);
  });

  it('calls a count below two standard deviations of its noise dominated by it', () => {
    const { cells, privacy } = buildReport(inputOf());
    // Discrete Laplace at epsilon 2: variance 2a/(1-a)^2 with a = exp(-2).
    const a = Math.exp(-2);
    expect(privacy.counts!.sigma2).toBeCloseTo((2 * a) / (1 - a) ** 2, 3);
    expect(cells.map(({ noiseDominated }) => noiseDominated)).toEqual([false, true, false, false]);
  });

  it('says what the partner learned and by which noise', () => {
    const { privacy } = buildReport(inputOf());
    expect(privacy.counts).toMatchObject({ mechanism: 'truncated-discrete-laplace', epsilon: 2 });
    expect(privacy.ownDisclosure).toMatchObject({ mechanism: 'discrete-laplace', epsilon: 2, delta: 0 });
    expect(privacy.alsoDisclosed.join(' ')).toContain('labels');
  });

  it('of the other side, from which results are kept, has no figure', () => {
    const terms: Terms = { ...AGGREGATE, shareResults: false };
    const outcome = { ...outcomeOf(INVENTORY, undefined), peerInventory: INVENTORY };
    const report = buildReport(
      inputOf({
        terms,
        side: 'initiator',
        outcome,
        inventory: { ...INVENTORY, cells: [], dimensions: [], arms: NO_ARMS },
      }),
    );
    expect(report).toMatchObject({ role: 'measures', cells: [], lift: null });
    expect(report.privacy.counts).toBeNull();
    expect(report.privacy.ownDisclosure).toMatchObject({ mechanism: 'truncated-discrete-laplace' });
  });

  it('without an experiment has no lift', () => {
    const inventory = { ...INVENTORY, arms: NO_ARMS };
    expect(buildReport(inputOf({ inventory, outcome: outcomeOf(inventory, [1, 2, 3, 4]) })).lift).toBeNull();
  });

  it('leaves cells in no arm out of the lift', () => {
    const inventory: Inventory = {
      ...INVENTORY,
      cells: [...INVENTORY.cells, { size: 900, label: ['', 'north'] }],
    };
    const { lift } = buildReport(inputOf({ inventory, outcome: outcomeOf(inventory, [4, 0, 20, 10, 800]) }));
    expect(lift!.treatmentArms).toEqual(['seen']);
    expect(lift!.overall[0]!.lift.control.n).toBe(200);
  });

  it('keeps cohorts apart whose values hold the strokes that stand between values', () => {
    const inventory: Inventory = {
      size: 400,
      dimensions: ['arm', 'a', 'b'],
      arms: INVENTORY.arms,
      cells: ['held out', 'seen'].flatMap((arm) => [
        { size: 100, label: [arm, 'x / y', 'z'] },
        { size: 100, label: [arm, 'x', 'y / z'] },
      ]),
    };
    const { lift } = buildReport(inputOf({ inventory, outcome: outcomeOf(inventory, [1, 2, 30, 40]) }));
    expect(lift!.cohorts.map(({ cohort }) => cohort)).toEqual(['["x / y","z"]', '["x","y / z"]']);
  });

  it('leaves an arm without a cell out, and says so', () => {
    const inventory = { ...INVENTORY, arms: { ...INVENTORY.arms, treatment: ['seen', 'elsewhere'] } };
    const { lift, experiment } = buildReport(
      inputOf({ inventory, outcome: outcomeOf(inventory, [1, 2, 3, 4]) }),
    );
    expect(experiment).toMatchObject({ treatment: ['seen'], emptyArms: ['elsewhere'] });
    expect(lift!.treatmentArms).toEqual(['seen']);
  });

  it.each([
    ['no control arm', { column: 'arm', treatment: ['seen'], control: 'nowhere' }],
    ['nothing but the control arm', { column: 'arm', treatment: ['held out'], control: 'held out' }],
    ['no arm at all', { column: 'arm', treatment: ['x'], control: 'y' }],
  ])('has no lift when a partner names %s', (_, arms) => {
    const inventory = { ...INVENTORY, arms };
    const report = buildReport(inputOf({ inventory, outcome: outcomeOf(inventory, [1, 2, 3, 4]) }));
    expect(report).toMatchObject({ lift: null, detectable: null });
    expect(report.cells).toHaveLength(4);
  });

  it('takes labels of a partner for nothing but text', () => {
    const dimensions = ['__proto__', 'constructor'];
    const inventory: Inventory = {
      ...INVENTORY,
      dimensions,
      arms: { column: '__proto__', treatment: ['toString'], control: '__proto__' },
      cells: [
        { size: 200, label: ['__proto__', 'x'] },
        { size: 200, label: ['toString', 'x'] },
      ],
    };
    const report = buildReport(inputOf({ inventory, outcome: outcomeOf(inventory, [5, 50]) }));
    expect(Object.entries(report.cells[0]!.label)).toEqual([
      ['__proto__', '__proto__'],
      ['constructor', 'x'],
    ]);
    expect(report.lift!.controlArm).toBe('__proto__');
  });
});

describe('a report of mode psi-ca', () => {
  const whole: Inventory = { size: 400, dimensions: [], arms: NO_ARMS, cells: [] };
  const outcome = outcomeOf({ ...whole, cells: [{ size: 400, label: [] }] }, [29]);
  const psiCa: Terms = { ...AGGREGATE, mode: 'psi-ca', initiatorRole: 'sender' };

  it('with noise has one cell without label', () => {
    const report = buildReport(inputOf({ terms: psiCa, inventory: whole, outcome }));
    expect(report.cells).toEqual([
      {
        label: {},
        size: 400,
        count: 29,
        noiseDominated: false,
        matchRate: { percent: 7, capped: false, text: '7 %' },
        rate: null,
      },
    ]);
    expect(report.lift).toBeNull();
  });

  it('that is exact says so, and what that gives away', () => {
    const terms: Terms = { ...psiCa, disclosure: 'exact' };
    const { privacy, cells } = buildReport(inputOf({ terms, inventory: whole, outcome }));
    const none = { mechanism: 'none', epsilon: null, delta: null, sigma2: 0 };
    expect(privacy.counts).toEqual(none);
    expect(privacy.ownDisclosure).toEqual(none);
    expect(privacy.alsoDisclosed.join(' ')).toContain('The count is exact');
    expect(cells[0]!.noiseDominated).toBe(false);
  });
});

describe('a report of mode psi', () => {
  it.each([
    ['both', Uint32Array.of(0, 3, 5), 3, ['own rows the partner', 'own rows this side']],
    ['receiver', undefined, null, ['own rows this side']],
    ['sender', Uint32Array.of(1), 1, ['own rows the partner']],
  ] as const)('whose initiator is %s', (initiatorRole, matched, matchedKeys, sentences) => {
    const report = buildReport(
      inputOf({
        terms: { ...TERMS, initiatorRole },
        outcome: { ...outcomeOf(INVENTORY, undefined), result: { kind: 'rows', matched } },
      }),
    );
    expect(report).toMatchObject({ matchedKeys, cells: [], lift: null });
    expect(report.privacy).toMatchObject({ disclosure: 'rows', counts: null, ownDisclosure: null });
    const [, ...told] = report.privacy.alsoDisclosed;
    expect(told).toHaveLength(sentences.length);
    sentences.forEach((sentence, i) => expect(told[i]).toContain(sentence));
  });
});
