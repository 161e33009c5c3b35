import type { ReactNode } from 'react';
import type { AgreementTerms } from '../../api/index.js';
import { Amount, Message, Name, Time, useFormats, useT } from '../../kit/index.js';

type Use = AgreementTerms['uses'][number];

/** The terms of an agreement as sentences that a person can say. `own` and `partner` are the parties' names in them. */
export function TermsSentences({
  terms,
  own,
  partner,
}: {
  readonly terms: AgreementTerms;
  readonly own: string;
  readonly partner: string;
}): ReactNode {
  const t = useT();
  const formats = useFormats();
  const { purposes, uses, identifierTypes, measures, privacy, share, retentionDays, schedule } = terms;
  const types = formats.list(identifierTypes.map((type) => t(`datasets.type.${type}`)));
  const parties = { own: <Name>{own}</Name>, partner: <Name>{partner}</Name> };
  return (
    <ul className="sentences">
      <li>
        <Message of="partners.term.parties" values={parties} />
      </li>
      <li>
        <Message
          of="partners.term.purposes"
          values={{ purposes: <Name max={300}>{formats.list(purposes)}</Name> }}
        />
      </li>
      {uses.map((use, index) => (
        <li key={index}>
          <UseSentence use={use} own={own} partner={partner} />
        </li>
      ))}
      <li>{t('partners.term.identifiers', { types, profile: terms.profile })}</li>
      {measures.map(({ name, quantum, bound, statistic }) => (
        <li key={name}>
          <Message
            of="partners.term.measure"
            values={{
              name: <Name>{name}</Name>,
              quantum: <Amount value={quantum} digits={15} />,
              bound: <Amount value={bound} digits={15} />,
              squares: String(statistic === 'sum-and-squares'),
            }}
          />
        </li>
      ))}
      {privacy.disclosures.map((disclosure) => (
        <li key={disclosure}>{t(`partners.term.disclosure.${disclosure}`)}</li>
      ))}
      <li>
        <Spending
          of="partners.term.release"
          epsilon={privacy.epsilonPerRelease}
          delta={privacy.deltaPerRelease}
        />
      </li>
      <li>
        <Spending of="partners.term.total" epsilon={privacy.epsilonTotal} delta={privacy.deltaTotal} />
      </li>
      <li>{t('partners.term.minimum', { list: privacy.minList, cell: formats.number(privacy.minCell) })}</li>
      <li>{t(share.labels ? 'partners.term.labels.yes' : 'partners.term.labels.no')}</li>
      <li>{t(share.results ? 'partners.term.results.yes' : 'partners.term.results.no')}</li>
      <li>
        {t('partners.term.retention', { reports: retentionDays.reports, exports: retentionDays.exports })}
      </li>
      <li>{t(`partners.term.schedule.${schedule}`)}</li>
      <li>
        <Message
          of="partners.term.valid"
          values={{
            from: <Time at={terms.validFrom} as="date" />,
            until: <Time at={terms.validUntil} as="date" />,
          }}
        />
      </li>
    </ul>
  );
}

function UseSentence({
  use: { mode, roles },
  own,
  partner,
}: {
  readonly use: Use;
  readonly own: string;
  readonly partner: string;
}): ReactNode {
  const t = useT();
  const roleOf = (party: string): string => {
    const role = roles[party];
    return role === undefined ? '–' : t(`partners.role.${role}`);
  };
  return (
    <Message
      of="partners.term.use"
      values={{
        mode: t(`partners.mode.${mode}`),
        own: <Name>{own}</Name>,
        ownRole: roleOf(own),
        partner: <Name>{partner}</Name>,
        partnerRole: roleOf(partner),
      }}
    />
  );
}

function Spending({
  of,
  epsilon,
  delta,
}: {
  readonly of: 'partners.term.release' | 'partners.term.total';
  readonly epsilon: string;
  readonly delta: string;
}): ReactNode {
  return (
    <Message
      of={of}
      values={{
        epsilon: <Amount value={epsilon} digits={12} />,
        delta: <Amount value={delta} digits={15} />,
      }}
    />
  );
}
