import { VesicaError } from '../../errors.js';
import { LIMITS } from '../limits.js';

/**
 * Walks one MessagePack value and refuses what the protocol does not use, before any decoder allocates for it: lengths
 * past the end of the frame, deep nesting, more values than any message has, repeated keys, keys that are not text,
 * invalid UTF-8, extension types, floats, nil, 64-bit integers and trailing bytes.
 *
 * @throws VesicaError `peer/malformed-message`.
 */
export function scanMessage(frame: Uint8Array): void {
  const cursor: Cursor = {
    frame,
    view: new DataView(frame.buffer, frame.byteOffset, frame.length),
    offset: 0,
    values: 0,
  };
  scanValue(cursor, 0);
  if (cursor.offset !== frame.length) throw malformed(cursor, 'bytes after the message');
}

interface Cursor {
  readonly frame: Uint8Array;
  readonly view: DataView;
  offset: number;
  values: number;
}

const utf8Decoder = new TextDecoder('utf-8', { fatal: true });

function malformed(cursor: Cursor, what: string): VesicaError {
  return new VesicaError('peer/malformed-message', `malformed message: ${what} at byte ${cursor.offset}`);
}

/** Moves past `bytes` bytes and returns where they began. */
function take(cursor: Cursor, bytes: number): number {
  const start = cursor.offset;
  if (bytes > cursor.frame.length - start) throw malformed(cursor, 'a length past the end');
  cursor.offset += bytes;
  return start;
}

function takeUint(cursor: Cursor, bytes: 1 | 2 | 4): number {
  const start = take(cursor, bytes);
  if (bytes === 1) return cursor.view.getUint8(start);
  return bytes === 2 ? cursor.view.getUint16(start) : cursor.view.getUint32(start);
}

function scanValue(cursor: Cursor, depth: number): void {
  if (depth > LIMITS.depth) throw malformed(cursor, 'too deep a nesting');
  cursor.values += 1;
  if (cursor.values > LIMITS.values) throw malformed(cursor, 'too many values');
  const tag = takeUint(cursor, 1);
  if (tag <= 0x7f || tag >= 0xe0 || tag === 0xc2 || tag === 0xc3) return;
  if (tag <= 0x8f) {
    scanMap(cursor, tag & 0x0f, depth);
    return;
  }
  if (tag <= 0x9f) {
    scanList(cursor, tag & 0x0f, depth);
    return;
  }
  if (tag <= 0xbf) return void scanText(cursor, tag & 0x1f);
  switch (tag) {
    case 0xc4:
      return void take(cursor, takeUint(cursor, 1));
    case 0xc5:
      return void take(cursor, takeUint(cursor, 2));
    case 0xc6:
      return void take(cursor, takeUint(cursor, 4));
    case 0xcc:
    case 0xd0:
      return void take(cursor, 1);
    case 0xcd:
    case 0xd1:
      return void take(cursor, 2);
    case 0xce:
    case 0xd2:
      return void take(cursor, 4);
    case 0xd9:
      return void scanText(cursor, takeUint(cursor, 1));
    case 0xda:
      return void scanText(cursor, takeUint(cursor, 2));
    case 0xdc: {
      scanList(cursor, takeUint(cursor, 2), depth);
      return;
    }
    case 0xde: {
      scanMap(cursor, takeUint(cursor, 2), depth);
      return;
    }
    default:
      throw malformed(cursor, `type byte 0x${tag.toString(16)}`);
  }
}

function scanText(cursor: Cursor, length: number): string {
  const start = take(cursor, length);
  try {
    return utf8Decoder.decode(cursor.frame.subarray(start, start + length));
  } catch {
    throw malformed(cursor, 'text that is not UTF-8');
  }
}

function scanList(cursor: Cursor, count: number, depth: number): void {
  // Each item takes at least one byte, so a count past the rest of the frame cannot be true.
  if (count > cursor.frame.length - cursor.offset) throw malformed(cursor, 'a length past the end');
  for (let i = 0; i < count; i += 1) scanValue(cursor, depth + 1);
}

function scanMap(cursor: Cursor, count: number, depth: number): void {
  if (2 * count > cursor.frame.length - cursor.offset) throw malformed(cursor, 'a length past the end');
  const keys = new Set<string>();
  for (let i = 0; i < count; i += 1) {
    const tag = takeUint(cursor, 1);
    if (tag < 0xa0 || tag > 0xbf) throw malformed(cursor, 'a key that is not a short text');
    const key = scanText(cursor, tag & 0x1f);
    if (keys.has(key)) throw malformed(cursor, `the key ${JSON.stringify(key)} twice`);
    keys.add(key);
    scanValue(cursor, depth + 1);
  }
}
