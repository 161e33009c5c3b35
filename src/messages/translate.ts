import { IntlMessageFormat } from 'intl-messageformat';
import { en } from './en/all.js';
import { nl } from './nl/all.js';

export const LOCALES = ['en', 'nl'] as const;
export type Locale = (typeof LOCALES)[number];
export type MessageKey = keyof typeof en;
/** What a message is given to fill in. */
export type MessageValues = Readonly<Record<string, string | number | boolean | Date | null | undefined>>;
export type Translate = (key: MessageKey, values?: MessageValues) => string;

/** The locale by whose rules numbers and dates are written. */
export const LOCALE_TAGS: Readonly<Record<Locale, string>> = { en: 'en-GB', nl: 'nl-NL' };

export const CATALOGUES: Readonly<Record<Locale, Readonly<Record<MessageKey, string>>>> = { en, nl };

const parsed = new Map<string, IntlMessageFormat>();

function messageOf(locale: Locale, key: MessageKey): IntlMessageFormat {
  const name = `${locale} ${key}`;
  let message = parsed.get(name);
  if (message === undefined) {
    // Tags are text here: what needs markup is put together from parts.
    message = new IntlMessageFormat(CATALOGUES[locale][key], LOCALE_TAGS[locale], undefined, {
      ignoreTag: true,
    });
    parsed.set(name, message);
  }
  return message;
}

/** Sentences of one language by their keys. A message that lacks a value it names throws a `FormatError`. */
export function translator(locale: Locale): Translate {
  return (key, values) => String(messageOf(locale, key).format(values));
}

/** Whether `key` is a key of the catalogue, for keys that are made of words from elsewhere, as states are. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key);
}

/** A message in pieces, where values may be of any kind, such as elements of a page. */
export function partsOf<Value>(
  locale: Locale,
  key: MessageKey,
  values: Readonly<Record<string, Value | string | number>>,
): readonly (Value | string)[] {
  const parts = messageOf(locale, key).formatToParts<Value>(values);
  return parts.map((part) => part.value);
}
