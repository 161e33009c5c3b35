import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VesicaError } from '../../../src/errors.js';
import {
  agreementDigest,
  checkedAgreementTerms,
  checkedSessionAsk,
  requireWithinAgreement,
  sessionTerms,
  type AgreementTerms,
  type SessionAsk,
} from '../../../src/node/partners/index.js';
import { SUITE } from '../../../src/group/index.js';
import { IDENTIFIER_TYPES, PROFILES } from '../../../src/identity/index.js';
import { MODES, ROLES, STATISTICS, encodeMessage, decodeMessage } from '../../../src/protocol/index.js';
import { requireAllowedTerms } from '../../../src/protocol/terms.js';
import { failure } from '../support/states.js';
import { agreementTerms } from './support.js';

const agreed = (terms: AgreementTerms = agreementTerms()) => ({
  terms,
  termsDigest: agreementDigest(terms),
  ownParty: 'shop',
});
const AGGREGATE: SessionAsk = {
  mode: 'aggregate',
  purpose: 'campaign-measurement',
  identifierTypes: ['email'],
};

describe('what is asked of a session', () => {
  it('is filled up from the agreement', () => {
    const agreement = agreed();
    expect(sessionTerms(agreement, AGGREGATE, 'initiator')).toEqual({
      suite: SUITE,
      mode: 'aggregate',
      initiatorRole: 'measures',
      profile: 'uid2',
      keyTypes: ['email'],
      purpose: 'campaign-measurement',
      disclosure: 'dp',
      epsilon: '1',
      delta: '0.000001',
      measures: agreement.terms.measures,
      minCell: 50,
      minList: 1000,
      shareLabels: true,
      shareResults: true,
      agreement: agreement.termsDigest,
    });
    expect(sessionTerms(agreement, AGGREGATE, 'responder').initiatorRole).toBe('cohorts');
    const rows: SessionAsk = { mode: 'psi', role: 'sender', purpose: 'audience-planning' };
    expect(sessionTerms(agreement, rows, 'initiator')).toMatchObject({
      initiatorRole: 'sender',
      disclosure: 'rows',
      keyTypes: ['email', 'phone'],
      measures: [],
    });
    const asked = { epsilon: '0.50', delta: '1e-7', measures: ['revenue'], minList: 2000, minCell: 60 };
    expect(sessionTerms(agreement, { ...AGGREGATE, ...asked }, 'initiator')).toMatchObject({
      epsilon: '0.5',
      delta: '1e-7',
      measures: [{ name: 'revenue' }],
      minList: 2000,
      minCell: 60,
    });
    const exact: SessionAsk = { ...AGGREGATE, mode: 'psi-ca', disclosure: 'exact' };
    expect(sessionTerms(agreement, exact, 'initiator').disclosure).toBe('exact');
    expect(sessionTerms(agreement, { ...AGGREGATE, mode: 'psi-ca' }, 'initiator').disclosure).toBe('dp');
  });

  it.each<[string, string, object]>([
    ['config/invalid', 'role', { mode: 'psi' }],
    ['config/invalid', 'identifierTypes', { identifierTypes: undefined }],
    ['config/invalid', 'identifierTypes', { identifierTypes: ['email', 'email'] }],
    ['config/invalid', 'disclosure', { mode: 'psi', role: 'sender', disclosure: 'exact' }],
    ['config/invalid', 'measures', { measures: ['orders', 'orders'] }],
    ['dp/invalid-parameter', 'epsilon', { epsilon: 'one' }],
    ['dp/invalid-parameter', 'delta', { delta: '0.1' }],
    ['policy/not-agreed', 'role', { role: 'cohorts' }],
    ['policy/not-agreed', 'data.identifiers', { identifierTypes: ['maid'] }],
    ['policy/not-agreed', 'privacy.disclosure', { disclosure: 'exact' }],
    ['policy/not-agreed', 'measures', { measures: ['clicks'] }],
    ['policy/not-agreed', 'measures', { mode: 'psi-ca', measures: ['orders'] }],
    ['policy/not-agreed', 'privacy.minList', { minList: 999 }],
    ['policy/not-agreed', 'privacy.minCell', { minCell: 1 }],
    ['policy/epsilon-too-large', 'privacy.epsilon', { epsilon: '1.1' }],
    ['policy/epsilon-too-large', 'privacy.delta', { delta: '0.00001' }],
    ['policy/purpose-not-agreed', 'purpose', { purpose: 'curiosity' }],
  ])('ends in %s %s with %o', async (code, field, more) => {
    const error = await failure(() =>
      sessionTerms(agreed(), checkedSessionAsk({ ...AGGREGATE, ...more }), 'initiator'),
    );
    expect([error.code, error.field]).toEqual([code, field]);
  });

  it('ends in policy/not-agreed for a mode that is not agreed', async () => {
    const agreement = agreed(agreementTerms({ uses: agreementTerms().uses.slice(0, 3) }));
    const error = await failure(() => sessionTerms(agreement, { ...AGGREGATE, mode: 'psi-ca' }, 'initiator'));
    expect([error.code, error.field]).toEqual(['policy/not-agreed', 'mode']);
  });

  it.each([
    ['the session', '', 7],
    ['an unknown key', 'partner', { ...AGGREGATE, partner: 'x' }],
    ['no mode', 'mode', { purpose: 'a' }],
    ['an epsilon that is a number', 'epsilon', { ...AGGREGATE, epsilon: 1 }],
    ['a list of nobody', 'minList', { ...AGGREGATE, minList: 0 }],
    ['rows by name', 'disclosure', { ...AGGREGATE, disclosure: 'rows' }],
  ])('is refused in its form: %s', async (_, field, input) => {
    expect(checkedSessionAsk(AGGREGATE)).toEqual(AGGREGATE);
    const error = await failure(() => checkedSessionAsk(input));
    expect([error.code, error.field]).toEqual(['config/invalid', field]);
  });
});

