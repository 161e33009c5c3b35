import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useAction, useOne, type Agreement, type Dataset, type ListPage } from '../../api/index.js';
import {
  Button,
  Checkbox,
  CopyText,
  Facts,
  Name,
  Notice,
  Page as Frame,
  Radios,
  Row,
  Section,
  StateTag,
  Tabs,
  useT,
} from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import {
  DeedButton,
  DocumentText,
  Form,
  FormError,
  Shown,
  useDatasetNames,
  usePartnerNames,
} from '../parts/index.js';
import { TermsSentences } from './terms-sentences.js';

/** One agreement: what was agreed, in sentences and as the document, and what this side alone decides about it. */
export function OneAgreement({ id }: { readonly id: string }): ReactNode {
  const t = useT();
  const one = useOne<Agreement>(`/v1/agreements/${encodeURIComponent(id)}`);
  if (one.data !== undefined) return <Known agreement={one.data} />;
  return (
    <Frame title={t('partners.agreement.name')} trail={<Link href="/partners">{t('partners.back')}</Link>}>
      <Shown one={one}>{() => null}</Shown>
    </Frame>
  );
}

function Known({ agreement }: { readonly agreement: Agreement }): ReactNode {
  const t = useT();
  const may = useMay();
  const partner = usePartnerNames()(agreement.partnerId);
  const { name, state, terms, termsDigest, ownParty, partnerParty, partnerId } = agreement;
  const isOpen = state === 'draft' || state === 'active';
  return (
    <Frame
      title={name}
      trail={
        <Link href={`/partners/${partnerId}`}>
          <Name>{partner}</Name>
        </Link>
      }
      actions={
        <>
          <StateTag state={state} />
          <StateDeeds agreement={agreement} />
        </>
      }
    >
      <Section title={t('partners.agreement.with', { partner })}>
        <Tabs
          label={t('partners.agreement.sentences')}
          tabs={[
            {
              id: 'sentences',
              label: t('partners.agreement.sentences'),
              panel: <TermsSentences terms={terms} own={ownParty} partner={partnerParty} />,
            },
            {
              id: 'document',
              label: t('partners.agreement.document'),
              panel: (
                <div className="stack">
                  <p>{t('partners.agreement.document.text')}</p>
                  <DocumentText label={t('partners.agreement.document')} document={terms} />
                </div>
              ),
            },
          ]}
        />
        <Facts
          columns={1}
          items={[
            {
              term: t('partners.agreement.digest'),
              value: <CopyText text={termsDigest} label={t('partners.agreement.digest')} />,
            },
          ]}
        />
      </Section>
      <Section title={t('partners.agreement.local')}>
        {isOpen && may('PATCH /v1/agreements/:id') ? (
          <LocalForm key={agreement.updatedAt} agreement={agreement} />
        ) : (
          <LocalFacts agreement={agreement} />
        )}
      </Section>
    </Frame>
  );
}

function StateDeeds({ agreement: { id, name, state, terms } }: { readonly agreement: Agreement }): ReactNode {
  const t = useT();
  const deed = (verb: 'activate' | 'end' | 'revoke', isDanger = false): ReactNode => (
    <DeedButton
      key={verb}
      deed={{
        needs: `POST /v1/agreements/:id/${verb}`,
        path: `/v1/agreements/${id}/${verb}`,
        verb: t(`partners.agreement.${verb}`),
        title: t(`partners.agreement.${verb}.title`, { name }),
        consequence: t(`partners.agreement.${verb}.text`, { epsilon: terms.privacy.epsilonTotal }),
        isDanger,
      }}
    />
  );
  if (state !== 'draft' && state !== 'active') return null;
  return (
    <>
      {state === 'draft' ? deed('activate') : null}
      {deed('end')}
      {deed('revoke', true)}
    </>
  );
}

function LocalFacts({ agreement: { approval, datasets } }: { readonly agreement: Agreement }): ReactNode {
  const t = useT();
  const nameOf = useDatasetNames();
  return (
    <Facts
      items={[
        { term: t('partners.agreement.approval'), value: t(`partners.agreement.approval.${approval}`) },
        {
          term: t('partners.agreement.datasets'),
          value:
            datasets.length === 0 ? (
              t('partners.agreement.datasets.none')
            ) : (
              <ul className="chips">
                {datasets.map((id) => (
                  <li key={id}>
                    <Link href={`/datasets/${id}`}>
                      <Name>{nameOf(id)}</Name>
                    </Link>
                  </li>
                ))}
              </ul>
            ),
        },
      ]}
    />
  );
}

function LocalForm({ agreement }: { readonly agreement: Agreement }): ReactNode {
  const t = useT();
  const [approval, setApproval] = useState(agreement.approval);
  const [datasets, setDatasets] = useState<readonly string[]>(agreement.datasets);
  const save = useAction<{ approval: string; datasets: readonly string[] }, Agreement>(
    'PATCH',
    `/v1/agreements/${agreement.id}`,
  );
  return (
    <Form onSubmit={() => void save.run({ approval, datasets })}>
      <ApprovalChoice value={approval} onChange={setApproval} />
      <DatasetChoice value={datasets} onChange={setDatasets} />
      <FormError error={save.error} />
      {save.data === undefined ? null : (
        <Notice tone="good" live>
          {t('partners.agreement.local.saved')}
        </Notice>
      )}
      <Row>
        <Button type="submit" busy={save.isRunning}>
          {t('partners.agreement.local.save')}
        </Button>
      </Row>
    </Form>
  );
}

const APPROVALS = ['manual', 'automatic'] as const;

export function ApprovalChoice({
  value,
  onChange,
}: {
  readonly value: Agreement['approval'];
  readonly onChange: (approval: Agreement['approval']) => void;
}): ReactNode {
  const t = useT();
  return (
    <Radios
      label={t('partners.agreement.approval')}
      value={value}
      onChange={onChange}
      choices={APPROVALS.map((one) => ({ value: one, label: t(`partners.agreement.approval.${one}`) }))}
    />
  );
}

export function DatasetChoice({
  value,
  onChange,
}: {
  readonly value: readonly string[];
  readonly onChange: (datasets: readonly string[]) => void;
}): ReactNode {
  const t = useT();
  const { data } = useOne<ListPage<Dataset>>('/v1/datasets', { query: { state: 'active', limit: 200 } });
  return (
    <fieldset className="group">
      <legend>{t('partners.agreement.datasets')}</legend>
      {data?.items.map(({ id, definition }) => (
        <Checkbox
          key={id}
          label={definition.name}
          checked={value.includes(id)}
          onChange={(isIn) => onChange(isIn ? [...value, id] : value.filter((one) => one !== id))}
        />
      ))}
      {data?.items.length === 0 ? <p>{t('partners.agreement.datasets.none')}</p> : null}
    </fieldset>
  );
}
