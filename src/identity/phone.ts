// The `min` metadata: numbers are asked only whether their length is possible, never their type, and for that the
// three variants hold the same rules (`max` adds the patterns of each type at twice the size, `mobile` calls every
// fixed line invalid). Asking for possible and not for valid numbers also keeps two parties with different releases of
// the metadata in step: ranges inside a country change every month, lengths hardly ever.
import {
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
  type CountryCode,
} from 'libphonenumber-js/min';
import { VesicaError } from '../errors.js';
import type { ProfileRule } from './profiles.js';
import { hasBadCharacter, isPrintableAscii, MAX_CHARS, trimmed } from './text.js';
import { reject, type Rejection } from './vocabulary.js';

/** The UID2 operator's test for a normalised number; no country code starts with 0. */
const E164_10_TO_15_DIGITS = /^\+[1-9]\d{9,14}$/;
/**
 * A North American number in one of its usual spellings, the area code in it. The parser reads these as they stand, at
 * ten times the cost; the tests hold the two against each other.
 */
const NORTH_AMERICAN = /^(\+)?(?:1[ .-]?)?\(?([2-9]\d\d)\)?[ .-]?(\d{3})[ .-]?(\d{4})$/;
/** Digits that a spreadsheet or data frame turned into a fraction; read as punctuation the 0 would become a digit. */
const FRACTION = /^\+?\d+\.0+$/;

/**
 * A function from a phone number to its normalised form, or to why it is none: E.164 (ITU-T), with or without its plus
 * sign as the profile has it. Numbers in national form are read in `region`; without a region they are refused (but for
 * the `meta` profile, which takes digits to begin with the country code). Full-width digits and invisible marks around a
 * number, as telephone books export them, are understood. Letters (vanity numbers), text around a number, RFC 3966
 * parameters and numbers of an impossible length are refused.
 *
 * With a region set, the `meta` form of a foreign number does not read back as itself: it has lost its plus sign.
 *
 * @throws VesicaError `config/invalid` when `region` is not a country (ISO 3166-1 alpha-2, capitals) with a numbering plan.
 */
export function phoneNormaliser(
  rule: ProfileRule['phone'],
  region: string | undefined,
): (text: string) => string | Rejection {
  const country = knownCountry(region);
  return (text) => {
    const core = trimmed(text, MAX_CHARS.phone);
    if (typeof core !== 'string') return core;
    const folded = isPrintableAscii(core) ? core : compatibleForm(core);
    if (hasBadCharacter(folded)) return reject('bad-character');
    if (folded.includes(';') || FRACTION.test(folded)) return reject('not-a-phone');

    const number = e164(withPlusSign(folded, rule, country), rule, country);
    if (typeof number !== 'string') return number;
    if (number.length - 1 < rule.minDigits || number.length > 16) return reject('not-a-phone');
    return rule.plusSign === 'kept' ? number : number.slice(1);
  };
}

interface Country {
  readonly code: CountryCode;
  readonly callingCode: string;
}

function knownCountry(region: string | undefined): Country | undefined {
  if (region === undefined) return undefined;
  if (isSupportedCountry(region)) return { code: region, callingCode: getCountryCallingCode(region) };
  throw new VesicaError('config/invalid', 'region is not an ISO 3166-1 country code in capitals, like US', {
    field: 'region',
  });
}

/** The number in E.164 that `text` is. */
function e164(text: string, rule: ProfileRule['phone'], country: Country | undefined): string | Rejection {
  const parts = NORTH_AMERICAN.exec(text);
  const number =
    parts !== null && (text.startsWith('+1') || (country?.callingCode === '1' && parts[1] === undefined))
      ? `+1${parts.slice(2).join('')}`
      : possibleNumber(text, country);
  if (number !== undefined) return number;
  const keepsText = rule.impossibleNumbers === 'kept' && E164_10_TO_15_DIGITS.test(text);
  return keepsText ? text : reject('not-a-phone');
}

/** The number that `text` is in E.164, `undefined` when it is none or one that cannot be dialled. */
function possibleNumber(text: string, country: Country | undefined): string | Rejection | undefined {
  const options = country === undefined ? {} : { defaultCountry: country.code };
  const parsed = parsePhoneNumberFromString(text, { extract: false, ...options });
  if (!parsed?.isPossible()) return undefined;
  if (parsed.ext !== undefined) return reject('phone-extension');
  // Numbers that lack their area code, or that carry several trunk zeros, do not read back as themselves. They are not
  // E.164, and two parties could hold different forms of them.
  return parsed.number === text || readsBackAsItself(parsed.number) ? parsed.number : undefined;
}

function readsBackAsItself(number: string): boolean {
  const again = parsePhoneNumberFromString(number, { extract: false });
  return again?.number === number && again.isPossible();
}

/** One plus sign where an international number is meant, none where it is not. */
function withPlusSign(text: string, rule: ProfileRule['phone'], country: Country | undefined): string {
  const digits = text.replace(/^[+\s]+/, '');
  // `+00 64` and `+011 64` are an international prefix behind a plus sign: no country code starts with 0.
  if (text.startsWith('+') && !digits.startsWith('0')) return `+${digits}`;
  if (country !== undefined || rule.bareDigits === 'refused') return digits;
  return `+${digits.replace(/^[\s(]*0+/, '')}`;
}

/** Compatibility form (NFKC) of `text`, in which full-width digits are digits, without invisible marks. */
function compatibleForm(text: string): string {
  return text.normalize('NFKC').replace(/\p{Cf}+/gu, '');
}
