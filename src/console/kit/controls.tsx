import { useId, useLayoutEffect, useRef, type ChangeEvent, type ComponentProps, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useT } from './locale.js';

export interface ButtonProps {
  readonly children: ReactNode;
  readonly onClick?: () => void;
  readonly type?: 'button' | 'submit';
  /** `danger` is for what cannot be undone. */
  readonly tone?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly small?: boolean;
  readonly disabled?: boolean;
  /** What it does is under way: it cannot be pressed again. */
  readonly busy?: boolean;
  /** For the ear, when the text alone does not say what it is about. */
  readonly label?: string;
}

const classOf = (tone: string, small: boolean): string =>
  `button button-${tone}${small ? ' button-small' : ''}`;

export function Button({
  children,
  onClick,
  type = 'button',
  tone = 'plain',
  small = false,
  disabled = false,
  busy = false,
  label,
}: ButtonProps): ReactNode {
  return (
    <button
      type={type}
      className={classOf(tone, small)}
      onClick={busy ? undefined : onClick}
      disabled={disabled}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      aria-label={label}
    >
      {busy ? <span className="spinner" aria-hidden="true" /> : null}
      {children}
    </button>
  );
}

/** A link that looks like a button. `href` is a path of the console, such as `/sessions`; `download` leaves the console. */
export function ButtonLink({
  href,
  children,
  tone = 'plain',
  small = false,
  download = false,
}: {
  readonly href: string;
  readonly children: ReactNode;
  readonly tone?: 'primary' | 'plain' | 'quiet';
  readonly small?: boolean;
  /** The address of a file of the node. */
  readonly download?: boolean;
}): ReactNode {
  const className = classOf(tone, small);
  return download ? (
    <a href={href} className={className} download>
      {children}
    </a>
  ) : (
    <Link href={href} className={className}>
      {children}
    </Link>
  );
}

interface Labelled {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with what was entered. */
  readonly error?: string | null | undefined;
}

interface FieldProps extends Labelled {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: 'text' | 'password' | 'number' | 'datetime-local' | 'date' | 'search' | 'url';
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly autoComplete?: string;
  readonly inputMode?: ComponentProps<'input'>['inputMode'];
  readonly placeholder?: string;
  readonly maxLength?: number;
  readonly autoFocus?: boolean;
  /** Several lines, of this many rows. */
  readonly rows?: number;
  /** Text of machines: digests, patterns, definitions. */
  readonly mono?: boolean;
}

/** A text field with its label. */
export function Field({
  label,
  hint,
  error,
  value,
  onChange,
  type = 'text',
  rows,
  mono = false,
  ...rest
}: FieldProps): ReactNode {
  const id = useId();
  const shared = {
    id,
    value,
    className: mono ? 'input input-mono' : 'input',
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => onChange(event.target.value),
    'aria-invalid': isGiven(error) || undefined,
    'aria-describedby': describedBy(id, hint, error),
    ...rest,
  };
  return (
    <div className="field">
      <FieldLabel id={id} label={label} />
      {rows === undefined ? (
        <input type={type} {...shared} />
      ) : (
        <textarea rows={rows} spellCheck={!mono} {...shared} />
      )}
      <FieldNotes id={id} hint={hint} error={error} />
    </div>
  );
}

export interface Choice<Value extends string = string> {
  readonly value: Value;
  readonly label: string;
  readonly disabled?: boolean;
}

/** A choice of one of some. With `placeholder`, the empty text stands for no choice yet. */
export function Select<Value extends string>({
  label,
  hint,
  error,
  value,
  onChange,
  choices,
  placeholder,
  disabled,
  required,
}: Labelled & {
  readonly value: Value | '';
  readonly onChange: (value: Value) => void;
  readonly choices: readonly Choice<Value>[];
  readonly placeholder?: string;
  readonly disabled?: boolean;
  readonly required?: boolean;
}): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <FieldLabel id={id} label={label} />
      <select
        id={id}
        className="input"
        value={value}
        onChange={(event) => onChange(event.target.value as Value)}
        disabled={disabled}
        required={required}
        aria-invalid={isGiven(error) || undefined}
        aria-describedby={describedBy(id, hint, error)}
      >
        {placeholder === undefined ? null : <option value="">{placeholder}</option>}
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} disabled={choice.disabled}>
            {choice.label}
          </option>
        ))}
      </select>
      <FieldNotes id={id} hint={hint} error={error} />
    </div>
  );
}

export function Checkbox({
  label,
  hint,
  error,
  checked,
  onChange,
  disabled,
}: Labelled & {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label className="checkbox">
        <input
          type="checkbox"
          checked={checked}
          disabled={disabled}
          onChange={(event) => onChange(event.target.checked)}
          aria-invalid={isGiven(error) || undefined}
          aria-describedby={describedBy(id, hint, error)}
        />
        <span>{label}</span>
      </label>
      <FieldNotes id={id} hint={hint} error={error} />
    </div>
  );
}

/** One of a few, all in sight. */
export function Radios<Value extends string>({
  label,
  hint,
  value,
  onChange,
  choices,
}: Labelled & {
  readonly value: Value | '';
  readonly onChange: (value: Value) => void;
  readonly choices: readonly (Choice<Value> & { readonly hint?: ReactNode })[];
}): ReactNode {
  const id = useId();
  return (
    <fieldset className="field radios">
      <legend className="field-label">{label}</legend>
      {hint === undefined ? null : <p className="field-hint">{hint}</p>}
      {choices.map((choice) => (
        <label key={choice.value} className="radio">
          <input
            type="radio"
            name={id}
            value={choice.value}
            checked={choice.value === value}
            disabled={choice.disabled}
            onChange={() => onChange(choice.value)}
          />
          <span>
            {choice.label}
            {choice.hint === undefined ? null : <span className="field-hint">{choice.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function FieldLabel({ id, label }: { readonly id: string; readonly label: string }): ReactNode {
  return (
    <label className="field-label" htmlFor={id}>
      {label}
    </label>
  );
}

function FieldNotes({
  id,
  hint,
  error,
}: {
  readonly id: string;
  readonly hint?: ReactNode;
  readonly error?: string | null | undefined;
}): ReactNode {
  return (
    <>
      {hint === undefined ? null : (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {isGiven(error) ? (
        <p className="field-error" id={`${id}-error`}>
          {error}
        </p>
      ) : null}
    </>
  );
}

const isGiven = (error: string | null | undefined): boolean =>
  error !== undefined && error !== null && error !== '';

function describedBy(id: string, hint: ReactNode, error: string | null | undefined): string | undefined {
  const ids = [hint === undefined ? '' : `${id}-hint`, isGiven(error) ? `${id}-error` : ''];
  return ids.filter((part) => part !== '').join(' ') || undefined;
}

/** A dialog over the page; the browser keeps the focus in it. It is shown for as long as it is rendered. */
export function Dialog({
  title,
  onClose,
  children,
  actions,
}: {
  readonly title: string;
  /** By the button, the escape key or a press outside. */
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons at its foot. */
  readonly actions?: ReactNode;
}): ReactNode {
  const t = useT();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  // Before it leaves the page: only then the browser gives the focus back to where it was.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element?.open === false) element.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className="dialog-inside">
        <header className="dialog-head">
          <h2 id={id}>{title}</h2>
          <Button small tone="quiet" onClick={onClose} label={t('shell.close')}>
            <span aria-hidden="true">✕</span>
          </Button>
        </header>
        <div className="dialog-body">{children}</div>
        {actions === undefined ? null : <footer className="dialog-actions">{actions}</footer>}
      </div>
    </dialog>
  );
}
