import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { useLocation } from 'wouter';
import {
  asProblem,
  request,
  useAction,
  type Agreement,
  type ApiProblem,
  type Dataset,
  type NewSession,
  type Session,
  type SessionPreview,
} from '../../api/index.js';
import {
  Button,
  ButtonLink,
  Empty,
  Message,
  Notice,
  Row,
  Stack,
  Steps,
  Time,
  useT,
} from '../../kit/index.js';
import { errorWords } from '../sessions/words.js';
import { AgreementStep, DatasetStep } from './choose-steps.js';
import { AskStep } from './ask-step.js';
import { faultsOf, fieldOf, requestOf, settled, stepOf, STEPS, type AskForm, type Step } from './ask-form.js';
import { CheckStep } from './check-step.js';
import type { Errors, Known } from './known.js';
import './start.css';

export function StartForm({
  known,
  start,
  like,
}: {
  readonly known: Known;
  readonly start: AskForm;
  /** The session whose choices it starts with. */
  readonly like: Session | undefined;
}): ReactNode {
  const t = useT();
  const [, go] = useLocation();
  const [form, setForm] = useState(start);
  const [step, setStep] = useState<Step>('agreement');
  const [errors, setErrors] = useState<Errors>({});
  const [refusal, setRefusal] = useState<ApiProblem | null>(null);
  const [preview, setPreview] = useState<SessionPreview | null>(null);
  const [isChecking, setIsChecking] = useState(false);
  const send = useAction<NewSession, Session>('POST', '/v1/sessions', {
    onDone: ({ id }) => go(`/sessions/${id}`),
  });
  const panel = useFocus(step, errors);
  const agreement = known.agreements.find(({ id }) => id === form.agreement);
  const dataset = known.datasets.find(({ id }) => id === form.dataset);
  const partner = known.partners.find(({ id }) => id === agreement?.partnerId);

  const change = (changes: Partial<AskForm>): void => {
    setForm({ ...form, ...changes });
    setErrors(Object.fromEntries(Object.entries(errors).filter(([field]) => !(field in changes))));
    setRefusal(null);
    setPreview(null);
    send.reset();
  };
  const goTo = (next: Step): void => {
    if (next === 'ask' && agreement !== undefined && dataset !== undefined) {
      setForm(settled(form, agreement, dataset));
    }
    setRefusal(null);
    setStep(next);
  };
  const refused = (error: unknown): void => {
    const problem = asProblem(error);
    const field = fieldOf(problem.field);
    const { what, next } = errorWords(t, problem.code);
    setRefusal(problem);
    setErrors(field === undefined ? {} : { [field]: `${what} ${next}` });
  };
  const check = async (): Promise<void> => {
    if (agreement === undefined || dataset === undefined) return;
    const faults = Object.entries(faultsOf(form, agreement));
    setErrors(Object.fromEntries(faults.map(([field, { key, values }]) => [field, t(key, values)])));
    if (faults.length > 0) return;
    setIsChecking(true);
    setRefusal(null);
    try {
      const body = requestOf(form, dataset);
      setPreview(await request<SessionPreview>('POST', '/v1/sessions/preview', { body }));
      setStep('check');
    } catch (error) {
      refused(error);
    } finally {
      setIsChecking(false);
    }
  };
  const forward = (): void => {
    if (step === 'agreement') {
      if (agreement === undefined) setErrors({ agreement: t('start.ask.choose') });
      else goTo('dataset');
    } else if (step === 'dataset') {
      if (dataset === undefined || agreement?.datasets.includes(dataset.id) !== true) {
        setErrors({ dataset: t('start.ask.choose') });
      } else goTo('ask');
    } else if (step === 'ask') void check();
    else if (dataset !== undefined) void send.run(requestOf(form, dataset));
  };

  if (known.agreements.length === 0) {
    return <Empty title={t('start.agreement.none.title')}>{t('start.agreement.none.text')}</Empty>;
  }
  return (
    <form
      className="start"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        forward();
      }}
    >
      <Steps
        label={t('start.steps')}
        steps={STEPS.map((id) => ({ id, label: t(`start.step.${id}`) }))}
        current={step}
        onGo={(id) => goTo(STEPS.find((one) => one === id) ?? step)}
      />
      {like === undefined || step === 'check' ? null : (
        <Notice>
          <Message of="start.blank" values={{ at: <Time at={like.createdAt} /> }} />
        </Notice>
      )}
      <div className="start-panel" ref={panel} tabIndex={-1}>
        {refusal === null ? null : <Refusal problem={refusal} now={step} onGo={goTo} />}
        {step === 'agreement' ? (
          <AgreementStep known={known} value={form.agreement} error={errors.agreement} onChange={change} />
        ) : step === 'dataset' && agreement !== undefined ? (
          <DatasetStep
            known={known}
            agreement={agreement}
            value={form.dataset}
            error={errors.dataset}
            onChange={change}
          />
        ) : step === 'ask' && agreement !== undefined && dataset !== undefined ? (
          <AskStep
            form={form}
            agreement={agreement}
            dataset={dataset}
            errors={errors}
            onChange={(changes) => change(settledChange({ ...form, ...changes }, agreement, dataset))}
          />
        ) : step === 'check' && preview !== null && dataset !== undefined ? (
          <Stack>
            <CheckStep preview={preview} partner={partner?.name ?? ''} dataset={dataset} />
            {send.error === null ? null : <Refusal problem={send.error} now={step} onGo={goTo} />}
          </Stack>
        ) : null}
      </div>
      <Row>
        {step === 'agreement' ? (
          <ButtonLink href="/sessions">{t('start.cancel')}</ButtonLink>
        ) : (
          <Button onClick={() => goTo(STEPS[STEPS.indexOf(step) - 1] ?? step)}>{t('start.back')}</Button>
        )}
        <Button type="submit" tone="primary" busy={isChecking || send.isRunning}>
          {t(step === 'check' ? 'start.send' : isChecking ? 'start.checking' : 'start.next')}
        </Button>
      </Row>
    </form>
  );
}

