import fc from 'fast-check';
import { IDENTIFIER_TYPES, SUITE } from '../../../src/group/index.js';
import { PROFILES } from '../../../src/identity/index.js';
import type { Message, MessageOf } from '../../../src/protocol/index.js';
import {
  DISCLOSURES,
  LIMITS,
  MODES,
  NO_ARMS,
  ROLES,
  STATISTICS,
  isPlainText,
} from '../../../src/protocol/index.js';
import { STAGES } from '../../../src/protocol/codec/index.js';
import { TERMS } from '../../support/session-pair.js';

export type MessageType = Message['type'];
export const MESSAGE_TYPES: readonly MessageType[] = [
  'hello',
  'offer',
  'accept',
  'inventory',
  'recall',
  'chunk',
  'ack',
  'figures',
  'receipt',
  'abort',
];

const filled = (length: number, value = 7): Uint8Array => new Uint8Array(length).fill(value);

/** One well-formed message of each type. */
export const EXAMPLES: { readonly [Type in MessageType]: MessageOf<Type> } = {
  hello: {
    type: 'hello',
    versions: [1],
    party: 'a',
    software: 'test',
    key: filled(32),
    nonce: filled(32),
  },
  offer: { type: 'offer', session: filled(32), terms: { ...TERMS, suite: SUITE } },
  accept: { type: 'accept' },
  inventory: { type: 'inventory', size: 2, dimensions: [], arms: NO_ARMS, cells: [], input: filled(32) },
  recall: { type: 'recall', stored: false },
  chunk: { type: 'chunk', stage: 'elements', seq: 0, items: filled(64) },
  ack: { type: 'ack', stage: 'elements', chunks: 1 },
  figures: { type: 'figures', values: filled(8) },
  receipt: { type: 'receipt', signature: filled(64) },
  abort: { type: 'abort', code: 'session/cancelled', field: '' },
};

const plainText = (maxBytes: number): fc.Arbitrary<string> =>
  fc.string({ unit: 'binary', maxLength: maxBytes }).filter((text) => isPlainText(text, maxBytes));
const bytes = (minLength: number, maxLength = minLength): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength, maxLength });
const integer = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }));
const stage = fc.constantFrom(...STAGES);
const name = plainText(LIMITS.textBytes);

/** Any well-formed message of each type. Long fields reach their bound now and then. */
export const ANY: { readonly [Type in MessageType]: fc.Arbitrary<MessageOf<Type>> } = {
  hello: fc.record({
    type: fc.constant('hello'),
    versions: fc.array(integer(1, 0xffff), { minLength: 1, maxLength: 8 }),
    party: name,
    software: plainText(64),
    key: bytes(32),
    nonce: bytes(32),
  }),
  offer: fc.record({
    type: fc.constant('offer'),
    session: bytes(32),
    terms: fc.record({
      suite: plainText(64),
      mode: fc.constantFrom(...MODES),
      initiatorRole: fc.constantFrom(...ROLES),
      profile: fc.constantFrom(...PROFILES),
      keyTypes: fc.array(fc.constantFrom(...IDENTIFIER_TYPES), { minLength: 1, maxLength: 5 }),
      purpose: name,
      disclosure: fc.constantFrom(...DISCLOSURES),
      epsilon: plainText(32),
      delta: plainText(32),
      measures: fc.array(
        fc.record({
          name,
          quantum: plainText(32),
          bound: plainText(32),
          statistic: fc.constantFrom(...STATISTICS),
        }),
        { maxLength: LIMITS.measures },
      ),
      minCell: integer(0, LIMITS.elements),
      minList: integer(0, LIMITS.elements),
      shareLabels: fc.boolean(),
      shareResults: fc.boolean(),
      agreement: fc.constantFrom('', 'ab'.repeat(32)),
    }),
  }),
  accept: fc.constant({ type: 'accept' }),
  inventory: fc.record({
    type: fc.constant('inventory'),
    size: integer(0, LIMITS.elements),
    dimensions: fc.array(name, { maxLength: LIMITS.dimensions }),
    arms: fc.record({ column: name, treatment: fc.array(name, { maxLength: 4 }), control: name }),
    cells: fc.array(
      fc.record({
        size: integer(0, LIMITS.elements),
        label: fc.array(name, { maxLength: LIMITS.dimensions }),
      }),
      { maxLength: 20 },
    ),
    input: bytes(32),
  }),
  recall: fc.record({ type: fc.constant('recall'), stored: fc.boolean() }),
  chunk: fc.record({
    type: fc.constant('chunk'),
    stage,
    seq: integer(0, LIMITS.elements),
    items: fc.oneof(
      bytes(1, 300),
      fc.constantFrom(255, 256, 65_535, 65_536, 2 ** 20).map((n) => filled(n)),
    ),
  }),
  ack: fc.record({ type: fc.constant('ack'), stage, chunks: integer(1, LIMITS.elements) }),
  figures: fc.record({ type: fc.constant('figures'), values: bytes(8, 100) }),
  receipt: fc.record({ type: fc.constant('receipt'), signature: bytes(64) }),
  abort: fc.record({ type: fc.constant('abort'), code: plainText(64), field: plainText(64) }),
};