const optional = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const USES = [
  ['aggregate', 'measures', 'cohorts'],
  ['aggregate', 'cohorts', 'measures'],
  ['psi', 'receiver', 'sender'],
  ['psi', 'sender', 'receiver'],
  ['psi', 'both', 'both'],
  ['psi-ca', 'receiver', 'sender'],
  ['psi-ca', 'sender', 'receiver'],
] as const;
const EPSILONS = ['1e-9', '0.1', '0.10', '1', '2.5', '20'];
const DELTAS = ['1e-300', '1e-6', '0.000001', '0.001'];

const anyAgreement = fc.record({
  uses: fc
    .subarray([...USES], { minLength: 1 })
    .map((uses) => uses.map(([mode, shop, press]) => ({ mode, roles: { shop, press } }))),
  profile: fc.constantFrom(...PROFILES),
  identifierTypes: fc.subarray([...IDENTIFIER_TYPES], { minLength: 1 }),
  measures: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('orders', 'revenue', 'é', 'visits'),
      quantum: fc.constantFrom('1', '0.5', '0.10'),
      bound: fc.constantFrom('1', '500', '10.0'),
      statistic: fc.constantFrom(...STATISTICS),
    }),
    { maxLength: 4, selector: ({ name }) => name },
  ),
  privacy: fc.record({
    disclosures: fc.subarray(['dp', 'exact'] as const, { minLength: 1 }),
    epsilonPerRelease: fc.constantFrom(...EPSILONS),
    deltaPerRelease: fc.constantFrom(...DELTAS),
    epsilonTotal: fc.constantFrom('2.5', '20', '20.0'),
    deltaTotal: fc.constantFrom('0.000001', '0.001', '1e-3'),
    minList: fc.integer({ min: 1, max: 2000 }),
    minCell: fc.integer({ min: 1, max: 100 }),
  }),
  share: fc.record({ labels: fc.boolean(), results: fc.boolean() }),
});

const anyAsk: fc.Arbitrary<SessionAsk> = fc
  .record({
    mode: fc.constantFrom(...MODES),
    role: optional(fc.constantFrom(...ROLES)),
    purpose: fc.constantFrom('audience-planning', 'campaign-measurement', 'audience-planning', 'curiosity'),
    identifierTypes: fc.constantFrom(
      undefined,
      ['email'] as const,
      ['phone'] as const,
      ['maid', 'email'] as const,
    ),
    epsilon: optional(fc.constantFrom(...EPSILONS, '20.1', 'x')),
    delta: optional(fc.constantFrom(...DELTAS, '0.1')),
    disclosure: optional(fc.constantFrom('dp' as const, 'exact' as const)),
    measures: optional(fc.subarray(['orders', 'revenue', 'é'])),
    minList: optional(fc.integer({ min: 1, max: 3000 })),
    minCell: optional(fc.integer({ min: 1, max: 200 })),
  })
  .map((ask) => checkedSessionAsk(JSON.parse(JSON.stringify(ask))));

describe('any session that an agreement allows', () => {
  it('is within it on both sides, and is one that the protocol takes', () => {
    let allowed = 0;
    const property = fc.property(
      anyAgreement,
      anyAsk,
      fc.constantFrom('initiator', 'responder'),
      (parts, ask, side) => {
        let agreement, terms;
        try {
          agreement = agreed(checkedAgreementTerms({ ...agreementTerms(), ...parts }));
          terms = sessionTerms(agreement, ask, side);
        } catch (error) {
          // Every refusal is a coded one of a kind that a caller expects, with the field at fault.
          if (!(error instanceof VesicaError)) throw error;
          expect(error.code).toMatch(/^(config\/invalid|dp\/invalid-parameter|policy\/.+)$/);
          expect(error.field).toBeTruthy();
          return;
        }
        allowed += 1;
        requireAllowedTerms(terms);
        requireWithinAgreement(agreement, terms, side);
        const other = side === 'initiator' ? 'responder' : 'initiator';
        requireWithinAgreement({ ...agreement, ownParty: 'press' }, terms, other);
        const offer = { type: 'offer' as const, session: new Uint8Array(32), terms };
        expect(decodeMessage(encodeMessage(offer))).toEqual(offer);
      },
    );
    fc.assert(property, { numRuns: 3000, seed: 5 });
    expect(allowed).toBeGreaterThan(50);
  });
});
