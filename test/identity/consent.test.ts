import { describe, expect, it } from 'vitest';
import { consentGiven } from '../../src/identity/index.js';

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
