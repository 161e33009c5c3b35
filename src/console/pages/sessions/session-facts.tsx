import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Session } from '../../api/index.js';
import { Amount, Facts, Message, Name, None, Time, useFormats, useT, type Fact } from '../../kit/index.js';
import { useMay } from '../../session/index.js';

/** What both sides agreed to, and who brought what. */
export function SessionFacts({ session }: { readonly session: Session }): ReactNode {
  const t = useT();
  const formats = useFormats();
  const may = useMay();
  const { terms, mode, role, agreementId, agreementName, datasetId, datasetName, scheduleId } = session;
  const { disclosure, measures } = terms;
  const isNoisy = disclosure === 'dp';
  const facts: (Fact | null)[] = [
    { term: t('sessions.facts.mode'), value: t(`sessions.mode.${mode}.long`) },
    { term: t('sessions.facts.role'), value: t(`sessions.role.${role}`) },
    { term: t('sessions.facts.purpose'), value: <Name>{session.purpose}</Name> },
    {
      term: t('sessions.facts.agreement'),
      value: named(agreementName, agreementId, may('GET /v1/agreements') ? '/agreements' : undefined),
    },
    {
      term: t('sessions.facts.dataset'),
      value: named(datasetName, datasetId, may('GET /v1/datasets') ? '/datasets' : undefined),
    },
    { term: t('sessions.facts.identifiers'), value: formats.list(terms.keyTypes) },
    { term: t('sessions.facts.disclosure'), value: t(`sessions.facts.disclosure.${disclosure}`) },
    isNoisy
      ? { term: t('sessions.facts.epsilon'), value: <Amount value={terms.epsilon} digits={6} /> }
      : null,
    isNoisy ? { term: t('sessions.facts.delta'), value: terms.delta } : null,
    measures.length === 0
      ? null
      : {
          term: t('sessions.facts.measures'),
          value: (
            <ul className="plain-list">
              {measures.map(({ name, bound, quantum }) => (
                <li key={name}>
                  <Message
                    of="sessions.facts.measure"
                    values={{
                      name: <Name>{name}</Name>,
                      bound: formats.number(bound, 6),
                      quantum: formats.number(quantum, 6),
                    }}
                  />
                </li>
              ))}
            </ul>
          ),
        },
    { term: t('sessions.facts.minList'), value: <Amount value={terms.minList} /> },
    mode === 'aggregate'
      ? { term: t('sessions.facts.minCell'), value: <Amount value={terms.minCell} /> }
      : null,
    { term: t('sessions.facts.ownItems'), value: <Amount value={session.ownItems} /> },
    { term: t('sessions.facts.peerItems'), value: <Amount value={session.peerItems} /> },
    { term: t('sessions.facts.ownConsent'), value: <OwnConsent session={session} /> },
    {
      term: t('sessions.facts.peerConsent'),
      value:
        session.peerConsentAt === null ? t('sessions.facts.notYet') : <Time at={session.peerConsentAt} />,
    },
    { term: t('sessions.facts.created'), value: <Time at={session.createdAt} /> },
    { term: t('sessions.facts.started'), value: <Time at={session.startedAt} /> },
    { term: t('sessions.facts.ended'), value: <Time at={session.endedAt} /> },
    scheduleId !== null && may('GET /v1/schedules')
      ? {
          term: t('sessions.facts.schedule'),
          value: <Link href="/schedules">{t('shell.nav.schedules')}</Link>,
        }
      : null,
  ];
  return <Facts items={facts.filter((fact) => fact !== null)} columns={3} />;
}

function OwnConsent({ session: { ownConsent } }: { readonly session: Session }): ReactNode {
  const t = useT();
  if (ownConsent === null) return t('sessions.facts.notYet');
  const at = <Time at={ownConsent.at} />;
  if (ownConsent.by === 'agreement')
    return <Message of="sessions.facts.ownConsent.agreement" values={{ at }} />;
  return <Message of="sessions.facts.ownConsent.by" values={{ at, name: <Name>{ownConsent.by}</Name> }} />;
}

function named(name: string | null, id: string | null, folder: string | undefined): ReactNode {
  if (name === null || id === null) return <None />;
  if (folder === undefined) return <Name>{name}</Name>;
  return (
    <Link href={`${folder}/${id}`}>
      <Name>{name}</Name>
    </Link>
  );
}
