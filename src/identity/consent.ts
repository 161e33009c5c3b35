import { VesicaError } from '../errors.js';
import { MAX_PURPOSE, MAX_VENDOR, purposeBits, readTcString } from './tc-string.js';

/** Which rows of a dataset may be used: those whose consent column says so. */

/**
 * What a consent column holds when consent was given. `true` and `false` are for columns that hold a truth value in any
 * of its usual spellings; a text is for columns that hold one exact word, like `granted`.
 */
export interface ValueConsentRule {
  readonly kind?: 'value' | undefined;
  readonly equals: string | boolean;
}

/** A consent column that holds TC strings of IAB Europe's Transparency and Consent Framework, version 2. */
export interface TcfConsentRule {
  readonly kind: 'tcf';
  /** The purposes that must all be allowed, by their numbers from 1 to 24. */
  readonly purposes: readonly number[];
  /** The vendor that must be allowed them, by its number in the Global Vendor List; without it no vendor is asked about. */
  readonly vendor?: number | undefined;
  /**
   * Those of `purposes` that may also rest on legitimate interest. Never 1, 3, 4, 5 or 6, for which the framework knows
   * consent only (TCF Policies from version 4 on).
   */
  readonly legitimateInterest?: readonly number[] | undefined;
}

export type ConsentRule = ValueConsentRule | TcfConsentRule;

/**
 * Why a row is without consent.
 *
 * - `missing`: the value is absent or blank.
 * - `unreadable`: it is not a truth value where one is expected, or not a TC string.
 * - `refused`: it says no: another value than the one asked for, or a purpose that is not allowed.
 * - `vendor-refused`: the purposes are allowed, but not to this vendor: it has no consent, was not shown to the user, or
 *   the publisher restricted it.
 */
export const CONSENT_GAPS = ['missing', 'unreadable', 'refused', 'vendor-refused'] as const;
export type ConsentGap = (typeof CONSENT_GAPS)[number];

/** What a value of a consent column says. */
export interface Consent {
  /** Why there is none; `undefined` when it was given. */
  readonly gap: ConsentGap | undefined;
  /** Of a TC string when consent was first recorded: milliseconds since 1970, UTC. */
  readonly created: number | undefined;
}

/** From this time on a TC string must say which vendors the user was shown (TCF v2.3). */
const DISCLOSURE_REQUIRED_FROM = Date.UTC(2026, 2, 1);
const CONSENT_ONLY_PURPOSES: readonly number[] = [1, 3, 4, 5, 6];

const SPELLINGS: Readonly<Record<'true' | 'false', readonly string[]>> = {
  true: ['true', 't', 'yes', 'y', '1'],
  false: ['false', 'f', 'no', 'n', '0'],
};

/**
 * Reads the values of a consent column under `rule`. Whatever is missing or not understood gives no consent: consent is
 * never guessed.
 *
 * - `equals: true`: `value` is true, t, yes, y or 1, in any case and with any white space around it.
 * - `equals: false`: `value` is false, f, no, n or 0 likewise. For a column that records an objection, where an explicit
 *   no gives consent and an empty cell does not.
 * - `equals: 'text'`: `value` is that text, character by character; case and white space count. The empty text is a
 *   missing value, so `equals: ''` never gives consent.
 * - `kind: 'tcf'`: `value` is a TC string that allows every purpose, and allows it to the vendor if one is named. A
 *   purpose is allowed by consent (the purpose's and the vendor's), or by legitimate interest where the rule lets it; a
 *   publisher restriction rules either out. A string that says which vendors were shown must name the vendor; one last
 *   changed in March 2026 or later must say it. The age of a string is not judged.
 *
 * The function returned never throws.
 *
 * @throws VesicaError `config/invalid` when a TCF rule has no purposes or numbers out of range.
 */
export function consentReader(rule: ConsentRule): (value: string | null | undefined) => Consent {
  const read = rule.kind === 'tcf' ? tcfReader(rule) : valueReader(rule);
  return (value) => (value === null || value === undefined || value === '' ? gap('missing') : read(value));
}

/** Whether `value` gives consent under `rule`: see `consentReader`, whose error it throws. */
export function consentGiven(value: string | null | undefined, rule: ConsentRule): boolean {
  return consentReader(rule)(value).gap === undefined;
}

function valueReader({ equals }: ValueConsentRule): (value: string) => Consent {
  if (typeof equals === 'string') return (value) => (value === equals ? GIVEN : gap('refused'));
  return (value) => {
    const word = value.trim().toLowerCase();
    if (SPELLINGS[equals ? 'true' : 'false'].includes(word)) return GIVEN;
    if (SPELLINGS[equals ? 'false' : 'true'].includes(word)) return gap('refused');
    return gap(word === '' ? 'missing' : 'unreadable');
  };
}

function tcfReader(rule: TcfConsentRule): (value: string) => Consent {
  checkTcfRule(rule);
  const vendor = rule.vendor ?? 0;
  const required = purposeBits(rule.purposes);
  const flexible = purposeBits(rule.legitimateInterest ?? []);
  return (value) => {
    const text = value.trim();
    if (text === '') return gap('missing');
    const signals = readTcString(text, vendor);
    if (signals === undefined) return gap('unreadable');
    const { created, consented } = signals;
    const legitimate = signals.legitimateInterests & flexible;
    if ((required & ~(consented | legitimate)) !== 0) return { gap: 'refused', created };
    if (vendor === 0) return { gap: undefined, created };
    const byConsent = signals.vendorConsented ? consented & ~signals.consentRestricted : 0;
    const byInterest = signals.vendorLegitimateInterest
      ? legitimate & ~signals.legitimateInterestRestricted
      : 0;
    const disclosed = signals.vendorDisclosed ?? signals.lastUpdated < DISCLOSURE_REQUIRED_FROM;
    const allowed = disclosed && (required & ~(byConsent | byInterest)) === 0;
    return { gap: allowed ? undefined : 'vendor-refused', created };
  };
}

function checkTcfRule({ purposes, vendor, legitimateInterest = [] }: TcfConsentRule): void {
  if (purposes.length === 0) throw invalid('purposes', 'needs at least one purpose');
  if (!purposes.every((purpose) => isBetween(purpose, MAX_PURPOSE))) {
    throw invalid('purposes', `must be numbers from 1 to ${MAX_PURPOSE}`);
  }
  if (vendor !== undefined && !isBetween(vendor, MAX_VENDOR)) {
    throw invalid('vendor', `must be a number from 1 to ${MAX_VENDOR}`);
  }
  if (!legitimateInterest.every((purpose) => purposes.includes(purpose))) {
    throw invalid('legitimateInterest', 'must be some of the purposes');
  }
  if (legitimateInterest.some((purpose) => CONSENT_ONLY_PURPOSES.includes(purpose))) {
    throw invalid('legitimateInterest', `cannot hold ${CONSENT_ONLY_PURPOSES.join(', ')}: they need consent`);
  }
}

function isBetween(number: number, largest: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= largest;
}

const GIVEN: Consent = Object.freeze({ gap: undefined, created: undefined });
const gaps = new Map<ConsentGap, Consent>(
  CONSENT_GAPS.map((reason) => [reason, Object.freeze({ gap: reason, created: undefined })]),
);

/** The outcome for a value that tells no date; one shared frozen object each, so that a column allocates nothing. */
function gap(reason: ConsentGap): Consent {
  return gaps.get(reason) ?? { gap: reason, created: undefined };
}

function invalid(key: string, message: string): VesicaError {
  const field = `data.consent.tcf.${key}`;
  return new VesicaError('config/invalid', `${field} ${message}`, { field });
}
