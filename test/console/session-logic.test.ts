import { describe, expect, it } from 'vitest';
import {
  paceOf,
  roundedSeconds,
  withSample,
  type ProgressSample,
} from '../../src/console/pages/sessions/progress-window.js';
import { endedFrom, trackOf, TRACK } from '../../src/console/pages/sessions/stage-track.js';
import {
  choicesOf,
  EMPTY_FORM,
  faultsOf,
  fieldOf,
  requestOf,
  settled,
  stepOf,
} from '../../src/console/pages/start/ask-form.js';
import type { Agreement, Dataset } from '../../src/admin/index.js';
import { AGREEMENT, EXPOSURES, ORDERS } from '../node/support/nodes.js';

/** Samples each quarter of a second, of `rates` items a second, one second after the other. */
function samplesAt(rates: readonly number[], total = 1_000_000): ProgressSample[] {
  let samples: ProgressSample[] = [];
  let done = 0;
  for (let tick = 0; tick <= 4 * rates.length; tick += 1) {
    if (tick > 0) done += (rates[Math.ceil(tick / 4) - 1] ?? 0) / 4;
    samples = withSample(samples, { at: 1000 + 250 * tick, done, total });
  }
  return samples;
}

describe('pace of a session', () => {
  it('is told of a steady rate, with the time that is left at it', () => {
    const samples = samplesAt([1000, 1000, 1000, 1000], 14_000);
    expect(paceOf(samples)).toEqual({ rate: 1000, secondsLeft: 10 });
  });

  it('is unknown at first, and time left is unknown while the rate is not steady', () => {
    const early = samplesAt([1000]);
    expect(paceOf(early)).toEqual({ rate: null, secondsLeft: null });
    const rising = samplesAt([100, 100, 1000, 1000]);
    const pace = paceOf(rising);
    expect(pace.rate).toBeCloseTo(550);
    expect(pace.secondsLeft).toBeNull();
    const stuck = samplesAt([1000, 1000, 0, 0]);
    expect(paceOf(stuck).secondsLeft).toBeNull();
  });

  it('forgets what is older than its window', () => {
    const samples = samplesAt([...new Array<number>(20).fill(10), ...new Array<number>(13).fill(1000)]);
    expect(paceOf(samples).rate).toBeCloseTo(1000);
    expect(samples.length).toBeLessThan(60);
  });

  it('starts anew with another total', () => {
    const samples = samplesAt([1000, 1000, 1000]);
    expect(withSample(samples, { at: 9000, done: 5, total: 7 })).toHaveLength(1);
  });

  it('rounds a time to what it knows', () => {
    expect([0.2, 4.4, 13, 58, 61, 3500, 7130].map(roundedSeconds)).toEqual([1, 4, 15, 60, 60, 3480, 7200]);
  });
});

describe('stages of a session', () => {
  const marks = (...known: Parameters<typeof trackOf>): string => {
    const track = trackOf(...known);
    return TRACK.map((stage) => track[stage]).join(' ');
  };

  it('follow its state and what its node tells', () => {
    expect(marks({ state: 'draft', ownItems: null }, {})).toMatch(/^current ahead/);
    expect(marks({ state: 'accepted', ownItems: null }, {})).toMatch(/^done current ahead/);
    expect(marks({ state: 'running', ownItems: null }, {})).toMatch(/^done done current ahead/);
    expect(marks({ state: 'running', ownItems: 5 }, { progress: 'streaming' })).toBe(
      'done done done done current ahead ahead',
    );
    // Events come sooner than the session is asked again.
    expect(marks({ state: 'running', ownItems: null }, { progress: 'streaming' })).toBe(
      'done done done done current ahead ahead',
    );
    expect(marks({ state: 'offered', ownItems: null }, { progress: 'offering' })).toMatch(/^current ahead/);
    expect(marks({ state: 'running', ownItems: 5 }, { progress: 'closing' })).toMatch(/current ahead$/);
    expect(marks({ state: 'done', ownItems: 5 }, {})).toBe('done done done done done done done');
  });

  it('stop where the session ended, and say when that is not known', () => {
    expect(marks({ state: 'rejected', ownItems: null }, { endedFrom: 'offered' })).toMatch(/^stopped ahead/);
    expect(marks({ state: 'cancelled', ownItems: null }, { endedFrom: 'accepted' })).toMatch(
      /^done stopped ahead/,
    );
    expect(marks({ state: 'failed', ownItems: null }, { endedFrom: 'running' })).toMatch(
      /^done done stopped/,
    );
    expect(marks({ state: 'failed', ownItems: 5 }, { endedFrom: 'running' })).toMatch(
      /^done done done stopped-later ahead/,
    );
    expect(marks({ state: 'failed', ownItems: 5 }, { endedFrom: 'running', progress: 'streaming' })).toMatch(
      /^done done done done stopped ahead/,
    );
  });

  it('know from the events in which state a session ended', () => {
    expect(
      endedFrom([
        { from: null, to: 'draft' },
        { from: 'draft', to: 'offered' },
        { from: null, to: null },
        { from: 'offered', to: 'expired' },
      ]),
    ).toBe('offered');
    expect(endedFrom([{ from: null, to: 'draft' }])).toBeUndefined();
  });
});

