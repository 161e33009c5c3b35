import type { ReactNode } from 'react';
import { useOne, type ListPage, type Partner, type Query, type Session } from '../../api/index.js';
import { Button, Select, useT, type Choice } from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { isolated } from './words.js';

const OPEN: readonly Session['state'][] = ['draft', 'offered', 'accepted', 'running'];
const ENDED: readonly Session['state'][] = ['done', 'failed', 'rejected', 'cancelled', 'expired'];
const MODES: readonly Session['mode'][] = ['aggregate', 'psi-ca', 'psi'];
const SIDES: readonly Session['side'][] = ['initiator', 'responder'];
const NAMES = ['state', 'mode', 'side', 'partner'] as const;
type FilterName = (typeof NAMES)[number];

/** What is asked of the node for the filters in the address of the page; an address may say anything. */
export function queryOf(search: URLSearchParams): Query {
  const of = (name: FilterName, allowed: readonly string[]): Record<string, string> => {
    const value = search.get(name);
    return value !== null && allowed.includes(value) ? { [name]: value } : {};
  };
  const state = search.get('state');
  const partner = search.get('partner');
  const states = state === 'open' ? OPEN : state === 'ended' ? ENDED : undefined;
  return {
    ...(states === undefined ? of('state', [...OPEN, ...ENDED]) : { state: states.join(',') }),
    ...of('mode', MODES),
    ...of('side', SIDES),
    ...(partner !== null && /^[0-9A-HJKMNP-TV-Z]{26}$/.test(partner) ? { partner } : {}),
  };
}

export function SessionFilters({
  search,
  onChange,
}: {
  readonly search: URLSearchParams;
  readonly onChange: (search: Record<string, string>) => void;
}): ReactNode {
  const t = useT();
  const may = useMay();
  const partners = useOne<ListPage<Partner>>(may('GET /v1/partners') ? '/v1/partners' : null, {
    query: { limit: 200 },
  });
  const any = { value: '', label: t('sessions.filter.any') };
  const filter = (name: FilterName, label: string, choices: readonly Choice[]): ReactNode => (
    <Select
      label={label}
      value={search.get(name) ?? ''}
      choices={[any, ...choices]}
      onChange={(value) => {
        const rest = Object.fromEntries(NAMES.map((other) => [other, search.get(other) ?? '']));
        const all = Object.entries({ ...rest, [name]: value });
        onChange(Object.fromEntries(all.filter(([, text]) => text !== '')));
      }}
    />
  );
  const states = [...OPEN, ...ENDED].map((value) => ({ value, label: t(`sessions.state.${value}`) }));
  return (
    <div className="session-filters" role="group" aria-label={t('sessions.filter.title')}>
      {filter('state', t('sessions.filter.state'), [
        { value: 'open', label: t('sessions.filter.open') },
        { value: 'ended', label: t('sessions.filter.ended') },
        ...states,
      ])}
      {filter(
        'mode',
        t('sessions.filter.mode'),
        MODES.map((value) => ({ value, label: t(`sessions.mode.${value}`) })),
      )}
      {filter(
        'side',
        t('sessions.filter.side'),
        SIDES.map((value) => ({ value, label: t(`sessions.side.${value}`) })),
      )}
      {partners.data === undefined || partners.data.items.length < 2
        ? null
        : filter(
            'partner',
            t('sessions.filter.partner'),
            partners.data.items.map(({ id, name }) => ({ value: id, label: isolated(name, 40) })),
          )}
      {NAMES.some((name) => search.has(name)) ? (
        <Button tone="quiet" onClick={() => onChange({})}>
          {t('sessions.empty.clear')}
        </Button>
      ) : null}
    </div>
  );
}
