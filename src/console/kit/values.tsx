import { useState, type ReactNode } from 'react';
import { Button } from './controls.js';
import { useFormats, useT } from './locale.js';

/** A word that may be broken anywhere; shorter ones stay whole in the narrowest column. */
const LONG_WORD = /\S{17}/u;

/** A name that came from elsewhere: set apart, so that nothing in it changes what stands around it. */
export function Name({
  children,
  max = 60,
}: {
  readonly children: string;
  readonly max?: number;
}): ReactNode {
  const characters = Array.from(children);
  const isLong = characters.length > max;
  const shown = isLong ? `${characters.slice(0, max - 1).join('')}…` : children;
  return (
    <bdi className={LONG_WORD.test(shown) ? 'name name-long' : 'name'} title={isLong ? children : undefined}>
      {shown}
    </bdi>
  );
}

export type TimeForm = 'date' | 'dateTime' | 'relative';

/** A time in the zone of the reader; UTC in the title. Nothing (null) is a dash. */
export function Time({
  at,
  as = 'dateTime',
}: {
  readonly at: string | null | undefined;
  readonly as?: TimeForm;
}): ReactNode {
  const formats = useFormats();
  if (at === null || at === undefined) return <None />;
  const text = as === 'relative' ? formats.relative(at, new Date()) : formats[as](at);
  return (
    <time className="time" dateTime={at} title={formats.utc(at)}>
      {text}
    </time>
  );
}

export interface AmountProps {
  /** A number or a decimal; nothing (null) is a dash. */
  readonly value: number | string | null | undefined;
  readonly as?: 'number' | 'percent' | 'signed' | 'bytes' | 'duration';
  /** After the point, at most. */
  readonly digits?: number;
  /** What is counted, behind the figure. */
  readonly unit?: string;
}

/** A figure as the reader writes it, with its unit. `percent` takes per cent, `duration` seconds. */
export function Amount({ value, as = 'number', digits, unit }: AmountProps): ReactNode {
  const formats = useFormats();
  if (value === null || value === undefined || value === '') return <None />;
  const text = as === 'bytes' || as === 'duration' ? formats[as](Number(value)) : formats[as](value, digits);
  return (
    <span className="amount">
      {text}
      {unit === undefined ? null : <span className="amount-unit"> {unit}</span>}
    </span>
  );
}

/** Where there is nothing to show. */
export function None(): ReactNode {
  const t = useT();
  return (
    <span className="none">
      <span aria-hidden="true">–</span>
      <span className="visually-hidden">{t('shell.none')}</span>
    </span>
  );
}

/** A digest, fingerprint or key to be taken elsewhere; `label` says what it is to whoever copies it. */
export function CopyText({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const t = useT();
  const [isCopied, setIsCopied] = useState(false);
  const copy = (): void => {
    void copied(text).then(setIsCopied);
  };
  return (
    <span className="copy">
      <code className="copy-text">{text}</code>
      <Button
        small
        tone="quiet"
        onClick={copy}
        label={isCopied ? t('shell.copy.done') : t('shell.copy.what', { what: label })}
      >
        {isCopied ? t('shell.copy.done') : t('shell.copy.do')}
      </Button>
      <span className="visually-hidden" role="status">
        {isCopied ? t('shell.copy.done') : ''}
      </span>
    </span>
  );
}

/** The clipboard is there only for addresses that count as secure; and it may refuse. */
async function copied(text: string): Promise<boolean> {
  const { clipboard } = navigator as { clipboard?: Clipboard };
  if (clipboard === undefined) return false;
  return clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}
