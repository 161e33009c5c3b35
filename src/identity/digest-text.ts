/** Reading SHA-256 digests that a party already holds as text. */

const DIGEST_BYTES = 32;
const NOT_A_DIGIT = 0xff;

/** Value of each ASCII character as a digit of `alphabet`, or 0xff. */
function digitTable(alphabet: string): Uint8Array {
  const table = new Uint8Array(128).fill(NOT_A_DIGIT);
  for (let value = 0; value < alphabet.length; value += 1) table[alphabet.charCodeAt(value)] = value;
  return table;
}

const HEX = digitTable('0123456789abcdef');
for (const letter of 'ABCDEF') HEX[letter.charCodeAt(0)] = HEX[letter.toLowerCase().charCodeAt(0)] ?? 0;
const BASE64 = digitTable('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');

/**
 * The 32 bytes of a SHA-256 digest written as 64 hexadecimal digits in either case, or as 44 characters of base64 (RFC
 * 4648 4) with its padding; `undefined` for any other text. Base64 must be canonical: the two spare bits of the last
 * digit are zero, so that a digest has one spelling. The UID2 operator accepts the same.
 */
export function digestFromText(text: string): Uint8Array | undefined {
  if (text.length === 64) return fromDigits(text, HEX, { bits: 4, digits: 64 });
  if (text.length === 44 && text.endsWith('=')) return fromDigits(text, BASE64, { bits: 6, digits: 43 });
  return undefined;
}

/** Reads `digits` characters of `bits` bits each, most significant first; bits past the last byte must be zero. */
function fromDigits(
  text: string,
  table: Uint8Array,
  { bits, digits }: { readonly bits: number; readonly digits: number },
): Uint8Array | undefined {
  const bytes = new Uint8Array(DIGEST_BYTES);
  let held = 0;
  let heldBits = 0;
  let length = 0;
  for (let i = 0; i < digits; i += 1) {
    const value = table[text.charCodeAt(i)] ?? NOT_A_DIGIT;
    if (value === NOT_A_DIGIT) return undefined;
    held = (held << bits) | value;
    heldBits += bits;
    if (heldBits < 8) continue;
    heldBits -= 8;
    bytes[length] = held >> heldBits;
    length += 1;
    held &= (1 << heldBits) - 1;
  }
  return held === 0 ? bytes : undefined;
}

/**
 * Whether text that is not a SHA-256 digest looks like one of another kind (MD5, SHA-1, base64url, cut short): a single
 * run of 32 or more base64 or hexadecimal characters.
 */
export function looksLikeDigest(text: string): boolean {
  return /^[0-9A-Za-z+/_-]{32,}={0,2}$/.test(text);
}
