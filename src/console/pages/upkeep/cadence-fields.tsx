import type { ReactNode } from 'react';
import type { ApiProblem } from '../../api/index.js';
import { Field, Radios, Select, Time, useLocale, useT } from '../../kit/index.js';
import { LOCALE_TAGS } from '../../../messages/index.js';
import { errorAt } from '../parts/index.js';
import { nextRuns, patternOf, RHYTHMS, type Cadence } from './rhythm.js';

const SHOWN_RUNS = 4;

/** When a schedule runs, and the runs that come of it by the reader's clock. */
export function CadenceFields({
  cadence,
  onChange,
  error,
}: {
  readonly cadence: Cadence;
  readonly onChange: (cadence: Cadence) => void;
  readonly error: ApiProblem | null;
}): ReactNode {
  const t = useT();
  const set = (part: Partial<Cadence>): void => onChange({ ...cadence, ...part });
  const { rhythm } = cadence;
  return (
    <fieldset className="group">
      <legend className="visually-hidden">{t('upkeep.schedule.pattern')}</legend>
      <Radios
        label={t('upkeep.new.rhythm')}
        value={rhythm}
        onChange={(next) => set({ rhythm: next, pattern: patternOf(cadence) })}
        choices={RHYTHMS.map((value) => ({ value, label: t(`upkeep.new.rhythm.${value}`) }))}
      />
      <div className="fields">
        {rhythm === 'weekly' ? (
          <WeekdaySelect value={cadence.weekday} onChange={(weekday) => set({ weekday })} />
        ) : null}
        {rhythm === 'monthly' ? (
          <Select
            label={t('upkeep.new.monthday')}
            value={cadence.monthDay}
            onChange={(monthDay) => set({ monthDay })}
            choices={Array.from({ length: 28 }, (_, day) => ({
              value: String(day + 1),
              label: String(day + 1),
            }))}
          />
        ) : null}
        {rhythm === 'custom' ? (
          <Field
            label={t('upkeep.new.pattern')}
            hint={t('upkeep.new.pattern.hint')}
            value={cadence.pattern}
            onChange={(pattern) => set({ pattern })}
            error={errorAt(error, 'pattern')}
            mono
          />
        ) : (
          <Select
            label={t('upkeep.new.time')}
            value={cadence.time}
            onChange={(time) => set({ time })}
            choices={Array.from({ length: 48 }, (_, half) => {
              const hour = String(Math.floor(half / 2)).padStart(2, '0');
              const time = `${hour}:${half % 2 === 0 ? '00' : '30'}`;
              return { value: time, label: time };
            })}
          />
        )}
        <Field
          label={t('upkeep.new.timezone')}
          hint={t('upkeep.new.timezone.hint')}
          value={cadence.timeZone}
          onChange={(timeZone) => set({ timeZone })}
          error={errorAt(error, 'timeZone')}
        />
      </div>
      <Runs cadence={cadence} />
    </fieldset>
  );
}

function WeekdaySelect({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (weekday: string) => void;
}): ReactNode {
  const t = useT();
  const names = new Intl.DateTimeFormat(LOCALE_TAGS[useLocale()], { weekday: 'long', timeZone: 'UTC' });
  // 5 January 2025 was a Sunday; weeks begin on Monday here.
  const days = [1, 2, 3, 4, 5, 6, 0].map((day) => ({
    value: String(day),
    label: names.format(Date.UTC(2025, 0, 5 + day)),
  }));
  return <Select label={t('upkeep.new.weekday')} value={value} onChange={onChange} choices={days} />;
}

function Runs({ cadence }: { readonly cadence: Cadence }): ReactNode {
  const t = useT();
  const runs = nextRuns(patternOf(cadence), cadence.timeZone, SHOWN_RUNS);
  return (
    <div aria-live="polite">
      <p className="field-label">{t('upkeep.new.runs')}</p>
      {runs === undefined ? (
        <p className="field-error">{t('upkeep.new.runs.bad')}</p>
      ) : runs.length === 0 ? (
        <p className="field-error">{t('upkeep.new.runs.none')}</p>
      ) : (
        <ul className="chips">
          {runs.map((run) => (
            <li key={run.getTime()}>
              <Time at={run.toISOString()} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
