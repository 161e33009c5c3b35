import type { ReactNode } from 'react';
import type { SessionPreview } from '../../api/index.js';
import { DataTable, Name, useFormats, useT } from '../../kit/index.js';

type Effect = NonNullable<SessionPreview['detectable']>[number];

/** The smallest effects that a session could find, for each measure and arm, on some assumptions. */
export function EffectTable({ effects }: { readonly effects: readonly Effect[] }): ReactNode {
  const t = useT();
  const formats = useFormats();
  const percent = (share: number, digits = 1): string => formats.percent(100 * share, digits);
  const power = effects[0]?.power ?? 0;
  const absolute = ({ absolute: value, kind }: Effect): string => {
    if (value === null) return t('start.effect.nothing');
    if (kind === 'amount') return t('start.effect.perPerson', { amount: formats.number(value, 3) });
    return t('start.effect.points', { points: formats.number(100 * value, 2) });
  };
  const relative = ({ relative: value, inStandardDeviations }: Effect): string => {
    if (value !== null) return percent(value, 0);
    if (inStandardDeviations === null) return '';
    return t('start.effect.deviations', { count: formats.number(inStandardDeviations, 2) });
  };
  return (
    <>
      <p>{t('start.effect.text', { power: percent(power, 0) })}</p>
      <DataTable
        caption={t('start.effect.caption')}
        rows={effects.map((effect, index) => ({ ...effect, key: String(index) }))}
        rowKey={({ key }) => key}
        columns={[
          {
            id: 'measure',
            header: t('start.effect.measure'),
            isRowHeader: true,
            cell: ({ measure }) =>
              measure === null ? t('start.effect.matched') : <Name max={40}>{measure}</Name>,
          },
          {
            id: 'arm',
            header: t('start.effect.arm'),
            width: '9rem',
            cell: ({ arm }) => <Name max={40}>{arm}</Name>,
          },
          {
            id: 'people',
            header: t('start.effect.people'),
            isNumber: true,
            cell: ({ treatmentPeople, controlPeople }) =>
              t('start.effect.people.value', {
                treatment: formats.number(treatmentPeople),
                control: formats.number(controlPeople),
              }),
          },
          {
            id: 'assumed',
            header: t('start.effect.assumed'),
            cell: ({ baseRate, spread }) =>
              baseRate === null
                ? t('start.effect.assumed.spread', { spread: percent(spread ?? 0, 0) })
                : t('start.effect.assumed.rate', { rate: percent(baseRate, 0) }),
          },
          { id: 'absolute', header: t('start.effect.absolute'), isNumber: true, cell: absolute },
          { id: 'relative', header: t('start.effect.relative'), isNumber: true, cell: relative },
          {
            id: 'inflation',
            header: t('start.effect.inflation'),
            isNumber: true,
            cell: ({ inflation }) =>
              inflation === null ? '' : t('start.effect.times', { times: formats.number(inflation, 1) }),
          },
        ]}
      />
    </>
  );
}
