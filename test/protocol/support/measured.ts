import type { CountResult, MeasureTerm, Session, Terms } from '../../../src/protocol/index.js';
import type { TestSide } from '../../support/session-pair.js';
import type { Pair } from './stepping.js';
import { cheapPair, emails } from './stepping.js';

/** A session with measures that most tests can use as it is: the initiator has the measures, the responder three cells. */

export const BOUGHT: MeasureTerm = { name: 'bought', quantum: '1', bound: '1', statistic: 'sum' };
export const SPEND: MeasureTerm = {
  name: 'spend',
  quantum: '0.01',
  bound: '5',
  statistic: 'sum-and-squares',
};

export const SUMS: Partial<Terms> = {
  mode: 'aggregate',
  initiatorRole: 'measures',
  disclosure: 'dp',
  epsilon: '20',
  delta: '0.001',
  measures: [BOUGHT, SPEND],
};
export const COHORTS: TestSide = {
  names: emails('a', 5),
  cellOf: [0, 1, 0, 1, 2],
  labels: ['x', 'y', 'z'],
};
export const SPENDERS: TestSide = {
  names: ['a2@x.test', 'elsewhere@x.test', 'a0@x.test', 'a3@x.test'],
  measures: [Float64Array.of(1, 1, 0, 1), Float64Array.of(500, 400, 0, 123)],
};

/** The pair in the cheap group. */
export function measuredPair(
  change: Partial<Terms> = {},
  { initiator = SPENDERS, responder = COHORTS }: { initiator?: TestSide; responder?: TestSide } = {},
): Pair {
  return cheapPair({ ...SUMS, ...change }, initiator, responder);
}

export function countsOf(session: Session): CountResult {
  const result = session.outcome?.result;
  if (result?.kind !== 'counts') throw new Error('no counts');
  return result;
}