describe('question of a session', () => {
  const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
  const at = '2026-01-01T00:00:00.000Z';
  const agreement = {
    id,
    terms: { ...AGREEMENT, parties: { publisher: 'sha256:1', advertiser: 'sha256:2' } },
    ownParty: 'advertiser',
    partnerParty: 'publisher',
  } as unknown as Agreement;
  const dataset = (definition: object): Dataset =>
    ({ id, state: 'active', definition, createdAt: at, updatedAt: at }) as unknown as Dataset;
  const orders = dataset(ORDERS);
  const form = { ...EMPTY_FORM, agreement: id, dataset: id };

  it('has the modes that the agreement gives the role of the dataset', () => {
    expect(choicesOf(agreement, orders).modes).toEqual(['aggregate']);
    expect(choicesOf(agreement, dataset({ ...ORDERS, role: 'receiver' })).modes).toEqual(['psi', 'psi-ca']);
    expect(choicesOf(agreement, dataset(EXPOSURES)).modes).toEqual([]);
  });

  it('is settled where there is one choice, and left open where there are more', () => {
    const one = settled(form, agreement, orders);
    expect(one).toMatchObject({ mode: 'aggregate', purpose: '', identifiers: ['email'], epsilon: '3' });
    expect(one.measures).toEqual(['buyers', 'sales']);
    expect(faultsOf(one, agreement)).toEqual({ purpose: { key: 'start.ask.choose' } });
  });

  it('takes no more epsilon and no smaller lists than agreed', () => {
    const ready = { ...settled(form, agreement, orders), purpose: 'audience' };
    const wrong = { ...ready, epsilon: '3.01', minList: '99', minCell: 'many' };
    expect(Object.keys(faultsOf(wrong, agreement))).toEqual(['epsilon', 'minList', 'minCell']);
    for (const epsilon of ['', '0', '-1', '1e2', 'NaN']) {
      expect(faultsOf({ ...ready, epsilon }, agreement)).toHaveProperty('epsilon');
    }
  });

  it('is sent with what its mode takes, and nothing else', () => {
    const ready = {
      ...settled(form, agreement, orders),
      purpose: 'audience',
      measures: ['buyers'],
      epsilon: '0.5',
    };
    expect(requestOf(ready, orders)).toEqual({
      agreement: id,
      dataset: id,
      onUnanswered: 'refuse',
      ask: {
        mode: 'aggregate',
        role: 'measures',
        purpose: 'audience',
        identifierTypes: ['email'],
        minList: 100,
        minCell: 50,
        epsilon: '0.5',
        measures: ['buyers'],
      },
    });
    const psi = dataset({ ...ORDERS, role: 'receiver' });
    const rows = requestOf(
      { ...settled({ ...form, mode: 'psi' }, agreement, psi), purpose: 'audience' },
      psi,
    );
    expect(rows.ask).not.toHaveProperty('epsilon');
    expect(rows.ask).not.toHaveProperty('disclosure');
  });

  it('finds the field and the step that a refusal is about', () => {
    expect(fieldOf('privacy.epsilon')).toBe('epsilon');
    expect(fieldOf('data.identifiers')).toBe('identifiers');
    expect(fieldOf('/ask/purpose')).toBe('purpose');
    expect(fieldOf('share.labels')).toBeUndefined();
    expect([stepOf('dataset'), stepOf('epsilon'), stepOf(undefined)]).toEqual(['dataset', 'ask', 'check']);
  });
});
