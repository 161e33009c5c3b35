import type { Terms } from 'vesica/protocol';

/** Terms of a benchmark's session: those of an aggregate, but for what `differing` says. */
export function benchTerms(differing: Partial<Terms>): Terms {
  return {
    suite: 'ristretto255-SHA512',
    mode: 'aggregate',
    initiatorRole: 'cohorts',
    profile: 'uid2',
    keyTypes: ['email'],
    purpose: 'benchmark',
    disclosure: 'dp',
    epsilon: '1',
    delta: '0.000001',
    measures: [],
    minCell: 0,
    minList: 0,
    shareLabels: true,
    shareResults: true,
    agreement: '',
    ...differing,
  };
}
