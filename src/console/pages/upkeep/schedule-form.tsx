import { useState, type ReactNode } from 'react';
import {
  useAction,
  useOne,
  type Agreement,
  type Dataset,
  type ListPage,
  type NewSchedule,
  type Schedule,
} from '../../api/index.js';
import {
  Button,
  ErrorState,
  Field,
  Loading,
  Notice,
  Radios,
  Row,
  Section,
  Select,
  useT,
} from '../../kit/index.js';
import { errorAt, Form, FormError } from '../parts/index.js';
import { CadenceFields } from './cadence-fields.js';
import { ownTimeZone, patternOf, type Cadence } from './rhythm.js';

type Mode = NewSchedule['request']['mode'];

const MISSED = ['skip', 'run-once'] as const;

/** Makes a schedule within an agreement that allows one. */
export function ScheduleForm({ onClose }: { readonly onClose: () => void }): ReactNode {
  const t = useT();
  const agreements = useOne<ListPage<Agreement>>('/v1/agreements', {
    query: { state: 'active', limit: 200 },
  });
  const datasets = useOne<ListPage<Dataset>>('/v1/datasets', { query: { state: 'active', limit: 200 } });
  const error = agreements.error ?? datasets.error;
  const usable = agreements.data?.items.filter(({ terms }) => terms.schedule !== 'none');
  return (
    <Section title={t('upkeep.new.title')}>
      {error !== null ? (
        <ErrorState error={error} onRetry={agreements.refetch} />
      ) : usable === undefined || datasets.data === undefined ? (
        <Loading lines={8} />
      ) : usable[0] === undefined ? (
        <Notice actions={<Button onClick={onClose}>{t('upkeep.new.cancel')}</Button>}>
          {t('upkeep.new.agreement.none')}
        </Notice>
      ) : (
        <Known agreements={usable} datasets={datasets.data.items} onClose={onClose} />
      )}
    </Section>
  );
}

function Known({
  agreements,
  datasets,
  onClose,
}: {
  readonly agreements: readonly Agreement[];
  readonly datasets: readonly Dataset[];
  readonly onClose: () => void;
}): ReactNode {
  const t = useT();
  const [name, setName] = useState('');
  const [agreementId, setAgreement] = useState('');
  const [datasetId, setDataset] = useState('');
  const [chosenMode, setMode] = useState<Mode | ''>('');
  const [chosenPurpose, setPurpose] = useState('');
  const [missedRun, setMissedRun] = useState<NewSchedule['missedRun']>('skip');
  const [epsilon, setEpsilon] = useState('');
  const [cadence, setCadence] = useState<Cadence>(() => ({
    rhythm: 'weekly',
    time: '06:00',
    weekday: '1',
    monthDay: '1',
    pattern: '0 6 * * 1',
    timeZone: ownTimeZone(),
  }));
  const create = useAction<NewSchedule, Schedule>('POST', '/v1/schedules', { onDone: onClose });
  const agreement = agreements.find(({ id }) => id === agreementId) ?? agreements[0];
  if (agreement === undefined) return null;
  const { terms, ownParty } = agreement;
  const own = datasets.filter(({ id }) => agreement.datasets.includes(id));
  const dataset = own.find(({ id }) => id === datasetId) ?? own[0];
  const modes = [
    ...new Set(
      terms.uses.filter(({ roles }) => roles[ownParty] === dataset?.definition.role).map(({ mode }) => mode),
    ),
  ];
  const mode = modes.find((one) => one === chosenMode) ?? modes[0];
  const purpose = terms.purposes.find((one) => one === chosenPurpose) ?? terms.purposes[0] ?? '';
  const { error } = create;
  const submit = (): void => {
    if (dataset === undefined || mode === undefined) return;
    void create.run({
      agreement: agreement.id,
      dataset: dataset.id,
      name: name.trim(),
      pattern: patternOf(cadence),
      timeZone: cadence.timeZone.trim(),
      missedRun,
      request: {
        mode,
        role: dataset.definition.role,
        purpose,
        ...(mode === 'psi' || epsilon.trim() === '' ? {} : { epsilon: epsilon.trim() }),
      },
    });
  };
  return (
    <Form onSubmit={submit}>
      <Field
        label={t('upkeep.new.name')}
        value={name}
        onChange={setName}
        error={errorAt(error, 'name')}
        maxLength={100}
        required
      />
      <Select
        label={t('upkeep.new.agreement')}
        hint={t('upkeep.new.allowed', { rhythm: t(`partners.term.schedule.${terms.schedule}`) })}
        value={agreement.id}
        onChange={setAgreement}
        error={errorAt(error, 'agreement', 'schedule')}
        choices={agreements.map((one) => ({ value: one.id, label: one.name }))}
      />
      {dataset === undefined ? (
        <Notice tone="warn">{t('upkeep.new.dataset.none')}</Notice>
      ) : (
        <Select
          label={t('upkeep.new.dataset')}
          value={dataset.id}
          onChange={setDataset}
          error={errorAt(error, 'dataset')}
          choices={own.map(({ id, definition }) => ({ value: id, label: definition.name }))}
        />
      )}
      <Radios
        label={t('upkeep.new.mode')}
        value={mode ?? ''}
        onChange={setMode}
        choices={modes.map((value) => ({ value, label: t(`trend.reports.mode.${value}`) }))}
      />
      <Select
        label={t('upkeep.new.purpose')}
        value={purpose}
        onChange={setPurpose}
        error={errorAt(error, 'purpose', 'request.purpose')}
        choices={terms.purposes.map((value) => ({ value, label: value }))}
      />
      {mode === 'psi' ? null : (
        <Field
          label={t('upkeep.new.epsilon')}
          hint={t('upkeep.new.epsilon.hint', { limit: terms.privacy.epsilonPerRelease })}
          value={epsilon}
          onChange={setEpsilon}
          error={errorAt(error, 'epsilon', 'request.epsilon')}
          inputMode="decimal"
          placeholder={terms.privacy.epsilonPerRelease}
        />
      )}
      <CadenceFields cadence={cadence} onChange={setCadence} error={error} />
      <Radios
        label={t('upkeep.new.missed')}
        value={missedRun}
        onChange={setMissedRun}
        choices={MISSED.map((value) => ({ value, label: t(`upkeep.new.missed.${value}`) }))}
      />
      <FormError error={error} />
      <Row>
        <Button
          type="submit"
          tone="primary"
          busy={create.isRunning}
          disabled={dataset === undefined || mode === undefined}
        >
          {t('upkeep.new.submit')}
        </Button>
        <Button onClick={onClose}>{t('upkeep.new.cancel')}</Button>
      </Row>
    </Form>
  );
}
