import { reject, type IdentifierType, type Rejection } from './vocabulary.js';

/**
 * UTF-16 code units that any identifier text may have before it is looked at. Far above every entry of `MAX_CHARS`,
 * because fixed-width columns arrive padded with blanks.
 */
export const MAX_RAW_CHARS = 4096;

/** UTF-16 code units of an identifier after trimming. 320 is 64 + 1 + 255 (RFC 5321 4.5.3.1); a domain may come as a URL. */
export const MAX_CHARS: Readonly<Record<IdentifierType, number>> = {
  email: 320,
  phone: 64,
  maid: 64,
  customer_id: 256,
  domain: 2048,
};

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
/** Control, invisible (format) and half-surrogate characters, and the mark of a failed decoding. */
const BAD_CHARACTER = /[\p{Cc}\p{Cf}\p{Cs}\ufffd]/u;
const INVISIBLE_EDGES = /^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu;

/** Whether `text` holds nothing but printable ASCII, as nearly every identifier does. */
export function isPrintableAscii(text: string): boolean {
  return PRINTABLE_ASCII.test(text);
}

/**
 * `text` without white space around it, or why it cannot be an identifier at all. Zero-width characters at the edges go
 * too: they come with text pasted from web pages. Length is checked before any other work.
 */
export function trimmed(text: string, maxChars: number): string | Rejection {
  if (text.length > MAX_RAW_CHARS) return reject('too-long');
  let core = text.trim();
  if (!isPrintableAscii(core)) core = core.replace(INVISIBLE_EDGES, '');
  if (core === '') return reject('blank');
  return core.length > maxChars ? reject('too-long') : core;
}

/** Whether `text` holds a character that no identifier may hold: see `bad-character` in `RejectReason`. */
export function hasBadCharacter(text: string): boolean {
  return !isPrintableAscii(text) && BAD_CHARACTER.test(text);
}

/**
 * Composed form (NFC) of `text`. No platform's page speaks of it, but keyboards write NFC and RFC 6532 3.1 asks for it
 * in addresses, while files from macOS may hold NFD: without this the same name would have two match keys.
 */
export function composed(text: string): string {
  return isPrintableAscii(text) ? text : text.normalize('NFC');
}

/** Lower case; never by locale, so that a Turkish server does not turn I into a dotless i. */
export function lowercase(text: string, letters: 'ascii' | 'unicode'): string {
  if (letters === 'unicode' || isPrintableAscii(text)) return text.toLowerCase();
  return text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
}
