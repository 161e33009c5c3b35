import { sha256 } from '@noble/hashes/sha2.js';
import { toHex, utf8 } from '../bytes.js';
import { VesicaError } from '../errors.js';
import { HEADER, decodeLine, isJson, type Line } from './entry.js';

/** The content of a ledger file. */
export interface LedgerContent {
  readonly lines: readonly Line[];
  /** Bytes up to and with the last whole line; what follows is the rest of a write that a crash cut short. */
  readonly wholeBytes: number;
  /** SHA-256 of the last whole line, which the next line names. */
  readonly digest: string;
}

const LINE_FEED = 0x0a;

/**
 * Reads a ledger. Only the last line may be incomplete: without a line feed, or not JSON. A file that stops within the
 * first line is a new one.
 *
 * @throws VesicaError `ledger/damaged` naming the line, for anything else that is not a whole and unbroken ledger.
 */
export function readLedger(bytes: Uint8Array, name: string): LedgerContent {
  const texts = splitLines(bytes);
  const [header, ...rest] = texts;
  if (header === undefined) {
    if (!isPrefix(bytes, utf8(HEADER))) throw damaged(name, 1, 'is not the first line of a ledger');
    return { lines: [], wholeBytes: 0, digest: '' };
  }
  if (header.text !== HEADER) throw damaged(name, 1, 'is not the first line of a ledger of a known format');
  const last = rest.at(-1);
  if (last !== undefined && (last.text === undefined || !isJson(last.text))) rest.pop();
  let { digest, end } = header;
  const lines: Line[] = [];
  const spent = new Set<string>();
  for (const [i, { text, ...place }] of rest.entries()) {
    const line = text === undefined ? undefined : decodeLine(text);
    if (line === undefined) throw damaged(name, i + 2, 'is not an entry of a ledger');
    if (line.previous !== digest) throw damaged(name, i + 2, 'does not follow from the line before it');
    const session = `${line.partner} ${line.entry.request}`;
    if (line.entry.kind === 'spent') spent.add(session);
    else if (!spent.has(session)) throw damaged(name, i + 2, 'answers a request for which nothing was spent');
    lines.push(line);
    ({ digest, end } = place);
  }
  return { lines, wholeBytes: end, digest };
}

/** The digest by which a line is named in the next. */
export function lineDigest(line: Uint8Array): string {
  return toHex(sha256(line));
}

interface TextLine {
  /** `undefined` when the bytes are not UTF-8. */
  readonly text: string | undefined;
  readonly digest: string;
  /** Where the next line begins. */
  readonly end: number;
}

/** The lines that end in a line feed. */
function splitLines(bytes: Uint8Array): TextLine[] {
  const lines: TextLine[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
    const line = bytes.subarray(start, end);
    start = end + 1;
    lines.push({ text: decodeUtf8(line), digest: lineDigest(line), end: start });
  }
  return lines;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function isPrefix(bytes: Uint8Array, whole: Uint8Array): boolean {
  return bytes.length <= whole.length && bytes.every((byte, i) => byte === whole[i]);
}

function damaged(name: string, line: number, what: string): VesicaError {
  return new VesicaError('ledger/damaged', `${name}: line ${line} ${what}`, { field: 'ledger' });
}
