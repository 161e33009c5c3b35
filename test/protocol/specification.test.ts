import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERRORS, EXIT_CODES } from '../../src/errors.js';
import type { Message } from '../../src/protocol/index.js';
import { LIMITS, decodeMessage, encodeMessage } from '../../src/protocol/index.js';
import { MESSAGES } from '../../src/protocol/codec/index.js';
import { requireSameTerms } from '../../src/protocol/terms.js';
import { TERMS } from '../support/session-pair.js';
import { SPEND } from './support/measured.js';
import { EXAMPLES, MESSAGE_TYPES } from './support/messages.js';

const specification = (name: string): string =>
  readFileSync(new URL(`../../protocol-spec/${name}`, import.meta.url), 'utf8');

/** The rows of the first table under the heading `heading` (the whole text when empty), without its head. */
function tableRows(text: string, heading: string): string[][] {
  const from = heading === '' ? 0 : text.indexOf(`\n${heading}\n`) + 1;
  if (heading !== '' && from === 0) throw new Error(`no heading ${heading}`);
  const body = text.slice(from + heading.length);
  const section = heading === '' ? body : (body.split(/\n#+ /)[0] ?? '');
  const start = section.indexOf('\n|');
  if (start < 0) return [];
  const table = section.slice(start + 1).split('\n\n')[0] ?? '';
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
const headings = (text: string, from: string, to: string): string[] =>
  [...text.slice(text.indexOf(from), text.indexOf(to)).matchAll(/^### (\S+)$/gm)].map(([, name]) => name!);
const TEXTS = [
  'README.md',
  'handshake.md',
  'messages.md',
  'modes.md',
  'measures.md',
  'receipts.md',
  'leakage.md',
  'limits.md',
];
const unquoted = (cell: string): string => cell.replaceAll('`', '');

describe('errors.md', () => {
  it('has the same codes as the registry, in its order, with the same columns', () => {
    const documented = tableRows(specification('errors.md'), '');
    const registry = Object.entries(ERRORS).map(([code, definition]) => [
      code,
      definition.class,
      definition.retryable ? 'yes' : 'no',
      definition.wire === 'same' ? 'this code' : definition.wire,
      String(definition.closeCode),
      String(definition.http),
      String(EXIT_CODES[definition.class]),
      definition.next,
    ]);
    expect(
      documented.map((row) => row.map((cell, column) => (column === 7 ? cell : unquoted(cell)))),
    ).toEqual(registry);
  });

  it('explains only codes that exist, and every code of the peer class', () => {
    const explained = tableRows(specification('errors.md'), '## When the protocol gives which code').map(
      ([code]) => unquoted(code!),
    );
    expect(explained.filter((code) => !Object.hasOwn(ERRORS, code))).toEqual([]);
    const ofPeers = Object.keys(ERRORS).filter((code) => code.startsWith('peer/'));
    expect(explained).toEqual(expect.arrayContaining(ofPeers));
  });

  it('is all that the other texts speak of', () => {
    for (const name of TEXTS) {
      const codes = [...specification(name).matchAll(/`([a-z]+\/[a-z-]+)`/g)].map(([, code]) => code!);
      expect(
        codes.filter((code) => !Object.hasOwn(ERRORS, code)),
        name,
      ).toEqual([]);
    }
  });
});

describe('limits.md', () => {
  it('has the same limits with the same values as the code', () => {
    const documented = tableRows(specification('limits.md'), '');
    expect(documented.map(([name, value]) => [name, Number(value)])).toEqual(Object.entries(LIMITS));
  });
});

/** A place in a message: how to make a message that has `value` there. */
type Put = (value: unknown) => Message;

/** Where the fields of each map of messages.md live. */
const PLACES: Readonly<Record<string, { readonly keys: readonly string[]; put: (key: string) => Put }>> = {
  ...Object.fromEntries(
    MESSAGE_TYPES.map((type) => [
      type,
      {
        keys: Object.keys(EXAMPLES[type]).filter((key) => key !== 'type'),
        put:
          (key: string): Put =>
          (value) => ({ ...EXAMPLES[type], [key]: value }),
      },
    ]),
  ),
  terms: {
    keys: Object.keys(EXAMPLES.offer.terms),
    put: (key) => (value) => ({ ...EXAMPLES.offer, terms: { ...EXAMPLES.offer.terms, [key]: value } }),
  },
  measure: {
    keys: Object.keys(SPEND),
    put: (key) => (value) => ({
      ...EXAMPLES.offer,
      terms: { ...EXAMPLES.offer.terms, measures: [{ ...SPEND, [key]: value }] },
    }),
  },
  cell: {
    keys: ['size', 'label'],
    put: (key) => (value) => ({ ...EXAMPLES.inventory, cells: [{ size: 0, label: [], [key]: value }] }),
  },
  arms: {
    keys: Object.keys(EXAMPLES.inventory.arms),
    put: (key) => (value) => ({ ...EXAMPLES.inventory, arms: { ...EXAMPLES.inventory.arms, [key]: value } }),
  },
};

/** Values that a type of messages.md allows at its edges, and values just past them. */
function edges(type: string): { good: unknown[]; bad: unknown[] } {
  const range = (text: string): [number, number] => {
    const [from = NaN, to = from] = text.split('..').map(Number);
    return [from, to];
  };
  const [word = '', ...rest] = type.split(' ');
  const others = ['a text', 7.5, new Uint8Array(5), null, {}, []];
  switch (word) {
    case 'integer': {
      const [from, to] = range(rest[0]!);
      return { good: [from, to], bad: [from - 1, to + 1, ...others] };
    }
    case 'text': {
      const most = Number(rest[0]);
      const good = ['', 'x'.repeat(most), 'é'.repeat(most / 2)];
      return { good, bad: ['x'.repeat(most + 1), `é${'x'.repeat(most - 1)}`, 'a\nb', ...others.slice(1)] };
    }
    case 'bytes': {
      const [from, to] = range(rest[0]!);
      const bad = [
        new Uint8Array(from - 1),
        new Uint8Array(to + 1),
        ...others.filter((v) => !(v instanceof Uint8Array)),
      ];
      return { good: [new Uint8Array(from), new Uint8Array(to)], bad };
    }
    case 'list': {
      const [from, to] = range(rest[0]!);
      const item = edges(rest.slice(2).join(' '));
      const good = [0, 1].map((i) => Array.from({ length: [from, to][i]! }, () => item.good[0]));
      const bad: unknown[] = [Array.from({ length: to + 1 }, () => item.good[0])];
      if (from > 0) bad.push(Array.from({ length: from - 1 }, () => item.good[0]));
      return { good: [...good, item.good], bad: [...bad, ...item.bad.map((value) => [value]), 'a text', {}] };
    }
    case 'one': {
      const options = type.slice('one of '.length).split(', ');
      return { good: options, bad: ['', 'x', options[0]!.toUpperCase(), ...others] };
    }
    case 'flag':
      return { good: [true, false], bad: [0, 1, ...others] };
    case 'terms':
      return { good: [TERMS], bad: [{ ...TERMS, extra: 1 }, ...others] };
    case 'arms':
      return { good: [EXAMPLES.inventory.arms], bad: others };
    case 'measure':
      return { good: [SPEND], bad: [{ ...SPEND, extra: 1 }, ...others] };
    case 'cell':
      return { good: [{ size: 0, label: [] }], bad: others };
    default:
      throw new Error(`messages.md has a type that this test does not know: ${type}`);
  }
}

describe('messages.md', () => {
  const text = specification('messages.md');

  it('has exactly the messages of the code', () => {
    expect(headings(text, '## The messages', '## Maps inside')).toEqual(Object.keys(MESSAGES));
    expect(headings(text, '## Maps inside', '## Streams')).toEqual(['terms', 'measure', 'cell', 'arms']);
    expect(Object.keys(EXAMPLES)).toEqual(Object.keys(MESSAGES));
  });

  it.each(Object.keys(PLACES))('%s: has exactly its fields, in the order they are sent', (name) => {
    expect(tableRows(text, `### ${name}`).map(([field]) => field)).toEqual(PLACES[name]!.keys);
  });

  const fields = Object.keys(PLACES).flatMap((name) =>
    tableRows(text, `### ${name}`).map(([field, type]): [string, string, string] => [name, field!, type!]),
  );
  it.each(fields)('%s.%s is %s, no less and no more', (name, field, type) => {
    const put = PLACES[name]!.put(field);
    const { good, bad } = edges(type);
    for (const value of good) {
      const frame = encodeMessage(put(value));
      expect(Buffer.compare(encodeMessage(decodeMessage(frame)), frame)).toBe(0);
    }
    for (const value of bad) {
      expect(() => decodeMessage(encodeMessage(put(value)))).toThrow(
        expect.objectContaining({ code: 'peer/malformed-message' }) as Error,
      );
    }
  });

  it('names each term as a refusal does', () => {
    for (const [term, , , named] of tableRows(text, '### terms')) {
      const lists: Record<string, unknown> = { keyTypes: ['phone'], measures: [SPEND] };
      const other = { ...TERMS, [term!]: lists[term!] ?? 'different' };
      expect(() => requireSameTerms(TERMS, other)).toThrow(
        expect.objectContaining({ field: named }) as Error,
      );
    }
  });
});
