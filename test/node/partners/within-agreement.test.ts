import { describe, expect, it } from 'vitest';
import { agreementDigest, requireWithinAgreement, sessionTerms } from '../../../src/node/partners/index.js';
import type { AgreementTerms, SessionAsk } from '../../../src/node/partners/index.js';
import type { Side, Terms } from '../../../src/protocol/index.js';
import { failure } from '../support/states.js';
import { agreementTerms } from './support.js';

const agreed = (terms: AgreementTerms = agreementTerms(), ownParty = 'shop') => ({
  terms,
  termsDigest: agreementDigest(terms),
  ownParty,
});
const AGREEMENT = agreed();
const AGGREGATE: SessionAsk = {
  mode: 'aggregate',
  purpose: 'campaign-measurement',
  identifierTypes: ['email'],
};
const COUNT: SessionAsk = { ...AGGREGATE, mode: 'psi-ca' };
const ROWS: SessionAsk = { mode: 'psi', role: 'receiver', purpose: 'audience-planning' };
const termsOf = (ask: SessionAsk, more: Partial<Terms> = {}): Terms => ({
  ...sessionTerms(AGREEMENT, ask, 'initiator'),
  ...more,
});
const [ORDERS, REVENUE] = AGREEMENT.terms.measures as [Terms['measures'][number], Terms['measures'][number]];

/** For each term, what takes otherwise fitting terms out of the agreement; a new term needs a line here to compile. */
const WRONG: Readonly<
  Record<keyof Terms, readonly (readonly [string, SessionAsk, Partial<Terms>, string?])[]>
> = {
  agreement: [
    ['agreement/mismatch agreement', AGGREGATE, { agreement: '' }],
    ['agreement/mismatch agreement', AGGREGATE, { agreement: 'ab'.repeat(32) }],
  ],
  suite: [['policy/not-agreed suite', AGGREGATE, { suite: 'ristretto255-SHA256' }]],
  mode: [['policy/not-agreed role', ROWS, { mode: 'psi-ca', initiatorRole: 'sender' }]],
  initiatorRole: [
    ['policy/not-agreed role', AGGREGATE, { initiatorRole: 'cohorts' }],
    ['policy/not-agreed role', AGGREGATE, { initiatorRole: 'receiver' }],
    ['policy/not-agreed role', COUNT, { initiatorRole: 'sender' }],
    ['policy/not-agreed role', ROWS, { initiatorRole: 'both' }],
  ],
  profile: [['policy/not-agreed profile', AGGREGATE, { profile: 'meta' }]],
  keyTypes: [
    ['policy/not-agreed data.identifiers', AGGREGATE, { keyTypes: ['maid'] }],
    [
      'policy/not-agreed data.identifiers',
      AGGREGATE,
      { keyTypes: ['email', 'phone'] },
      'a person could weigh double',
    ],
    [
      'policy/not-agreed data.identifiers',
      COUNT,
      { keyTypes: ['email', 'phone'] },
      'a person could weigh double',
    ],
    ['policy/not-agreed data.identifiers', ROWS, { keyTypes: [] }],
    ['policy/not-agreed data.identifiers', ROWS, { keyTypes: ['email', 'email'] }],
    [
      'policy/not-agreed data.identifiers',
      ROWS,
      { keyTypes: ['phone', 'email'] },
      'another text for the same',
    ],
    ['policy/not-agreed data.identifiers', ROWS, { keyTypes: ['email', 'phone', 'domain'] }],
  ],
  purpose: [
    ['policy/purpose-not-agreed purpose', AGGREGATE, { purpose: '' }],
    ['policy/purpose-not-agreed purpose', AGGREGATE, { purpose: 'campaign-measurement ' }],
  ],
  disclosure: [
    ['policy/not-agreed privacy.disclosure', AGGREGATE, { disclosure: 'exact' }],
    ['policy/not-agreed privacy.disclosure', AGGREGATE, { disclosure: 'rows' }],
    ['policy/not-agreed privacy.disclosure', COUNT, { disclosure: 'rows' }],
    ['policy/not-agreed privacy.disclosure', ROWS, { disclosure: 'dp' }],
  ],
  epsilon: [
    ['policy/epsilon-too-large privacy.epsilon', AGGREGATE, { epsilon: '1.0000000001' }],
    ['policy/epsilon-too-large privacy.epsilon', AGGREGATE, { epsilon: '1e300' }],
    ['policy/epsilon-too-large privacy.epsilon', ROWS, { epsilon: '2' }],
    ['policy/not-agreed privacy.epsilon', AGGREGATE, { epsilon: '1.0' }, 'another text for the same'],
    ['policy/not-agreed privacy.epsilon', AGGREGATE, { epsilon: '0' }],
    ['policy/not-agreed privacy.epsilon', AGGREGATE, { epsilon: '-1' }],
    ['policy/not-agreed privacy.epsilon', ROWS, { epsilon: 'NaN' }],
    ['policy/not-agreed privacy.epsilon', ROWS, { epsilon: '' }],
  ],
  delta: [
    ['policy/epsilon-too-large privacy.delta', AGGREGATE, { delta: '0.0000011' }],
    ['policy/epsilon-too-large privacy.delta', COUNT, { delta: '1' }],
    ['policy/not-agreed privacy.delta', AGGREGATE, { delta: '1e-6' }, 'another text for the same'],
    ['policy/not-agreed privacy.delta', AGGREGATE, { delta: '0' }],
  ],
  measures: [
    ['policy/not-agreed measures', AGGREGATE, { measures: [{ ...ORDERS, name: 'Orders' }] }],
    ['policy/not-agreed measures', AGGREGATE, { measures: [{ ...ORDERS, quantum: '0.5' }] }],
    ['policy/not-agreed measures', AGGREGATE, { measures: [{ ...ORDERS, bound: '6' }] }],
    ['policy/not-agreed measures', AGGREGATE, { measures: [{ ...ORDERS, statistic: 'sum-and-squares' }] }],
    ['policy/not-agreed measures', AGGREGATE, { measures: [ORDERS, REVENUE, ORDERS] }],
    ['policy/not-agreed measures', COUNT, { measures: [ORDERS] }],
    ['policy/not-agreed measures', ROWS, { measures: [ORDERS] }],
  ],
  minCell: [['policy/not-agreed privacy.minCell', AGGREGATE, { minCell: 49 }]],
  minList: [['policy/not-agreed privacy.minList', AGGREGATE, { minList: 999 }]],
  shareLabels: [['policy/not-agreed share.labels', AGGREGATE, { shareLabels: false }]],
  shareResults: [['policy/not-agreed share.results', AGGREGATE, { shareResults: false }]],
};

