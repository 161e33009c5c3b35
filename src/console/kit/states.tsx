import type { ReactNode } from 'react';
import { isMessageKey } from '../../messages/index.js';
import { asProblem } from '../api/problem.js';
import { Button } from './controls.js';
import { useFormats, useT } from './locale.js';

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'neutral';

/** A word with a colour, where the word alone says it. */
export function Tag({
  tone = 'neutral',
  children,
}: {
  readonly tone?: Tone;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <span className={`tag tag-${tone}`}>
      <span className="tag-dot" aria-hidden="true" />
      {children}
    </span>
  );
}

const TONES: Readonly<Record<string, Tone>> = {
  active: 'good',
  done: 'good',
  ready: 'good',
  valid: 'good',
  connected: 'good',
  delivered: 'good',
  offered: 'info',
  accepted: 'info',
  running: 'info',
  loading: 'info',
  writing: 'info',
  started: 'info',
  acknowledged: 'info',
  notice: 'info',
  suspended: 'warn',
  paused: 'warn',
  warning: 'warn',
  skipped: 'warn',
  open: 'warn',
  waiting: 'warn',
  pending: 'warn',
  failed: 'bad',
  rejected: 'bad',
  revoked: 'bad',
  critical: 'bad',
  gone: 'bad',
  'given-up': 'bad',
};

/** The state of anything that the API has a word for: sessions, datasets, alarms and so on. */
export function StateTag({ state }: { readonly state: string }): ReactNode {
  const t = useT();
  const key = `shell.state.${state}`;
  return <Tag tone={TONES[state] ?? 'neutral'}>{isMessageKey(key) ? t(key) : state}</Tag>;
}

/** Something to know, set apart. `live` has it read aloud when it comes. */
export function Notice({
  tone = 'info',
  title,
  children,
  live = false,
  actions,
}: {
  readonly tone?: Tone;
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  readonly live?: boolean;
  readonly actions?: ReactNode;
}): ReactNode {
  return (
    <div className={`notice notice-${tone}`} role={live ? (tone === 'bad' ? 'alert' : 'status') : undefined}>
      {title === undefined ? null : <p className="notice-title">{title}</p>}
      {children === undefined ? null : <div className="notice-body">{children}</div>}
      {actions === undefined ? null : <div className="row">{actions}</div>}
    </div>
  );
}

/** Where there is nothing yet: what would be here, and how it comes here. */
export function Empty({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}): ReactNode {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children === undefined ? null : <p className="empty-body">{children}</p>}
      {action}
    </div>
  );
}

/** Grey bars where text will be; as many as there will be lines, so that nothing jumps. */
export function Loading({ lines = 4 }: { readonly lines?: number }): ReactNode {
  const t = useT();
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">{t('shell.loading')}</span>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className="skeleton" aria-hidden="true" />
      ))}
    </div>
  );
}

/** What went wrong in a sentence, what to do about it, and the code for whoever helps. */
export function ErrorState({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}): ReactNode {
  const t = useT();
  const formats = useFormats();
  const { code, detail, field, instance, retryAfter } = asProblem(error);
  return (
    <div className="notice notice-bad" role="alert">
      <p className="notice-title">{t(`error.${code}.what`)}</p>
      <p className="notice-body">{t(`error.${code}.next`)}</p>
      {retryAfter === undefined ? null : (
        <p className="notice-body">{t('shell.error.wait', { time: formats.duration(retryAfter) })}</p>
      )}
      <dl className="error-facts">
        <ErrorFact term={t('shell.error.code')}>{code}</ErrorFact>
        <ErrorFact term={t('shell.error.field')}>{field}</ErrorFact>
      </dl>
      {isEmpty(detail) && isEmpty(instance) ? null : (
        <details className="error-more">
          <summary>{t('shell.error.more')}</summary>
          <dl className="error-facts">
            <ErrorFact term={t('shell.error.detail')}>{detail}</ErrorFact>
            <ErrorFact term={t('shell.error.request')}>{instance}</ErrorFact>
          </dl>
        </details>
      )}
      {onRetry === undefined ? null : <Button onClick={onRetry}>{t('shell.retry')}</Button>}
    </div>
  );
}

const isEmpty = (text: string | undefined): boolean => text === undefined || text === '';

function ErrorFact({
  term,
  children,
}: {
  readonly term: string;
  readonly children: string | undefined;
}): ReactNode {
  if (isEmpty(children)) return null;
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        <code>
          <bdi>{children}</bdi>
        </code>
      </dd>
    </div>
  );
}

/** Where the caller's role may not go. */
export function Forbidden({ needs }: { readonly needs: readonly string[] }): ReactNode {
  const t = useT();
  const formats = useFormats();
  const roles = needs.map((role) => {
    const key = `shell.role.${role}`;
    return isMessageKey(key) ? t(key) : role;
  });
  return (
    <div className="empty">
      <p className="empty-title">{t('shell.forbidden.what')}</p>
      <p className="empty-body">{t('shell.forbidden.next', { roles: formats.list(roles) })}</p>
    </div>
  );
}

/** How far something is; without `value` it is not known how far. `text` says it in figures. */
export function Progress({
  label,
  value,
  max = 100,
  text,
}: {
  readonly label: string;
  readonly value?: number | undefined;
  readonly max?: number;
  readonly text?: ReactNode;
}): ReactNode {
  return (
    <div className="progress">
      <div className="progress-words">
        <span>{label}</span>
        <span className="progress-figures">{text}</span>
      </div>
      <progress aria-label={label} value={value} max={max} />
    </div>
  );
}
