import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/errors.js';
import {
  CATALOGUES,
  formatsOf,
  isMessageKey,
  LOCALES,
  partsOf,
  translator,
} from '../../src/messages/index.js';

/** A part of a parsed message (types of @formatjs/icu-messageformat-parser). */
interface Element {
  readonly type: number;
  readonly value?: string;
  readonly options?: Readonly<Record<string, { readonly value: readonly Element[] }>>;
}
const LITERAL = 0;

/** Names and kinds of what a message is given, with those of its cases. */
function argumentsOf(elements: readonly Element[]): Set<string> {
  const found = new Set<string>();
  for (const element of elements) {
    if (element.type !== LITERAL && element.value !== undefined) found.add(element.value);
    for (const option of Object.values(element.options ?? {})) {
      argumentsOf(option.value).forEach((name) => found.add(name));
    }
  }
  return found;
}

const parse = (text: string, tag: string): readonly Element[] =>
  new IntlMessageFormat(text, tag, undefined, { ignoreTag: true }).getAst();

describe('the catalogue', () => {
  it('has the same keys in every language, and takes the same values for each', () => {
    const keys = Object.keys(CATALOGUES.en);
    expect(keys.length).toBeGreaterThan(200);
    expect(Object.keys(CATALOGUES.nl).sort()).toEqual([...keys].sort());
    const different = keys.filter((key) => {
      const [en, nl] = LOCALES.map((locale) => {
        const text = CATALOGUES[locale][key as keyof typeof CATALOGUES.en];
        return [...argumentsOf(parse(text, locale))].sort().join();
      });
      return en !== nl;
    });
    expect(different).toEqual([]);
  });

  it('has no empty text and none that is markup', () => {
    for (const locale of LOCALES) {
      const bad = Object.entries(CATALOGUES[locale]).filter(
        ([, text]) => text.trim() === '' || /<\/?[a-z]/i.test(text),
      );
      expect(bad, locale).toEqual([]);
    }
  });

  it('has a sentence and a next step for every error code, and for no other', () => {
    const codes = Object.keys(ERRORS).flatMap((code) => [`error.${code}.what`, `error.${code}.next`]);
    for (const locale of LOCALES) {
      const keys = Object.keys(CATALOGUES[locale]).filter((key) => key.startsWith('error.'));
      expect(keys.sort(), locale).toEqual([...codes].sort());
      const unfinished = keys.filter(
        (key) => !/^\p{Lu}.*\.$/u.test(CATALOGUES[locale][key as 'error.api/gone.what']),
      );
      expect(unfinished, locale).toEqual([]);
    }
  });

  it('has no next step in English that is left in Dutch', () => {
    const left = Object.entries(CATALOGUES.en).filter(
      ([key, text]) => key.startsWith('error.') && CATALOGUES.nl[key as 'error.api/gone.what'] === text,
    );
    expect(left).toEqual([]);
  });
});

describe('translator', () => {
  it('fills in values, by the rules of the language', () => {
    expect(translator('en')('shell.steps.where', { step: 2, of: 5 })).toBe('Step 2 of 5');
    expect(translator('nl')('shell.steps.where', { step: 2, of: 5 })).toBe('Stap 2 van 5');
  });

  it('takes values as text, whatever is in them', () => {
    const hostile = '<b onclick=x>{page}</b>';
    expect(translator('en')('shell.title', { page: hostile })).toBe(`${hostile} · Vesica`);
  });

  it('tells when a value is missing', () => {
    expect(() => translator('en')('shell.title')).toThrow(/page/);
  });

  it('gives the parts of a message, so that a value may be anything', () => {
    const page = { element: 'bdi' };
    expect(partsOf('en', 'shell.title', { page })).toEqual([page, ' · Vesica']);
  });

  it('knows its keys', () => {
    expect(isMessageKey('shell.title')).toBe(true);
    expect(isMessageKey('shell.state.nonsense')).toBe(false);
    expect(isMessageKey('toString')).toBe(false);
  });
});

describe('formats', () => {
  const [en, nl] = [formatsOf('en'), formatsOf('nl')];

  it('write numbers with the marks of the language', () => {
    expect([en.number(12345.678), nl.number(12345.678)]).toEqual(['12,345.68', '12.345,68']);
    expect([en.number('0.5'), nl.number('0.5')]).toEqual(['0.5', '0,5']);
    expect(en.number('not known')).toBe('not known');
    expect([en.percent(12.34), nl.percent('12.34')]).toEqual(['12.3%', '12,3%']);
    expect([en.signed(3), en.signed(-3), en.signed(0)]).toEqual(['+3', '-3', '0']);
  });

  it('write bytes and spans in units that people read', () => {
    expect([en.bytes(0), en.bytes(999), en.bytes(1000), en.bytes(1_234_567)]).toEqual([
      '0 byte',
      '999 byte',
      '1 kB',
      '1.2 MB',
    ]);
    expect(en.bytes(5e18)).toMatch(/TB$/);
    expect([en.duration(45), en.duration(120), en.duration(7500)]).toEqual([
      '45 secs',
      '2 mins',
      '2 hrs 5 mins',
    ]);
    expect(en.duration(7199)).toBe('2 hrs');
    expect(en.duration(3599)).toBe('1 hr');
    expect(en.duration(59.7)).toBe('1 min');
  });

  it('write times in a zone and from now', () => {
    const at = '2026-11-23T22:30:00Z';
    expect(en.date(at, 'UTC')).toBe('23 Nov 2026');
    expect(nl.dateTime(at, 'Europe/Amsterdam')).toBe('23 nov 2026, 23:30');
    expect(en.utc(at)).toBe('23 Nov 2026, 22:30:00 UTC');
    expect(en.relative(at, new Date('2026-11-23T23:30:00Z'))).toBe('1 hour ago');
    expect(nl.relative(at, new Date('2026-11-20T22:30:00Z'))).toBe('over 3 dagen');
  });
});
