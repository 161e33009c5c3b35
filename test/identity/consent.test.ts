import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consentGiven, consentReader, type TcfConsentRule } from '../../src/identity/index.js';
import { anyContent, tcString, vendorOf, type TcContent } from './tc-strings.js';

const TRUE_SPELLINGS = ['true', 'TRUE', ' True ', 't', 'yes', 'Y', '1'];
const FALSE_SPELLINGS = ['false', 'FALSE', ' f', 'no', 'N', '0'];
const MISSING = [null, undefined, '', ' ', 'null', 'unknown', '2', 'on', 'granted', '1.0', '-1'];

describe('consentGiven', () => {
  it('reads the usual spellings of true, and nothing else, as consent where true is asked for', () => {
    for (const value of TRUE_SPELLINGS) expect(consentGiven(value, { equals: true }), value).toBe(true);
    for (const value of [...FALSE_SPELLINGS, ...MISSING]) {
      expect(consentGiven(value, { equals: true }), String(value)).toBe(false);
    }
  });

  it('reads only an explicit no as consent where false is asked for', () => {
    for (const value of FALSE_SPELLINGS) expect(consentGiven(value, { equals: false }), value).toBe(true);
    for (const value of [...TRUE_SPELLINGS, ...MISSING]) {
      expect(consentGiven(value, { equals: false }), String(value)).toBe(false);
    }
  });

  it('compares a text character by character', () => {
    expect(consentGiven('granted', { equals: 'granted' })).toBe(true);
    for (const value of ['Granted', ' granted', 'granted ', 'denied', '', null, undefined]) {
      expect(consentGiven(value, { equals: 'granted' })).toBe(false);
    }
    // The texts 'true' and '1' are texts: their other spellings do not count.
    expect(consentGiven('yes', { equals: 'true' })).toBe(false);
    expect(consentGiven('true', { equals: 'true' })).toBe(true);
  });

  it('never finds consent in a missing value, even where the empty text is asked for', () => {
    for (const value of ['', null, undefined]) expect(consentGiven(value, { equals: '' })).toBe(false);
  });
});

describe('consentReader', () => {
  it('says why a truth value gives no consent', () => {
    const read = consentReader({ equals: true });
    for (const value of [null, undefined, '', ' ']) expect(read(value).gap).toBe('missing');
    for (const value of FALSE_SPELLINGS) expect(read(value).gap).toBe('refused');
    for (const value of ['null', 'maybe', '2']) expect(read(value).gap).toBe('unreadable');
    expect(consentReader({ equals: 'granted' })('denied').gap).toBe('refused');
  });

  it.each([
    ['no purpose', 'purposes', { purposes: [] }],
    ['purpose 0', 'purposes', { purposes: [0] }],
    ['purpose 25', 'purposes', { purposes: [1, 25] }],
    ['half a purpose', 'purposes', { purposes: [1.5] }],
    ['vendor 0', 'vendor', { purposes: [1], vendor: 0 }],
    ['a vendor past 16 bits', 'vendor', { purposes: [1], vendor: 65_536 }],
    ['interest in a purpose not asked for', 'legitimateInterest', { purposes: [2], legitimateInterest: [7] }],
    ['interest where consent is needed', 'legitimateInterest', { purposes: [1, 7], legitimateInterest: [1] }],
  ])('refuses a TCF rule with %s', (_, key, rule) => {
    expect(() => consentReader({ kind: 'tcf', ...rule })).toThrow(
      expect.objectContaining({ code: 'config/invalid', field: `data.consent.tcf.${key}` }),
    );
  });
});

