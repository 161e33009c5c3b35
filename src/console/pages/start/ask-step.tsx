import type { ReactNode } from 'react';
import type { Agreement, Dataset } from '../../api/index.js';
import { Field, Message, Name, Stack, useFormats, useT } from '../../kit/index.js';
import { choicesOf, isNoisy, type AskForm, type Choices } from './ask-form.js';
import { ChoiceCards, ManyCards } from './choice-cards.js';
import type { Errors } from './known.js';
import { UnansweredChoice } from './unanswered.js';

/** What is asked: mode, purpose, identifiers, measures, and how much privacy it may cost. */
export function AskStep({
  form,
  agreement,
  dataset,
  errors,
  onChange,
}: {
  readonly form: AskForm;
  readonly agreement: Agreement;
  readonly dataset: Dataset;
  readonly errors: Errors;
  readonly onChange: (changes: Partial<AskForm>) => void;
}): ReactNode {
  const t = useT();
  const choices = choicesOf(agreement, dataset);
  const { privacy } = agreement.terms;
  const { mode } = form;
  return (
    <Stack>
      <ChoiceCards
        legend={t('start.ask.mode')}
        error={errors.mode}
        value={mode}
        onChange={(value) => onChange({ mode: value })}
        choices={choices.modes.map((value) => ({ value, label: t(`sessions.mode.${value}.long`) }))}
      />
      <ChoiceCards
        legend={t('start.ask.purpose')}
        error={errors.purpose}
        value={form.purpose}
        onChange={(purpose) => onChange({ purpose })}
        choices={choices.purposes.map((value) => ({ value, label: <Name>{value}</Name> }))}
      />
      <Identifiers form={form} types={choices.identifiers} error={errors.identifiers} onChange={onChange} />
      {mode === 'aggregate' && choices.measures.length > 0 ? (
        <Measures form={form} measures={choices.measures} error={errors.measures} onChange={onChange} />
      ) : null}
      {mode === 'psi-ca' ? (
        <ChoiceCards
          legend={t('start.ask.disclosure')}
          error={errors.disclosure}
          value={form.disclosure}
          onChange={(disclosure) => onChange({ disclosure })}
          choices={choices.disclosures.map((value) => ({ value, label: t(`start.ask.disclosure.${value}`) }))}
        />
      ) : null}
      {isNoisy(form) ? (
        <>
          <Field
            label={t('start.ask.epsilon')}
            hint={t('start.ask.epsilon.hint', { max: privacy.epsilonPerRelease })}
            error={errors.epsilon}
            value={form.epsilon}
            inputMode="decimal"
            autoComplete="off"
            onChange={(epsilon) => onChange({ epsilon })}
          />
          <UnansweredChoice
            value={form.onUnanswered}
            onChange={(onUnanswered) => onChange({ onUnanswered })}
          />
        </>
      ) : null}
      <details
        className="more"
        open={errors.minList !== undefined || errors.minCell !== undefined || undefined}
      >
        <summary>{t('start.ask.more')}</summary>
        <div className="more-fields">
          {(['minList', ...(mode === 'aggregate' ? (['minCell'] as const) : [])] as const).map((field) => (
            <Field
              key={field}
              label={t(`start.ask.${field}`)}
              hint={t('start.ask.least', { least: privacy[field] })}
              error={errors[field]}
              value={form[field]}
              inputMode="numeric"
              autoComplete="off"
              onChange={(value) => onChange({ [field]: value })}
            />
          ))}
        </div>
      </details>
    </Stack>
  );
}

function Identifiers({
  form,
  types,
  error,
  onChange,
}: {
  readonly form: AskForm;
  readonly types: AskForm['identifiers'];
  readonly error: string | undefined;
  readonly onChange: (changes: Partial<AskForm>) => void;
}): ReactNode {
  const t = useT();
  const choices = types.map((value) => ({ value, label: value }));
  if (form.mode === 'psi') {
    return (
      <ManyCards
        legend={t('start.ask.identifiers')}
        error={error}
        values={form.identifiers}
        onChange={(identifiers) => onChange({ identifiers })}
        choices={choices}
      />
    );
  }
  const [only = ''] = form.identifiers.length === 1 ? form.identifiers : [];
  return (
    <ChoiceCards
      legend={t('start.ask.identifiers')}
      hint={types.length > 1 ? t('start.ask.identifiers.one') : undefined}
      error={error}
      value={only}
      onChange={(value) => onChange({ identifiers: [value] })}
      choices={choices}
    />
  );
}

function Measures({
  form,
  measures,
  error,
  onChange,
}: {
  readonly form: AskForm;
  readonly measures: Choices['measures'];
  readonly error: string | undefined;
  readonly onChange: (changes: Partial<AskForm>) => void;
}): ReactNode {
  const t = useT();
  const formats = useFormats();
  return (
    <ManyCards
      legend={t('start.ask.measures')}
      hint={t('start.ask.measures.hint')}
      error={error}
      values={form.measures}
      onChange={(chosen) => onChange({ measures: chosen })}
      choices={measures.map(({ name, bound, quantum }) => ({
        value: name,
        label: (
          <Message
            of="sessions.facts.measure"
            values={{
              name: <Name max={40}>{name}</Name>,
              bound: formats.number(bound, 6),
              quantum: formats.number(quantum, 6),
            }}
          />
        ),
      }))}
    />
  );
}
