import { useState, type ReactNode } from 'react';
import { useAction, usePage, type Token } from '../../api/index.js';
import {
  Button,
  DataTable,
  Dialog,
  Empty,
  ErrorState,
  Loading,
  Name,
  Row,
  Section,
  StateTag,
  Tag,
  Time,
  useT,
  type Column,
} from '../../kit/index.js';
import { useCaller, useMay } from '../../session/index.js';
import { NewTokenDialog } from './new-token.js';

type Asked = { readonly what: 'revoke' | 'reset'; readonly token: Token };

/** Who has a token; an administrator makes and revokes them here. */
export function Tokens(): ReactNode {
  const t = useT();
  const may = useMay();
  const list = usePage<Token>('/v1/tokens');
  const [isMaking, setIsMaking] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const columns = useColumns(setAsked);
  return (
    <Section
      title={t('settings.tokens')}
      lead={t('settings.tokens.lead')}
      actions={
        may('POST /v1/tokens') ? (
          <Button tone="primary" onClick={() => setIsMaking(true)}>
            {t('settings.tokens.new')}
          </Button>
        ) : null
      }
    >
      {list.error === null ? null : <ErrorState error={list.error} onRetry={list.refetch} />}
      {list.isLoading ? <Loading lines={5} /> : null}
      {list.items.length > 0 ? (
        <DataTable
          caption={t('settings.tokens.caption')}
          columns={columns}
          rows={list.items}
          rowKey={({ id }) => id}
          more={list}
        />
      ) : null}
      {!list.isLoading && list.error === null && list.items.length === 0 ? (
        <Empty title={t('settings.tokens.empty')}>{t('settings.tokens.emptyNext')}</Empty>
      ) : null}
      {isMaking ? <NewTokenDialog onClose={() => setIsMaking(false)} /> : null}
      {asked === null ? null : <Confirm asked={asked} onClose={() => setAsked(null)} />}
    </Section>
  );
}

function useColumns(onAsk: (asked: Asked) => void): readonly Column<Token>[] {
  const t = useT();
  const may = useMay();
  const caller = useCaller();
  const columns: Column<Token>[] = [
    {
      id: 'name',
      header: t('settings.tokens.name'),
      isRowHeader: true,
      cell: ({ id, name }) => (
        <>
          <Name>{name}</Name>
          {id === caller.id ? <span className="fact-hint">{t('settings.tokens.you')}</span> : null}
        </>
      ),
    },
    { id: 'role', header: t('settings.tokens.role'), cell: ({ role }) => t(`shell.role.${role}`) },
    { id: 'state', header: t('settings.tokens.state'), cell: ({ state }) => <StateTag state={state} /> },
    {
      id: 'factor',
      header: t('settings.tokens.factor'),
      cell: ({ hasSecondFactor }) => (
        <Tag tone={hasSecondFactor ? 'good' : 'neutral'}>
          {hasSecondFactor ? t('settings.factor.on') : t('settings.factor.off')}
        </Tag>
      ),
    },
    {
      id: 'expires',
      header: t('settings.tokens.expires'),
      cell: ({ expiresAt }) =>
        expiresAt === null ? t('settings.own.forever') : <Time at={expiresAt} as="date" />,
    },
    {
      id: 'used',
      header: t('settings.tokens.used'),
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? t('settings.tokens.never') : <Time at={lastUsedAt} as="relative" />,
    },
    {
      id: 'created',
      header: t('settings.tokens.created'),
      cell: ({ createdBy }) => <Name>{createdBy}</Name>,
    },
  ];
  if (!may('POST /v1/tokens/:id/revoke')) return columns;
  const actions: Column<Token> = {
    id: 'actions',
    header: t('settings.tokens.actions'),
    cell: (token) => (
      <Row>
        {token.state === 'valid' ? (
          <Button
            small
            label={t('settings.tokens.revokeWhat', { name: token.name })}
            onClick={() => onAsk({ what: 'revoke', token })}
          >
            {t('settings.tokens.revoke')}
          </Button>
        ) : null}
        {token.hasSecondFactor && token.state === 'valid' && token.id !== caller.id ? (
          <Button
            small
            label={t('settings.tokens.resetWhat', { name: token.name })}
            onClick={() => onAsk({ what: 'reset', token })}
          >
            {t('settings.tokens.reset')}
          </Button>
        ) : null}
      </Row>
    ),
  };
  return [...columns, actions];
}

function Confirm({ asked, onClose }: { readonly asked: Asked; readonly onClose: () => void }): ReactNode {
  const t = useT();
  const { what, token } = asked;
  const path = what === 'revoke' ? `/v1/tokens/${token.id}/revoke` : `/v1/tokens/${token.id}/factor/remove`;
  const send = useAction<undefined>('POST', path, { onDone: onClose });
  return (
    <Dialog
      title={t(`settings.tokens.${what}Title`)}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('shell.cancel')}</Button>
          <Button tone="danger" busy={send.isRunning} onClick={() => void send.run(undefined)}>
            {t(`settings.tokens.${what}`)}
          </Button>
        </>
      }
    >
      <p>
        <strong>
          <Name>{token.name}</Name>
        </strong>
      </p>
      <p>{t(`settings.tokens.${what}Why`)}</p>
      {send.error === null ? null : <ErrorState error={send.error} />}
    </Dialog>
  );
}
