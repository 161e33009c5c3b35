import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Overview } from '../../../admin/index.js';
import { ButtonLink, Message, Name, StateTag, Time, useFormats, useT } from '../../kit/index.js';
import { useMay } from '../../session/index.js';

type Part = 'approvals' | 'alarms' | 'budgets' | 'datasetsWithoutList' | 'endingAgreements';
type Item<Name extends Part> = NonNullable<Overview[Name]>['items'][number];

const PARTS: readonly Part[] = ['approvals', 'alarms', 'budgets', 'datasetsWithoutList', 'endingAgreements'];

export function isNothingNeeded(overview: Overview): boolean {
  return PARTS.every((part) => (overview[part]?.count ?? 0) === 0);
}

/** What somebody has to look at, by kind; kinds of which there is nothing are left out. */
export function NeedsList({ overview }: { readonly overview: Overview }): ReactNode {
  const t = useT();
  const { approvals, alarms, budgets, datasetsWithoutList, endingAgreements } = overview;
  return (
    <div className="needs">
      <Kind
        part={approvals}
        title={(count) => t('overview.approvals', { count })}
        all="/sessions?state=offered"
      >
        {(session) => <Approval key={session.id} session={session} />}
      </Kind>
      <Kind part={alarms} title={(count) => t('overview.alarms', { count })} all="/alarms">
        {(alarm) => <Alarm key={alarm.id} alarm={alarm} />}
      </Kind>
      <Kind part={budgets} title={(count) => t('overview.budgets', { count })} all="/budget">
        {(budget) => <Budget key={`${budget.partner.id} ${budget.lineage}`} budget={budget} />}
      </Kind>
      <Kind
        part={datasetsWithoutList}
        title={(count) => t('overview.datasets', { count })}
        hint={t('overview.datasets.text')}
        all="/datasets"
      >
        {({ id, name }) => (
          <li key={id} className="need">
            <Link href={`/datasets/${id}`}>
              <Name>{name}</Name>
            </Link>
          </li>
        )}
      </Kind>
      <Kind part={endingAgreements} title={(count) => t('overview.agreements', { count })} all="/partners">
        {(agreement) => <Ending key={agreement.id} agreement={agreement} />}
      </Kind>
    </div>
  );
}

function Kind<Found>({
  part,
  title,
  hint,
  all,
  children,
}: {
  readonly part: { readonly count: number; readonly items: readonly Found[] } | null;
  readonly title: (count: number) => string;
  readonly hint?: string;
  /** Where all of them are. */
  readonly all: string;
  readonly children: (item: Found) => ReactNode;
}): ReactNode {
  const t = useT();
  if (part === null || part.count === 0) return null;
  return (
    <section className="needs-kind">
      <h3>{title(part.count)}</h3>
      {hint === undefined ? null : <p className="needs-hint">{hint}</p>}
      <ul>{part.items.map(children)}</ul>
      {part.count > part.items.length ? (
        <p>
          <Link href={all}>{t('overview.all', { count: part.count })}</Link>
        </p>
      ) : null}
    </section>
  );
}

function Approval({ session }: { readonly session: Item<'approvals'> }): ReactNode {
  const t = useT();
  const may = useMay();
  const mayDecide = may('POST /v1/sessions/:id/approve');
  const { id, partner, mode, expiresAt } = session;
  return (
    <li className="need">
      <span className="need-words">
        <span>
          <Name>{partner.name}</Name> · {t(`sessions.mode.${mode}`)}
        </span>
        <span className="needs-hint">
          <Message of="overview.approvals.lapses" values={{ at: <Time at={expiresAt} as="relative" /> }} />
        </span>
      </span>
      <ButtonLink
        small
        tone={mayDecide ? 'primary' : 'plain'}
        href={mayDecide ? `/sessions/${id}/approve` : `/sessions/${id}`}
      >
        {t(mayDecide ? 'overview.approvals.decide' : 'overview.approvals.see')}
      </ButtonLink>
    </li>
  );
}

function Alarm({
  alarm: { kind, severity, sessionId, raisedAt },
}: {
  readonly alarm: Item<'alarms'>;
}): ReactNode {
  const t = useT();
  return (
    <li className="need">
      <span className="need-words">
        <span>
          <StateTag state={severity} /> {t(`overview.alarm.${kind}`)}
        </span>
        <span className="needs-hint">
          <Time at={raisedAt} as="relative" />
        </span>
      </span>
      <ButtonLink small href={sessionId === null ? '/alarms' : `/sessions/${sessionId}`}>
        {t('overview.approvals.see')}
      </ButtonLink>
    </li>
  );
}

function Budget({ budget }: { readonly budget: Item<'budgets'> }): ReactNode {
  const t = useT();
  const formats = useFormats();
  const { partner, lineage, spentEpsilon, limitEpsilon, percent } = budget;
  return (
    <li className="need need-budget">
      <span>
        <Message
          of="overview.budgets.for"
          values={{ partner: <Name max={40}>{partner.name}</Name>, lineage: <Name max={40}>{lineage}</Name> }}
        />
      </span>
      <meter
        min={0}
        max={100}
        high={80}
        value={Math.min(100, percent)}
        aria-label={formats.percent(percent, 0)}
      />
      <span className="needs-hint">
        {spentEpsilon === null
          ? formats.percent(percent, 0)
          : t('overview.budgets.of', {
              spent: formats.number(spentEpsilon, 3),
              limit: formats.number(limitEpsilon, 3),
            })}
      </span>
    </li>
  );
}

function Ending({ agreement }: { readonly agreement: Item<'endingAgreements'> }): ReactNode {
  const { id, name, partner, validUntil } = agreement;
  return (
    <li className="need">
      <span className="need-words">
        <span>
          <Link href={`/agreements/${id}`}>
            <Name>{name}</Name>
          </Link>{' '}
          · <Name>{partner.name}</Name>
        </span>
        <span className="needs-hint">
          <Message of="overview.agreements.until" values={{ until: <Time at={validUntil} as="date" /> }} />
        </span>
      </span>
    </li>
  );
}
