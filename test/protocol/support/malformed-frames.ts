import { concatBytes, utf8 } from '../../../src/bytes.js';
import type { ErrorCode } from '../../../src/errors.js';
import { LIMITS, encodeMessage } from '../../../src/protocol/index.js';
import { EXAMPLES } from './messages.js';

/** A frame that must be refused, with the code and the field (empty: none) that the refusal names. */
export interface MalformedFrame {
  readonly name: string;
  readonly frame: Uint8Array;
  readonly code: ErrorCode;
  readonly field: string;
}

const raw = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const shortText = (text: string): Uint8Array => concatBytes(raw(0xa0 + utf8(text).length), utf8(text));
const bin8 = (length: number): Uint8Array => concatBytes(raw(0xc4, length), new Uint8Array(length));

/** A map from its keys and the bytes of their values; entries may repeat. */
const mapOf = (...entries: readonly (readonly [string, Uint8Array])[]): Uint8Array =>
  concatBytes(raw(0x80 + entries.length), ...entries.flatMap(([key, value]) => [shortText(key), value]));
/** A message from its type and the bytes of its fields. */
const message = (type: string, ...fields: readonly (readonly [string, Uint8Array])[]): Uint8Array =>
  mapOf(['type', shortText(type)], ...fields);
/** An `ack` whose count is `value`. */
const ackOf = (value: Uint8Array): Uint8Array =>
  message('ack', ['stage', shortText('tags')], ['chunks', value]);
const abortWith = (field: Uint8Array): Uint8Array =>
  message('abort', ['code', shortText('x/y')], ['field', field]);
const nested = (depth: number): Uint8Array => concatBytes(new Uint8Array(depth).fill(0x91), raw(0x00));

const malformed = (name: string, frame: Uint8Array, field = ''): MalformedFrame => ({
  name,
  frame,
  code: 'peer/malformed-message',
  field,
});
const valid = encodeMessage(EXAMPLES.chunk);

