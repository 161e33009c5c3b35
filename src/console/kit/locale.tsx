import { createContext, Fragment, useContext, useMemo, type ReactNode } from 'react';
import {
  formatsOf,
  partsOf,
  translator,
  type Formats,
  type Locale,
  type MessageKey,
  type Translate,
} from '../../messages/index.js';

interface Language {
  readonly locale: Locale;
  readonly t: Translate;
  readonly formats: Formats;
}

const LanguageContext = createContext<Language | null>(null);

export function LocaleProvider({
  locale,
  children,
}: {
  readonly locale: Locale;
  readonly children: ReactNode;
}): ReactNode {
  const value = useMemo(() => ({ locale, t: translator(locale), formats: formatsOf(locale) }), [locale]);
  return <LanguageContext value={value}>{children}</LanguageContext>;
}

function useLanguage(): Language {
  const language = useContext(LanguageContext);
  if (language === null) throw new Error('the kit is used inside LocaleProvider');
  return language;
}

/** Messages in the language of the reader. */
export function useT(): Translate {
  return useLanguage().t;
}

/** Numbers and times as the reader writes them. */
export function useFormats(): Formats {
  return useLanguage().formats;
}

export function useLocale(): Locale {
  return useLanguage().locale;
}

/** A message with elements in it: names that are isolated, links, times. */
export function Message({
  of,
  values,
}: {
  readonly of: MessageKey;
  readonly values: Readonly<Record<string, ReactNode>>;
}): ReactNode {
  const { locale } = useLanguage();
  const parts = partsOf<ReactNode>(locale, of, values as Record<string, string>);
  return parts.map((part, index) => <Fragment key={index}>{part}</Fragment>);
}
