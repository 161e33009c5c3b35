import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreementDigest, type AgreementTerms } from '../../../src/node/partners/index.js';
import { failure } from '../support/states.js';
import { agreementTerms } from './support.js';

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/** The same document with the keys of each object in an order that `rank` gives. */
function reordered(value: Json, rank: (key: string) => number): Json {
  if (Array.isArray(value)) return value.map((item: Json) => reordered(item, rank));
  if (typeof value !== 'object') return value;
  const keys = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b));
  return Object.fromEntries(keys.map(([key, item]) => [key, reordered(item, rank)]));
}

/** Every document that differs from `value` in one place. */
function changes(value: Json): Json[] {
  if (typeof value === 'string') return [`${value}0`, value.slice(1), ` ${value}`];
  if (typeof value === 'number') return [value + 1, -value, String(value)];
  if (typeof value === 'boolean') return [!value, String(value)];
  const entries = Object.entries<Json>(value);
  const put = (list: [string, Json][]): Json =>
    Array.isArray(value) ? list.map(([, item]) => item) : Object.fromEntries(list);
  return [
    put([...entries, ['extra', true]]),
    ...(Array.isArray(value) && value.length > 1 ? [put(entries.toReversed())] : []),
    ...entries.flatMap(([key, item], i) => [
      put(entries.toSpliced(i, 1)),
      ...changes(item).map((other) => put(entries.toSpliced(i, 1, [key, other]))),
    ]),
  ];
}

const TERMS = agreementTerms() as unknown as Json;
const digestOf = (value: Json): string => agreementDigest(value as unknown as AgreementTerms);

describe('the digest of an agreement', () => {
  it('is SHA-256 of the canonical JSON', () => {
    // Computed with another program: json.dumps(terms, sort_keys=True, separators=(',', ':')) and sha256sum.
    expect(digestOf(TERMS)).toBe('1138b8326665b9de2b89f423a14e511cd7ea6b9fcfa4eb072e35a9052f4e5d0a');
    expect(digestOf({ b: [1, true, 'é\n"'], a: { d: '', c: 'ü' } })).toBe(
      '072b57004d55b38026466974a406a3b52f46ca31cf06b765f2b32332453197bb',
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (stream) => {
        const ranks = new Map<string, number>();
        const rank = (key: string): number => {
          if (!ranks.has(key)) ranks.set(key, stream.next().value as number);
          return ranks.get(key) ?? 0;
        };
        expect(digestOf(reordered(TERMS, rank))).toBe(digestOf(TERMS));
      }),
    );
  });

  it('differs for every document that differs in one place', () => {
    const others = [TERMS, ...changes(TERMS)];
    const texts = new Set(others.map((one) => JSON.stringify(one)));
    expect(others.length).toBeGreaterThan(150);
    expect(new Set(others.map(digestOf)).size).toBe(texts.size);
  });

  it.each([
    ['a fraction', 0.5],
    ['a number that is not exact', 2 ** 53],
    ['not a number', Number.NaN],
    ['nothing', null],
    ['an absent value', undefined],
    ['text in two code points', 'e\u0301'],
    ['half a character', '\ud800'],
  ])('does not exist for %s', async (_, value) => {
    const error = await failure(() => digestOf({ a: value as Json }));
    expect(error.code).toBe('internal/defect');
  });
});
