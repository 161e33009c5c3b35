import type { ReactNode } from 'react';
import { useOne, type NodeInfo, type Token } from '../../api/index.js';
import {
  CopyText,
  ErrorState,
  Facts,
  Loading,
  Name,
  Page as Frame,
  Section,
  Time,
  useT,
} from '../../kit/index.js';
import { PreferenceChoices } from '../../preference-choices.js';
import { useMay } from '../../session/index.js';
import { SecondFactor } from './second-factor.js';
import { Tokens } from './tokens.js';

export function Page(): ReactNode {
  const t = useT();
  const may = useMay();
  return (
    <Frame title={t('shell.nav.settings')} lead={t('settings.lead')}>
      <OwnToken />
      {may('GET /v1/tokens') ? <Tokens /> : null}
      <Section title={t('settings.browser')} lead={t('settings.browser.lead')}>
        <PreferenceChoices />
      </Section>
      <Node />
    </Frame>
  );
}

function OwnToken(): ReactNode {
  const t = useT();
  const { data: token, error, refetch } = useOne<Token>('/v1/token');
  return (
    <Section title={t('settings.own')}>
      {error === null ? null : <ErrorState error={error} onRetry={refetch} />}
      {token === undefined ? (
        error === null && <Loading lines={5} />
      ) : (
        <>
          <Facts
            items={[
              {
                term: t('settings.own.name'),
                value: <Name>{token.name}</Name>,
                hint: t('settings.own.nameHint'),
              },
              {
                term: t('settings.own.role'),
                value: t(`shell.role.${token.role}`),
                hint: t(`settings.role.${token.role}`),
              },
              {
                term: t('settings.own.expires'),
                value: token.expiresAt === null ? t('settings.own.forever') : <Time at={token.expiresAt} />,
              },
            ]}
          />
          <SecondFactor token={token} />
        </>
      )}
    </Section>
  );
}

function Node(): ReactNode {
  const t = useT();
  const { data: node, error, refetch } = useOne<NodeInfo>('/v1/node');
  return (
    <Section title={t('settings.node')}>
      {error === null ? null : <ErrorState error={error} onRetry={refetch} />}
      {node === undefined ? (
        error === null && <Loading lines={4} />
      ) : (
        <Facts
          items={[
            { term: t('settings.node.party'), value: <Name>{node.party}</Name> },
            { term: t('settings.node.software'), value: <bdi>{node.software}</bdi> },
            { term: t('settings.node.engine'), value: <bdi>{node.engine}</bdi> },
            { term: t('settings.node.started'), value: <Time at={node.startedAt} /> },
            {
              term: t('settings.node.sessions'),
              value: t('settings.node.sessionsValue', { running: node.running, waiting: node.waiting }),
            },
            {
              term: t('settings.node.fingerprint'),
              value: <CopyText text={node.fingerprint} label={t('settings.node.fingerprint')} />,
              hint: t('settings.node.fingerprintHint'),
              isWide: true,
            },
          ]}
        />
      )}
    </Section>
  );
}
