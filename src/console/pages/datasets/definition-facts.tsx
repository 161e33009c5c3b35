import type { ReactNode } from 'react';
import type { Dataset, DatasetDefinition } from '../../api/index.js';
import { Amount, CopyText, Facts, Message, Name, useFormats, useT, type Fact } from '../../kit/index.js';

/** How a dataset is read, in words. */
export function DefinitionFacts({ dataset }: { readonly dataset: Dataset }): ReactNode {
  const t = useT();
  const formats = useFormats();
  const { lineage, role, data, arms } = dataset.definition;
  const items: Fact[] = [
    { term: t('datasets.column.role'), value: t(`datasets.role.${role}`) },
    {
      term: t('datasets.column.lineage'),
      value: <Name>{lineage}</Name>,
      hint: t('datasets.form.lineage.hint'),
    },
    {
      term: t('datasets.column.source'),
      value:
        data.source === undefined ? (
          <code>
            <Name max={300}>{data.sql ?? ''}</Name>
          </code>
        ) : (
          <code>
            <Name max={200}>{data.source}</Name>
          </code>
        ),
      hint: data.source === undefined ? t('datasets.source.sql') : undefined,
    },
    { term: t('datasets.column.profile'), value: data.profile },
    {
      term: t('datasets.definition.identifiers'),
      value: (
        <ul className="chips">
          {Object.entries(data.identifiers).map(([column, { type, encoding = 'auto' }]) => (
            <li key={column}>
              <Name>{column}</Name>: {t(`datasets.type.${type}`)}, {t(`datasets.encoding.${encoding}`)}
            </li>
          ))}
        </ul>
      ),
    },
    { term: t('datasets.definition.consent'), value: <Consent data={data} /> },
  ];
  if (data.cohorts !== undefined) {
    items.push({ term: t('datasets.definition.cohorts'), value: <Names of={data.cohorts} /> });
  }
  if (data.measures !== undefined) {
    items.push({
      term: t('datasets.definition.measures'),
      value: data.measures.map(({ name, column, rule }) => (
        <p key={name}>
          <Message
            of="datasets.definition.measure"
            values={{
              name: <Name>{name}</Name>,
              column: <Name>{column}</Name>,
              quantum: <Amount value={rule.quantum} digits={15} />,
              bound: <Amount value={rule.bound} digits={15} />,
            }}
          />
        </p>
      )),
    });
  }
  if (arms !== undefined) {
    items.push({
      term: t('datasets.definition.arms'),
      value: (
        <Message
          of="datasets.definition.arms.text"
          values={{
            column: <Name>{arms.column}</Name>,
            treatment: <Name max={200}>{formats.list(arms.treatment)}</Name>,
            control: <Name>{arms.control}</Name>,
          }}
        />
      ),
    });
  }
  if (data.region !== undefined) {
    items.push({ term: t('datasets.definition.region'), value: data.region });
  }
  items.push({
    term: t('datasets.definition.digest'),
    value: <CopyText text={dataset.definitionDigest} label={t('datasets.definition.digest')} />,
  });
  return <Facts items={items} />;
}

function Names({ of }: { readonly of: readonly string[] }): ReactNode {
  return (
    <ul className="chips">
      {of.map((name) => (
        <li key={name}>
          <Name>{name}</Name>
        </li>
      ))}
    </ul>
  );
}

function Consent({ data: { consent } }: { readonly data: DatasetDefinition['data'] }): ReactNode {
  const t = useT();
  const formats = useFormats();
  if (consent === undefined) return t('datasets.definition.consent.none');
  const column = <Name>{consent.column}</Name>;
  if ('kind' in consent) {
    const purposes = formats.list(consent.purposes.map(String));
    return <Message of="datasets.definition.consent.tcf" values={{ column, purposes }} />;
  }
  const value = <Name>{String(consent.equals)}</Name>;
  return <Message of="datasets.definition.consent.equals" values={{ column, value }} />;
}
