import type { ReactNode } from 'react';
import { LOCALES } from '../messages/index.js';
import { Select, useT } from './kit/index.js';
import { THEMES, usePreferences } from './session/index.js';

/** Choice of language and theme. */
export function PreferenceChoices(): ReactNode {
  const t = useT();
  const { locale, theme, setLocale, setTheme } = usePreferences();
  return (
    <div className="preferences">
      <Select
        label={t('shell.language')}
        value={locale}
        onChange={setLocale}
        choices={LOCALES.map((value) => ({ value, label: t(`shell.language.${value}`) }))}
      />
      <Select
        label={t('shell.theme')}
        value={theme}
        onChange={setTheme}
        choices={THEMES.map((value) => ({ value, label: t(`shell.theme.${value}`) }))}
      />
    </div>
  );
}
