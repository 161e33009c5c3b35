import { useMemo, useState, type ReactNode } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import {
  useAction,
  useOne,
  type Agreement,
  type AgreementTerms,
  type ListPage,
  type NodeInfo,
  type Partner,
} from '../../api/index.js';
import { Button, Field, Page as Frame, Row, Section, Select, useT } from '../../kit/index.js';
import { errorAt, Form, FormError } from '../parts/index.js';
import { ApprovalChoice, DatasetChoice } from './one-agreement.js';
import { proposalFor, readTerms } from './proposal.js';
import { TermsSentences } from './terms-sentences.js';

interface Input {
  readonly partner: string;
  readonly terms: unknown;
  readonly approval: Agreement['approval'];
  readonly datasets: readonly string[];
}

/** Enters an agreement as a draft: the document that both sides have, and how it reads. `?partner=` says with whom. */
export function NewAgreementPage(): ReactNode {
  const t = useT();
  const [, go] = useLocation();
  const [search] = useSearchParams();
  const { data: partners } = useOne<ListPage<Partner>>('/v1/partners', { query: { limit: 200 } });
  const { data: node } = useOne<NodeInfo>('/v1/node');
  const [chosen, setChosen] = useState(search.get('partner') ?? '');
  const [text, setText] = useState('');
  const [approval, setApproval] = useState<Agreement['approval']>('manual');
  const [datasets, setDatasets] = useState<readonly string[]>([]);
  const [fault, setFault] = useState<string>();
  const create = useAction<Input, Agreement>('POST', '/v1/agreements', {
    onDone: ({ id }) => go(`/agreements/${id}`),
  });
  const partner = partners?.items.find(({ id }) => id === chosen);
  const submit = (): void => {
    try {
      const terms: unknown = JSON.parse(text);
      setFault(undefined);
      void create.run({ partner: chosen, terms, approval, datasets });
    } catch (error) {
      setFault(t('datasets.form.json.bad', { message: error instanceof Error ? error.message : '' }));
    }
  };
  const atTerms = errorAt(create.error, 'terms') === undefined ? undefined : create.error;
  return (
    <Frame
      title={t('partners.agreement.new.title')}
      lead={t('partners.agreements.empty.text')}
      trail={<Link href="/partners">{t('partners.back')}</Link>}
    >
      <div className="columns">
        <Section title={t('partners.agreement.document')}>
          <Form onSubmit={submit}>
            <Select
              label={t('partners.agreement.new.partner')}
              value={chosen}
              onChange={setChosen}
              placeholder="–"
              required
              error={errorAt(create.error, 'partner')}
              choices={(partners?.items ?? [])
                .filter(({ state }) => state !== 'removed')
                .map(({ id, name }) => ({ value: id, label: name }))}
            />
            <Row>
              <Button
                small
                disabled={partner === undefined || node === undefined}
                onClick={() => {
                  if (partner !== undefined && node !== undefined) setText(proposalFor(node, partner));
                }}
              >
                {t('partners.agreement.new.template')}
              </Button>
            </Row>
            <Field
              label={t('partners.agreement.new.terms')}
              hint={t('partners.agreement.new.terms.hint')}
              value={text}
              onChange={setText}
              error={
                fault ??
                (atTerms === undefined ? undefined : `${atTerms?.field ?? ''}: ${atTerms?.detail ?? ''}`)
              }
              rows={22}
              mono
              required
            />
            <ApprovalChoice value={approval} onChange={setApproval} />
            <DatasetChoice value={datasets} onChange={setDatasets} />
            <FormError error={create.error} />
            <Row>
              <Button type="submit" tone="primary" busy={create.isRunning} disabled={chosen === ''}>
                {t('partners.agreement.new.submit')}
              </Button>
            </Row>
          </Form>
        </Section>
        <Section title={t('partners.agreement.new.preview')}>
          <Preview text={text} own={node?.fingerprint} />
        </Section>
      </div>
    </Frame>
  );
}

function Preview({ text, own }: { readonly text: string; readonly own: string | undefined }): ReactNode {
  const t = useT();
  const terms = useMemo<AgreementTerms | undefined>(() => readTerms(text), [text]);
  if (terms === undefined) return <p>{t('partners.agreement.new.preview.none')}</p>;
  const [one = '–', other = '–'] = Object.keys(terms.parties);
  const isOther = terms.parties[other] === own;
  return <TermsSentences terms={terms} own={isOther ? other : one} partner={isOther ? one : other} />;
}
