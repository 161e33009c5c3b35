import { useId, useState, type ReactNode } from 'react';
import { useAction, type AuditCheckpoint, type AuditVerdict } from '../../api/index.js';
import { Button, ErrorState, Notice, Row, Section, useFormats, useT } from '../../kit/index.js';
import { saveText } from './save-text.js';

/** Has the node verify its log, and says in words what came of it; and takes a checkpoint along. */
export function Verification(): ReactNode {
  const t = useT();
  const [against, setAgainst] = useState<AuditCheckpoint | null>(null);
  const verify = useAction<{ readonly against?: AuditCheckpoint }, AuditVerdict>('POST', '/v1/audit/verify');
  const checkpoint = useAction<undefined, AuditCheckpoint>('POST', '/v1/audit/checkpoint', {
    onDone: (made) => saveText(`checkpoint-${made.sequence}.json`, `${JSON.stringify(made, null, 2)}\n`),
  });
  return (
    <Section title={t('audit.verify')} lead={t('audit.verify.lead')}>
      <CheckpointFile onChange={setAgainst} />
      <Row>
        <Button
          tone="primary"
          busy={verify.isRunning}
          onClick={() => void verify.run(against === null ? {} : { against })}
        >
          {t('audit.verify')}
        </Button>
        <Button busy={checkpoint.isRunning} onClick={() => void checkpoint.run(undefined)}>
          {t('audit.checkpoint')}
        </Button>
      </Row>
      <p className="field-hint">{t('audit.checkpoint.text')}</p>
      {verify.isRunning ? <p role="status">{t('audit.verify.running')}</p> : null}
      {verify.error === null ? null : <ErrorState error={verify.error} />}
      {verify.data === undefined || verify.isRunning ? null : (
        <Verdict verdict={verify.data} isCompared={against !== null} />
      )}
      {checkpoint.error === null ? null : <ErrorState error={checkpoint.error} />}
      {checkpoint.data === undefined ? null : (
        <Notice tone="good" live>
          {t('audit.checkpoint.done', { sequence: checkpoint.data.sequence })}
        </Notice>
      )}
    </Section>
  );
}

function Verdict({
  verdict,
  isCompared,
}: {
  readonly verdict: AuditVerdict;
  readonly isCompared: boolean;
}): ReactNode {
  const t = useT();
  if (verdict.ok) {
    const { entries, checkpoints } = verdict;
    return (
      <Notice tone="good" title={t('audit.verify.ok.title')} live>
        <p>{t('audit.verify.ok.text', { entries, checkpoints })}</p>
        {isCompared ? <p>{t('audit.verify.ok.against')}</p> : null}
      </Notice>
    );
  }
  return (
    <Notice tone="bad" title={t('audit.verify.bad.title')} live>
      <p>{t(`audit.fault.${verdict.fault}`, { sequence: verdict.sequence })}</p>
      <p>{t('audit.verify.bad.next')}</p>
    </Notice>
  );
}

/** A field for the file of a checkpoint. */
function CheckpointFile({
  onChange,
}: {
  readonly onChange: (checkpoint: AuditCheckpoint | null) => void;
}): ReactNode {
  const t = useT();
  const formats = useFormats();
  const id = useId();
  const [state, setState] = useState<{ readonly error?: string; readonly chosen?: AuditCheckpoint }>({});
  const choose = async (file: File | undefined): Promise<void> => {
    onChange(null);
    setState({});
    if (file === undefined) return;
    const found = checkpointOf(await file.slice(0, MOST_BYTES).text());
    if (found === undefined) {
      setState({ error: t('audit.verify.against.bad') });
      return;
    }
    setState({ chosen: found });
    onChange(found);
  };
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {t('audit.verify.against')}
      </label>
      <input
        id={id}
        className="input"
        type="file"
        accept="application/json,.json"
        aria-describedby={`${id}-note`}
        aria-invalid={state.error === undefined ? undefined : true}
        onChange={(event) => void choose(event.target.files?.[0])}
      />
      <p id={`${id}-note`} className={state.error === undefined ? 'field-hint' : 'field-error'}>
        {state.error ??
          (state.chosen === undefined ? t('audit.verify.against.hint') : formats.dateTime(state.chosen.at))}
      </p>
    </div>
  );
}

const MOST_BYTES = 4096;

/** The checkpoint that a text is, as far as the form tells; whether it holds is for the node to say. */
function checkpointOf(text: string): AuditCheckpoint | undefined {
  try {
    const found = JSON.parse(text) as Partial<AuditCheckpoint> | null;
    const { sequence, digest, at, key, signature } = found ?? {};
    if (typeof sequence !== 'number') return undefined;
    if (![digest, at, key, signature].every((part) => typeof part === 'string')) return undefined;
    return { sequence, digest, at, key, signature } as AuditCheckpoint;
  } catch {
    return undefined;
  }
}
