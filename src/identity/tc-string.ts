/**
 * Reads IAB Europe's Transparency and Consent Strings (TC strings), version 2 (Transparency and Consent String with Global
 * Vendor & CMP List Formats, v2.0 to v2.3), for one vendor.
 *
 * Why not with `@iabtcf/core`, which is the reference in the tests: it takes 30 to 440 us a string, and 130 ms for one
 * with publisher restrictions on all vendors (it puts them into an unbalanced tree), where a dataset has a string a row;
 * and it takes strings with anything behind their end. This reader takes 1 to 4 us and refuses whatever is not exactly a
 * TC string.
 */

/** What a TC string says about the purposes, and about one vendor. A set of purposes is 24 bits: see `purposeBits`. */
export interface TcString {
  /** When consent was first recorded, and when it was last changed: milliseconds since 1970, UTC. */
  readonly created: number;
  readonly lastUpdated: number;
  /** Purposes with the user's consent. */
  readonly consented: number;
  /** Purposes with legitimate interest established, without objection. */
  readonly legitimateInterests: number;
  /** Whether the vendor has consent. */
  readonly vendorConsented: boolean;
  /** Whether the vendor has legitimate interest established, without objection. */
  readonly vendorLegitimateInterest: boolean;
  /** Whether the vendor was shown to the user; `undefined` when the string does not say. */
  readonly vendorDisclosed: boolean | undefined;
  /** Purposes for which the publisher does not let the vendor rest on consent. */
  readonly consentRestricted: number;
  /** Purposes for which the publisher does not let the vendor rest on legitimate interest. */
  readonly legitimateInterestRestricted: number;
}

/** Purposes that a TC string has room for. */
export const MAX_PURPOSE = 24;
/** Vendor numbers are 16 bits; 0 is none. */
export const MAX_VENDOR = 0xffff;

/** Longer than any string that names every registered vendor one by one in every field. */
const MAX_CHARS = 16_384;
const VERSION = 2;

/** Segment types after the core (which has none), by the three bits they begin with. */
const SEGMENT = { disclosedVendors: 1, allowedVendors: 2, publisherPurposes: 3 } as const;
/** What a publisher restriction says. 3 is undefined, and read as the strictest. */
const RESTRICTION = { requireConsent: 1, requireLegitimateInterest: 2 } as const;

/** The set of `purposes`, each from 1 to `MAX_PURPOSE`, as a TC string writes it: purpose 1 is the highest of 24 bits. */
export function purposeBits(purposes: readonly number[]): number {
  let bits = 0;
  for (const purpose of purposes) bits |= 1 << (MAX_PURPOSE - purpose);
  return bits;
}

/**
 * Reads a TC string; `undefined` when `text` is not exactly one: another version, a character that is not base64url, a
 * segment that is unknown or there twice, a field cut short, a range that ends before it begins or past the largest
 * vendor, or anything but zeros behind the last field. Never throws; the time grows with the length of the text.
 *
 * @param vendor number in the Global Vendor List of the vendor asked about; 0 for none, then all that is said about the
 * vendor is false.
 */
export function readTcString(text: string, vendor: number): TcString | undefined {
  if (text.length > MAX_CHARS) return undefined;
  const [core = '', ...others] = text.split('.');
  const reader = new BitReader(core);
  if (reader.take(6) !== VERSION) return undefined;
  const created = 100 * reader.take(36);
  const lastUpdated = 100 * reader.take(36);
  // CMP id and version, screen, language, vendor list version, policy version, scope, stacks, special features.
  reader.skip(12 + 12 + 6 + 12 + 12 + 6 + 1 + 1 + 12);
  const consented = reader.take(MAX_PURPOSE);
  const legitimateInterests = reader.take(MAX_PURPOSE);
  // Treatment of purpose 1, country of the publisher.
  reader.skip(1 + 12);
  const vendorConsented = readVendors(reader, vendor);
  const vendorLegitimateInterest = readVendors(reader, vendor);
  const restricted = readRestrictions(reader, vendor);
  if (!reader.isWhole()) return undefined;
  const segments = readSegments(others, vendor);
  if (segments === undefined) return undefined;
  return {
    created,
    lastUpdated,
    consented,
    legitimateInterests,
    vendorConsented,
    vendorLegitimateInterest,
    ...segments,
    ...restricted,
  };
}

