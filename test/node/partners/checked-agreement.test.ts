import { describe, expect, it } from 'vitest';
import { agreementDigest, checkedAgreementTerms } from '../../../src/node/partners/index.js';
import { failure } from '../support/states.js';
import { agreementTerms, OWN_KEY } from './support.js';

const GOOD = agreementTerms();
const privacy = (more: object): object => ({ ...GOOD, privacy: { ...GOOD.privacy, ...more } });
const use = (mode: string, shop: string, press: string): object => ({
  ...GOOD,
  uses: [...GOOD.uses, { mode, roles: { shop, press } }],
});
const measures = (...list: object[]): object => ({ ...GOOD, measures: list });
const clicks = { name: 'clicks', quantum: '1', bound: '9', statistic: 'sum' };

describe('the terms of an agreement', () => {
  it('are taken as they are when they are in their one form', () => {
    expect(checkedAgreementTerms(GOOD)).toEqual(GOOD);
    const bare = { ...GOOD, measures: [], share: { labels: false, results: false } };
    expect(checkedAgreementTerms(bare)).toEqual(bare);
  });

  it('are brought into their one form, and so have one digest', () => {
    const same = checkedAgreementTerms({
      ...GOOD,
      parties: { press: GOOD.parties['press'], shop: OWN_KEY.toUpperCase().replace('SHA256', 'sha256') },
      purposes: GOOD.purposes.toReversed(),
      uses: GOOD.uses.toReversed(),
      identifierTypes: GOOD.identifierTypes.toReversed(),
      measures: GOOD.measures.map((one) => ({
        ...one,
        quantum: `${one.quantum}${one.quantum === '1' ? '.0' : '0'}`,
      })),
      privacy: {
        ...GOOD.privacy,
        disclosures: ['exact', 'dp'],
        epsilonPerRelease: '1.00',
        deltaPerRelease: '1e-6',
        epsilonTotal: '1e1',
      },
      validFrom: '2026-01-01T00:00:00Z',
      validUntil: '2027-01-01T00:00:00.0Z',
    });
    expect(same).toEqual(GOOD);
    expect(agreementDigest(same)).toBe(agreementDigest(GOOD));
    const reordered = checkedAgreementTerms({ ...GOOD, measures: GOOD.measures.toReversed() });
    expect(agreementDigest(reordered)).not.toBe(agreementDigest(GOOD));
  });

  it.each([
    ['no document', '', 'terms'],
    ['an unknown key', 'surprise', { ...GOOD, surprise: 1 }],
    ['an unknown key inside', 'privacy.maxCell', privacy({ maxCell: 1 })],
    ['a missing key', 'schedule', { ...GOOD, schedule: undefined }],
    ['a missing key inside', 'privacy.minList', privacy({ minList: undefined })],
    ['another format', 'format', { ...GOOD, format: 'vesica-agreement-2' }],
    ['an address as a name', 'name', { ...GOOD, name: 'ann@example.com' }],
    ['one party', 'parties', { ...GOOD, parties: { shop: OWN_KEY } }],
    ['three parties', 'parties', { ...GOOD, parties: { ...GOOD.parties, third: OWN_KEY } }],
    ['a party with an odd name', 'parties.<b>', { ...GOOD, parties: { shop: OWN_KEY, '<b>': OWN_KEY } }],
    ['a wrong fingerprint', 'parties.press', { ...GOOD, parties: { shop: OWN_KEY, press: 'sha256:12' } }],
    ['one key for both', 'parties', { ...GOOD, parties: { shop: OWN_KEY, press: OWN_KEY } }],
    ['no purpose', 'purposes', { ...GOOD, purposes: [] }],
    ['a purpose twice', 'purposes', { ...GOOD, purposes: ['a', 'a'] }],
    ['no use', 'uses', { ...GOOD, uses: [] }],
    ['a use twice', 'uses', use('psi', 'sender', 'receiver')],
    ['roles of another mode', 'uses.4.roles', use('psi-ca', 'both', 'both')],
    ['roles that do not go together', 'uses.4.roles', use('psi', 'receiver', 'receiver')],
    [
      'a role of somebody else',
      'uses.0.roles',
      { ...GOOD, uses: [{ mode: 'psi', roles: { shop: 'both', other: 'both' } }] },
    ],
    ['an unknown profile', 'profile', { ...GOOD, profile: 'own' }],
    ['an identifier type twice', 'identifierTypes', { ...GOOD, identifierTypes: ['email', 'email'] }],
    ['two measures of one name', 'measures', measures(clicks, { ...clicks, bound: '8' })],
    ['a bound between quanta', 'measures.0.bound', measures({ ...clicks, quantum: '2' })],
    ['a quantum of nothing', 'measures.0.quantum', measures({ ...clicks, quantum: '0' })],
    ['a bound in words', 'measures.0.bound', measures({ ...clicks, bound: 'nine' })],
    ['a measure named in two code points', 'measures.0.name', measures({ ...clicks, name: 'e\u0301' })],
    ['a measure named with a line feed', 'measures.0.name', measures({ ...clicks, name: 'a\nb' })],
    [
      'more columns than a session has',
      'measures',
      measures(...[1, 2, 3, 4, 5].map((i) => ({ ...clicks, name: `m${i}`, statistic: 'sum-and-squares' }))),
    ],
    ['measures without aggregate', 'measures', { ...GOOD, uses: GOOD.uses.slice(1) }],
    ['measures whose results stay', 'share.results', { ...GOOD, share: { labels: true, results: false } }],
    ['aggregate without dp', 'privacy.disclosures', privacy({ disclosures: ['exact'] })],
    [
      'psi-ca without a disclosure',
      'privacy.disclosures',
      { ...privacy({ disclosures: [] }), uses: GOOD.uses.slice(3), measures: [] },
    ],
    ['an epsilon in words', 'privacy.epsilonPerRelease', privacy({ epsilonPerRelease: 'one' })],
    ['an epsilon of nothing', 'privacy.epsilonPerRelease', privacy({ epsilonPerRelease: '0' })],
    ['a total of too much', 'privacy.epsilonTotal', privacy({ epsilonTotal: '20.1' })],
    ['an epsilon above the total', 'privacy.epsilonPerRelease', privacy({ epsilonTotal: '0.99999' })],
    ['a delta above the total', 'privacy.deltaPerRelease', privacy({ deltaTotal: '9.9e-7' })],
    [
      'more digits than both sides can hold',
      'privacy.epsilonPerRelease',
      privacy({ epsilonPerRelease: '0.1000000000000000000001' }),
    ],
    ['a list of nobody', 'privacy.minList', privacy({ minList: 0 })],
    ['half a cell', 'privacy.minCell', privacy({ minCell: 1.5 })],
    ['no retention', 'retentionDays.exports', { ...GOOD, retentionDays: { reports: 1, exports: 0 } }],
    ['an hourly schedule', 'schedule', { ...GOOD, schedule: 'hourly' }],
    ['a time of another zone', 'validFrom', { ...GOOD, validFrom: '2026-01-01T00:00:00+01:00' }],
    ['a day that is not', 'validFrom', { ...GOOD, validFrom: '2026-02-30T00:00:00Z' }],
    ['an hour that is not', 'validUntil', { ...GOOD, validUntil: '2027-01-01T25:00:00Z' }],
    ['an end that is the start', 'validUntil', { ...GOOD, validUntil: GOOD.validFrom }],
  ])('are refused with %s', async (_, field, input) => {
    const error = await failure(() => checkedAgreementTerms(input));
    expect(error.code).toMatch(/^(config\/invalid|dp\/invalid-parameter)$/);
    expect(error.field).toBe(field);
  });
});