/** The rule read word by word: every purpose is allowed by one legal basis that nothing takes away. */
function naiveGap(content: TcContent, rule: TcfConsentRule): string | undefined {
  const { purposes, vendor, legitimateInterest = [] } = rule;
  const hasConsent = (purpose: number): boolean => content.consents.includes(purpose);
  const hasInterest = (purpose: number): boolean =>
    legitimateInterest.includes(purpose) && content.legitimateInterests.includes(purpose);
  if (!purposes.every((purpose) => hasConsent(purpose) || hasInterest(purpose))) return 'refused';
  if (vendor === undefined) return undefined;
  const restricted = (purpose: number, ...types: number[]): boolean =>
    content.restrictions.some(
      (one) => one.purpose === purpose && types.includes(one.type) && one.vendors.includes(vendor),
    );
  const shown =
    content.disclosed === undefined
      ? content.lastUpdated < Date.parse('2026-03-01T00:00:00Z')
      : content.disclosed.includes(vendor);
  const allowed = purposes.every(
    (purpose) =>
      (hasConsent(purpose) && content.vendorConsents.includes(vendor) && !restricted(purpose, 0, 2)) ||
      (hasInterest(purpose) &&
        content.vendorLegitimateInterests.includes(vendor) &&
        !restricted(purpose, 0, 1)),
  );
  return shown && allowed ? undefined : 'vendor-refused';
}

/** Content that often allows what the rule asks for, so that each part of the rule decides in some runs. */
const cases = anyContent.chain((content) =>
  fc
    .record({
      vendor: fc.option(vendorOf(content), { nil: undefined, freq: 5 }),
      purposes: fc.uniqueArray(fc.constantFrom(1, 2, 3, 7, 9, 10), { minLength: 1, maxLength: 3 }),
      flexible: fc.boolean(),
      allows: fc.record({
        purposes: fc.boolean(),
        interests: fc.boolean(),
        vendor: fc.boolean(),
        vendorInterest: fc.boolean(),
        disclosed: fc.boolean(),
        restriction: fc.constantFrom('none', 'any', 0, 1, 2),
      }),
    })
    .map(({ vendor, purposes, flexible, allows }) => {
      const also = (list: readonly number[], more: readonly number[], add: boolean): number[] => [
        ...new Set(add ? [...list, ...more] : list),
      ];
      const vendors = vendor === undefined ? [] : [vendor];
      const rule: TcfConsentRule = {
        kind: 'tcf',
        purposes,
        vendor,
        legitimateInterest: flexible ? purposes.filter((purpose) => ![1, 3].includes(purpose)) : undefined,
      };
      const changed: TcContent = {
        ...content,
        consents: also(content.consents, purposes, allows.purposes),
        legitimateInterests: also(content.legitimateInterests, purposes, allows.interests),
        vendorConsents: also(content.vendorConsents, vendors, allows.vendor),
        vendorLegitimateInterests: also(content.vendorLegitimateInterests, vendors, allows.vendorInterest),
        disclosed: content.disclosed && also(content.disclosed, vendors, allows.disclosed),
        restrictions:
          typeof allows.restriction === 'number'
            ? [{ purpose: purposes[0]!, type: allows.restriction, vendors: [1, ...vendors] }]
            : allows.restriction === 'any'
              ? content.restrictions
              : [],
      };
      return { rule, content: changed };
    }),
);

describe('consent in a TC string', () => {
  it('is what the purposes, the vendor and the publisher all allow', () => {
    const seen = new Map<string | undefined, number>();
    fc.assert(
      fc.property(cases, ({ content, rule }) => {
        const gap = naiveGap(content, rule);
        seen.set(gap, (seen.get(gap) ?? 0) + 1);
        expect(consentReader(rule)(` ${tcString(content)}\n`)).toEqual({ gap, created: content.created });
      }),
      { numRuns: 600 },
    );
    for (const gap of [undefined, 'refused', 'vendor-refused']) expect(seen.get(gap)).toBeGreaterThan(30);
  });

  it('is never there once the string is damaged beyond reading', () => {
    const read = consentReader({ kind: 'tcf', purposes: [1] });
    expect(read(tcString({ consents: [1] })).gap).toBeUndefined();
    for (const value of ['true', '1', tcString({ consents: [1] }).slice(1), `${tcString({})}.`]) {
      expect(read(value)).toEqual({ gap: 'unreadable', created: undefined });
    }
    for (const value of ['', '  ', null, undefined]) expect(read(value).gap).toBe('missing');
  });
});