/** The segments after the core, in any order, each at most once. */
function readSegments(
  segments: readonly string[],
  vendor: number,
): Pick<TcString, 'vendorDisclosed'> | undefined {
  const seen = new Set<number>();
  let vendorDisclosed: boolean | undefined;
  for (const segment of segments) {
    const reader = new BitReader(segment);
    const type = reader.take(3);
    if (seen.has(type)) return undefined;
    seen.add(type);
    if (type === SEGMENT.disclosedVendors) vendorDisclosed = readVendors(reader, vendor);
    else if (type === SEGMENT.allowedVendors) readVendors(reader, vendor);
    else if (type === SEGMENT.publisherPurposes) {
      reader.skip(2 * MAX_PURPOSE);
      reader.skip(2 * reader.take(6));
    } else return undefined;
    if (!reader.isWhole()) return undefined;
  }
  return { vendorDisclosed };
}

/** Reads a set of vendors, as a bit field or as ranges. Whether it has `vendor`. */
function readVendors(reader: BitReader, vendor: number): boolean {
  const maxId = reader.take(16);
  if (reader.take(1) === 1) return readRanges(reader, vendor, maxId);
  if (vendor === 0 || vendor > maxId) {
    reader.skip(maxId);
    return false;
  }
  reader.skip(vendor - 1);
  const has = reader.take(1) === 1;
  reader.skip(maxId - vendor);
  return has;
}

/** Reads single vendors and ranges of them, none above `maxId`. Whether one of them has `vendor`. */
function readRanges(reader: BitReader, vendor: number, maxId: number): boolean {
  const entries = reader.take(12);
  let has = false;
  for (let i = 0; i < entries && !reader.isFaulty; i += 1) {
    const isRange = reader.take(1) === 1;
    const first = reader.take(16);
    const last = isRange ? reader.take(16) : first;
    if (first === 0 || last < first || last > maxId) reader.isFaulty = true;
    if (first <= vendor && vendor <= last) has = true;
  }
  return has;
}

/** Reads the publisher restrictions: for which purposes they keep `vendor` from which legal basis. */
function readRestrictions(
  reader: BitReader,
  vendor: number,
): Pick<TcString, 'consentRestricted' | 'legitimateInterestRestricted'> {
  const restrictions = reader.take(12);
  let consentRestricted = 0;
  let legitimateInterestRestricted = 0;
  for (let i = 0; i < restrictions && !reader.isFaulty; i += 1) {
    const purpose = reader.take(6);
    const type = reader.take(2);
    const concerned = readRanges(reader, vendor, MAX_VENDOR);
    if (purpose === 0) reader.isFaulty = true;
    if (!concerned || purpose > MAX_PURPOSE) continue;
    const bit = purposeBits([purpose]);
    if (type !== RESTRICTION.requireConsent) consentRestricted |= bit;
    if (type !== RESTRICTION.requireLegitimateInterest) legitimateInterestRestricted |= bit;
  }
  return { consentRestricted, legitimateInterestRestricted };
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NO_CHARACTER = 0xff;
const SEXTETS = new Uint8Array(128).fill(NO_CHARACTER);
for (let i = 0; i < ALPHABET.length; i += 1) SEXTETS[ALPHABET.charCodeAt(i)] = i;

/** Bits of base64url text (RFC 4648 section 5, without padding), most significant first. */
class BitReader {
  readonly #sextets: Uint8Array;
  #at = 0;
  /** Whether something was found that cannot be. Past the end of the text all bits are 0. */
  isFaulty = false;

  constructor(text: string) {
    this.#sextets = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i += 1) {
      const sextet = SEXTETS[text.charCodeAt(i)] ?? NO_CHARACTER;
      if (sextet === NO_CHARACTER) this.isFaulty = true;
      this.#sextets[i] = sextet;
    }
  }

  /** The next `count` bits, at most 48, as a number. */
  take(count: number): number {
    let value = 0;
    for (let left = count; left > 0;) {
      const offset = this.#at % 6;
      const used = Math.min(6 - offset, left);
      const sextet = this.#sextets[(this.#at - offset) / 6] ?? 0;
      // Not shifted: dates have more than 32 bits.
      value = value * (1 << used) + ((sextet >> (6 - offset - used)) & ((1 << used) - 1));
      this.#at += used;
      left -= used;
    }
    this.#checkEnd();
    return value;
  }

  skip(count: number): void {
    this.#at += count;
    this.#checkEnd();
  }

  /** Whether all was there and as it must be, and nothing but zeros, which fill up bytes, follows. */
  isWhole(): boolean {
    const bits = 6 * this.#sextets.length;
    while (!this.isFaulty && this.#at < bits) {
      if (this.take(Math.min(48, bits - this.#at)) !== 0) this.isFaulty = true;
    }
    return !this.isFaulty;
  }

  #checkEnd(): void {
    if (this.#at > 6 * this.#sextets.length) this.isFaulty = true;
  }
}