export const MALFORMED_FRAMES: readonly MalformedFrame[] = [
  malformed('an empty frame', raw()),
  malformed('an integer and no map', raw(0x01), 'type'),
  malformed('a list and no map', raw(0x91, 0x01), 'type'),
  malformed('a text and no map', shortText('ack'), 'type'),
  malformed('bytes and no map', bin8(3), 'type'),
  malformed('an empty map', raw(0x80), 'type'),
  malformed('an unknown type', message('reject'), 'type'),
  malformed('a type that every object inherits', message('constructor'), 'type'),
  malformed('a type that is no text', mapOf(['type', raw(0x01)]), 'type'),
  malformed('a type in upper case', message('ACCEPT'), 'type'),

  malformed('an unknown key', message('accept', ['extra', raw(0x01)])),
  malformed('the key __proto__', message('accept', ['__proto__', raw(0x80)])),
  malformed(
    'an unknown key inside',
    message(
      'inventory',
      ['size', raw(0)],
      ['dimensions', raw(0x90)],
      [
        'arms',
        mapOf(
          ['column', shortText('')],
          ['treatment', raw(0x90)],
          ['control', shortText('')],
          ['extra', raw(0)],
        ),
      ],
      ['cells', raw(0x90)],
      ['input', bin8(32)],
    ),
    'arms',
  ),
  malformed('a missing key', message('ack', ['stage', shortText('tags')])),
  malformed(
    'a repeated key',
    message('ack', ['stage', shortText('tags')], ['chunks', raw(1)], ['chunks', raw(1)]),
  ),
  malformed('the type twice', mapOf(['type', shortText('accept')], ['type', shortText('accept')])),
  malformed('a key that is an integer', concatBytes(raw(0x81), raw(0x01), raw(0x01))),
  malformed('a key with a long header', concatBytes(raw(0x81, 0xd9, 4), utf8('type'), shortText('accept'))),
  malformed('a key of bytes', concatBytes(raw(0x81, 0xc4, 4), utf8('type'), shortText('accept'))),

  malformed('nil', ackOf(raw(0xc0))),
  malformed('the unused byte 0xc1', ackOf(raw(0xc1))),
  malformed('a 32-bit float', ackOf(raw(0xca, 0x3f, 0x80, 0, 0))),
  malformed('a 64-bit float', ackOf(raw(0xcb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0))),
  malformed('an unsigned 64-bit integer', ackOf(raw(0xcf, 0, 0, 0, 0, 0, 0, 0, 1))),
  malformed('a signed 64-bit integer', ackOf(raw(0xd3, 0, 0, 0, 0, 0, 0, 0, 1))),
  malformed('a 1-byte extension', ackOf(raw(0xd4, 1, 1))),
  malformed('a 16-byte extension', ackOf(concatBytes(raw(0xd8, 1), new Uint8Array(16)))),
  malformed('an extension with a length', ackOf(raw(0xc7, 1, 1, 1))),
  malformed('a timestamp', ackOf(raw(0xd6, 0xff, 0, 0, 0, 1))),
  malformed('a text with a 32-bit length', abortWith(raw(0xdb, 0, 0, 0, 1, 0x61))),

  malformed('an integer below its bound', ackOf(raw(0)), 'chunks'),
  malformed('a negative integer', ackOf(raw(0xff)), 'chunks'),
  malformed('an integer past its bound', ackOf(raw(0xce, 0x08, 0, 0, 1)), 'chunks'),
  malformed('true for an integer', ackOf(raw(0xc3)), 'chunks'),
  malformed('a text for an integer', ackOf(shortText('1')), 'chunks'),
  malformed(
    'a stage that does not exist',
    message('ack', ['stage', shortText('rows')], ['chunks', raw(1)]),
    'stage',
  ),
  malformed('a text for bytes', message('figures', ['values', shortText('12345678')]), 'values'),
  malformed('a list for bytes', message('figures', ['values', raw(0x98, 0, 0, 0, 0, 0, 0, 0, 0)]), 'values'),
  malformed('bytes for a text', abortWith(bin8(3)), 'field'),
  malformed('a flag that is a number', message('recall', ['stored', raw(1)]), 'stored'),
  malformed('a flag that is nil', message('recall', ['stored', raw(0xc0)])),
  malformed('figures of seven bytes', message('figures', ['values', bin8(7)]), 'values'),
  malformed('the message of counts alone', message('counts', ['values', bin8(8)]), 'type'),
  malformed('a signature one byte short', message('receipt', ['signature', bin8(63)]), 'signature'),
  malformed('a signature one byte long', message('receipt', ['signature', bin8(65)]), 'signature'),
  malformed(
    'an empty chunk',
    message('chunk', ['stage', shortText('tags')], ['seq', raw(0)], ['items', bin8(0)]),
    'items',
  ),
  malformed(
    'a text one byte past its bound',
    abortWith(concatBytes(raw(0xd9, 65), new Uint8Array(65).fill(0x61))),
    'field',
  ),
  malformed('a control character', abortWith(raw(0xa1, 0x07)), 'field'),
  malformed('a line break', abortWith(raw(0xa1, 0x0a)), 'field'),
  malformed('a line separator', abortWith(raw(0xa3, 0xe2, 0x80, 0xa8)), 'field'),
  malformed('text that is not UTF-8', abortWith(raw(0xa1, 0xff))),
  malformed('text cut inside a character', abortWith(raw(0xa2, 0xe2, 0x80))),
  malformed('an overlong UTF-8 form', abortWith(raw(0xa2, 0xc0, 0xaf))),
  malformed('a surrogate in UTF-8', abortWith(raw(0xa3, 0xed, 0xa0, 0x80))),

  malformed('a byte after the message', concatBytes(valid, raw(0))),
  malformed('two messages', concatBytes(valid, valid)),
  malformed('a message without its last byte', valid.subarray(0, -1)),
  malformed('a map that claims an entry too many', raw(0x81)),
  malformed('a map of 65,535 in 10 bytes', raw(0xde, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0)),
  malformed('a map of 4 G in 10 bytes', raw(0xdf, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0)),
  malformed('a list of 65,535 in 10 bytes', raw(0xdc, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0)),
  malformed('a list of 4 G in 10 bytes', raw(0xdd, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0)),
  malformed('bytes of 4 GB in 10 bytes', raw(0xc6, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0)),
  malformed('a text of 65,535 in 10 bytes', raw(0xda, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0)),
  malformed('an extension of 4 GB in 10 bytes', raw(0xc9, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0)),
  malformed('lists one level too deep', nested(LIMITS.depth + 1)),
  malformed('lists a thousand levels deep', nested(1000)),
];

/** Too large to print, or to keep in a file of vectors. */
export const OVERSIZED_FRAMES: readonly MalformedFrame[] = [
  malformed(
    'a chunk one byte past its bound',
    message(
      'chunk',
      ['stage', shortText('tags')],
      ['seq', raw(0)],
      ['items', concatBytes(raw(0xc6, 0, 0x10, 0, 1), new Uint8Array(2 ** 20 + 1))],
    ),
    'items',
  ),
  malformed(
    'one value more than any message has',
    concatBytes(raw(0x91, 0xdc, 0xff, 0xff), new Uint8Array(65_535)),
  ),
  malformed(
    'a frame full of empty maps',
    concatBytes(
      raw(0x9f),
      ...Array.from({ length: 15 }, () =>
        concatBytes(raw(0xdc, 0xff, 0xff), new Uint8Array(65_535).fill(0x80)),
      ),
    ),
  ),
  malformed('a frame of nested lists', new Uint8Array(LIMITS.frameBytes).fill(0x91)),
  {
    name: 'a frame one byte past the limit',
    frame: concatBytes(valid, new Uint8Array(LIMITS.frameBytes + 1 - valid.length)),
    code: 'limit/frame',
    field: 'frameBytes',
  },
];