const CASES = Object.values(WRONG)
  .flat()
  .map(
    ([expected, ask, change, why = '']) =>
      [`${ask.mode} with ${JSON.stringify(change)} ${why}`, { expected, ask, change }] as const,
  );

describe('terms under an agreement', () => {
  it.each([AGGREGATE, COUNT, ROWS])('pass as they are agreed: %o', (ask) => {
    expect(() => requireWithinAgreement(AGREEMENT, termsOf(ask), 'initiator')).not.toThrow();
  });

  it.each(CASES)('are refused: %s', async (_, { expected, ask, change }) => {
    const error = await failure(() => requireWithinAgreement(AGREEMENT, termsOf(ask, change), 'initiator'));
    expect(`${error.code} ${error.field}`).toBe(expected);
  });

  it('are refused in a mode or a disclosure that is not agreed', async () => {
    const { uses, privacy } = AGREEMENT.terms;
    const noRows = agreed(agreementTerms({ uses: uses.filter(({ mode }) => mode !== 'psi') }));
    const rows = termsOf(ROWS, { agreement: noRows.termsDigest });
    expect(await failure(() => requireWithinAgreement(noRows, rows, 'initiator'))).toMatchObject({
      field: 'mode',
    });
    const noisy = agreed(agreementTerms({ privacy: { ...privacy, disclosures: ['dp'] } }));
    const exact = termsOf(COUNT, { agreement: noisy.termsDigest, disclosure: 'exact' });
    const error = await failure(() => requireWithinAgreement(noisy, exact, 'initiator'));
    expect(error.field).toBe('privacy.disclosure');
    const silent = agreed(agreementTerms({ share: { labels: false, results: false }, measures: [] }));
    for (const [field, change] of [
      ['share.labels', { shareResults: false, measures: [] }],
      ['share.results', { shareLabels: false, measures: [] }],
    ] as const) {
      const open = termsOf(AGGREGATE, { agreement: silent.termsDigest, ...change });
      expect((await failure(() => requireWithinAgreement(silent, open, 'initiator'))).field).toBe(field);
    }
  });

  it('take stricter thresholds, a smaller cost and fewer measures', () => {
    const strict = { minCell: 51, minList: 1001, epsilon: '0.999', delta: '1e-9', measures: [REVENUE] };
    expect(() => requireWithinAgreement(AGREEMENT, termsOf(AGGREGATE, strict), 'initiator')).not.toThrow();
  });

  it.each<[Side, Terms['initiatorRole'], boolean]>([
    ['initiator', 'measures', true],
    ['initiator', 'cohorts', false],
    ['responder', 'measures', false],
    ['responder', 'cohorts', true],
  ])('give each party its own role: %s, whose initiator has %s', (side, role, passes) => {
    const check = (ownParty: string, ownSide: Side): (() => void) => {
      const terms = termsOf(AGGREGATE, { initiatorRole: role });
      return () => requireWithinAgreement({ ...AGREEMENT, ownParty }, terms, ownSide);
    };
    const other = side === 'initiator' ? 'responder' : 'initiator';
    // What one party finds within the agreement, the other does as well.
    for (const checked of [check('shop', side), check('press', other)]) {
      if (passes) expect(checked).not.toThrow();
      else expect(checked).toThrow(expect.objectContaining({ code: 'policy/not-agreed', field: 'role' }));
    }
  });
});
