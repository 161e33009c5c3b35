import { type KEY_TYPES, createEngine, inlineOperations, keyTypeCode } from '../../../src/group/index.js';
import { sha256 } from './lists.js';

type IdentifierType = Exclude<(typeof KEY_TYPES)[number], 'dummy'>;

/** An identifier that occurs nowhere else in the world: as a list holds it, and as its profile normalises it. */
export interface Canary {
  readonly type: IdentifierType;
  readonly written: string;
  readonly normalised: string;
}

/** One of the forms in which an identifier could leak. */
export interface Needle {
  readonly name: string;
  readonly bytes: Buffer;
  /** Texts are looked for in any case. */
  readonly isText: boolean;
}

const operations = inlineOperations(createEngine('noble'));
const ONE = Uint8Array.of(1, ...new Uint8Array(31));

/** Every form of `canary`: as written, normalised, its match key as bytes and in four spellings, its group element. */
export async function needlesOf({ type, written, normalised }: Canary): Promise<Needle[]> {
  const key = sha256(normalised);
  const batch = { types: Uint8Array.of(keyTypeCode(type)), keys: Uint8Array.from(key) };
  const element = Buffer.from(await operations.blind(batch, ONE));
  const text = (name: string, value: string): Needle => ({
    name: `${written}: ${name}`,
    bytes: Buffer.from(value.toLowerCase()),
    isText: true,
  });
  return [
    text('as written', written.trim()),
    text('normalised', normalised),
    text('match key in hex', key.toString('hex')),
    text('match key in base64', key.toString('base64').replace(/=+$/, '')),
    text('match key in base64url', key.toString('base64url')),
    text('match key as a list of numbers', [...key.subarray(0, 8)].join(',')),
    { name: `${written}: match key`, bytes: key, isText: false },
    { name: `${written}: group element before blinding`, bytes: element, isText: false },
  ];
}

/** Names of the needles that occur in `haystack`. */
export function found(needles: readonly Needle[], haystack: Uint8Array): string[] {
  const bytes = Buffer.from(haystack);
  const folded = Buffer.from(bytes.toString('latin1').toLowerCase(), 'latin1');
  return needles
    .filter((needle) => (needle.isText ? folded : bytes).includes(needle.bytes))
    .map(({ name }) => name);
}
