import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { LOCALES, type Locale } from '../../messages/index.js';
import { LocaleProvider } from '../kit/index.js';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

interface Preferences {
  readonly locale: Locale;
  readonly theme: Theme;
  readonly setLocale: (locale: Locale) => void;
  readonly setTheme: (theme: Theme) => void;
}

const Context = createContext<Preferences | null>(null);

/** Language and theme of this browser. */
export function PreferencesProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [locale, setLocale] = useState<Locale>(() => kept('vesica.locale', LOCALES) ?? localeOfBrowser());
  const [theme, setTheme] = useState<Theme>(() => kept('vesica.theme', THEMES) ?? 'system');
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const value = useMemo<Preferences>(
    () => ({
      locale,
      theme,
      setLocale: (next) => {
        keep('vesica.locale', next);
        setLocale(next);
      },
      setTheme: (next) => {
        keep('vesica.theme', next);
        setTheme(next);
      },
    }),
    [locale, theme],
  );
  return (
    <Context value={value}>
      <LocaleProvider locale={locale}>{children}</LocaleProvider>
    </Context>
  );
}

export function usePreferences(): Preferences {
  const preferences = useContext(Context);
  if (preferences === null) throw new Error('usePreferences is used inside PreferencesProvider');
  return preferences;
}

function localeOfBrowser(): Locale {
  return navigator.language.toLowerCase().startsWith('nl') ? 'nl' : 'en';
}

function kept<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
  try {
    const text = localStorage.getItem(name);
    return values.find((value) => value === text);
  } catch {
    // A browser may refuse to keep anything.
    return undefined;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // It holds for this visit, then.
  }
}