/** With another mode, what was chosen for the one before may be no choice any more. */
function settledChange(form: AskForm, agreement: Agreement, dataset: Dataset): AskForm {
  const { mode, disclosure, identifiers } = settled(form, agreement, dataset);
  return { ...form, mode, disclosure, identifiers };
}

/** Why the node refuses, and the step where that can be changed. */
function Refusal({
  problem,
  now,
  onGo,
}: {
  readonly problem: ApiProblem;
  readonly now: Step;
  readonly onGo: (step: Step) => void;
}): ReactNode {
  const t = useT();
  const { what, next } = errorWords(t, problem.code);
  const field = fieldOf(problem.field);
  const step = stepOf(field);
  return (
    <Notice
      tone="bad"
      live
      title={`${t('start.refused.title')}: ${what}`}
      actions={
        field === undefined || step === now ? undefined : (
          <Button small onClick={() => onGo(step)}>
            {t('start.refused.where', { step: t(`start.step.${step}`) })}
          </Button>
        )
      }
    >
      <p>{next}</p>
      <p className="field-hint">
        <code>{problem.code}</code> <bdi>{problem.detail}</bdi>
      </p>
    </Notice>
  );
}

/** Moves the focus to a step that opens, and to the first field at fault. */
function useFocus(step: Step, errors: Errors): RefObject<HTMLDivElement | null> {
  const panel = useRef<HTMLDivElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    panel.current?.focus();
  }, [step]);
  useEffect(() => {
    if (Object.keys(errors).length === 0) return;
    panel.current?.querySelector<HTMLElement>('[aria-invalid=true], [data-invalid] input')?.focus();
  }, [errors]);
  return panel;
}
