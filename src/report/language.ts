import {
  CATALOGUES,
  type Locale,
  type MessageKey,
  type Translate,
  isMessageKey,
  partsOf,
  translator,
} from '../messages/index.js';
import { type FigureWriter, figureWriter } from './format-figures.js';

/**
 * A sentence of the report in pieces. A name out of a file or from the partner stays apart from the words around it,
 * so that the text and the page can each make it harmless in their own way.
 */
export type Sentence = readonly (string | Named)[];
export interface Named {
  readonly name: string;
}

/** How a report is put into the words and figures of one language. */
export interface Language {
  readonly locale: Locale;
  readonly t: Translate;
  /** A message whose values may be names. */
  readonly say: (key: MessageKey, values?: Readonly<Record<string, Named | string | number>>) => Sentence;
  readonly figures: FigureWriter;
}

const made = new Map<Locale, Language>();

export function languageOf(locale: Locale): Language {
  const known = made.get(locale);
  if (known !== undefined) return known;
  const t = translator(locale);
  const language: Language = {
    locale,
    t,
    say: (key, values = {}) => partsOf<Named>(locale, key, values),
    figures: figureWriter(locale, (reason) => {
      const key = `report.missing.${reason}`;
      return isMessageKey(key) ? t(key) : reason;
    }),
  };
  made.set(locale, language);
  return language;
}

/** English sentences that reports carry as text, by what they say. */
let carried: ReadonlyMap<string, MessageKey> | undefined;

/** A sentence that a report carries as English text, in another language where the catalogue has it. */
export function carriedWords(text: string, { locale, t }: Language): string {
  if (locale === 'en') return text;
  carried ??= new Map(
    Object.entries(CATALOGUES.en).flatMap(([key, english]): [string, MessageKey][] =>
      key.startsWith('report.carried.') && isMessageKey(key) ? [[english, key]] : [],
    ),
  );
  const key = carried.get(text);
  return key === undefined ? text : t(key);
}
