import { useId, type ReactNode } from 'react';

export interface CardChoice<Value extends string> {
  readonly value: Value;
  /** May hold names from elsewhere, isolated. */
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly disabled?: boolean;
}

interface CardsProps<Value extends string> {
  readonly legend: string;
  readonly hint?: ReactNode;
  /** What is wrong with the choice. */
  readonly error?: string | undefined;
  readonly choices: readonly CardChoice<Value>[];
}

/** One of some, each with what speaks for it. */
export function ChoiceCards<Value extends string>({
  value,
  onChange,
  ...props
}: CardsProps<Value> & { readonly value: Value | ''; readonly onChange: (value: Value) => void }): ReactNode {
  return (
    <Cards
      {...props}
      type="radio"
      isChosen={(choice) => choice === value}
      onToggle={(choice) => onChange(choice)}
    />
  );
}

/** Several of some. */
export function ManyCards<Value extends string>({
  values,
  onChange,
  ...props
}: CardsProps<Value> & {
  readonly values: readonly Value[];
  readonly onChange: (values: readonly Value[]) => void;
}): ReactNode {
  const toggled = (choice: Value): readonly Value[] =>
    // In the order of the choices, whatever the order of the clicks.
    props.choices
      .map(({ value }) => value)
      .filter((value) => (value === choice ? !values.includes(value) : values.includes(value)));
  return (
    <Cards
      {...props}
      type="checkbox"
      isChosen={(choice) => values.includes(choice)}
      onToggle={(choice) => onChange(toggled(choice))}
    />
  );
}

function Cards<Value extends string>({
  legend,
  hint,
  error,
  choices,
  type,
  isChosen,
  onToggle,
}: CardsProps<Value> & {
  readonly type: 'radio' | 'checkbox';
  readonly isChosen: (value: Value) => boolean;
  readonly onToggle: (value: Value) => void;
}): ReactNode {
  const id = useId();
  const notes = [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`].filter(
    Boolean,
  );
  return (
    <fieldset
      className="cards"
      data-invalid={error === undefined ? undefined : ''}
      aria-describedby={notes.length === 0 ? undefined : notes.join(' ')}
    >
      <legend className="field-label">{legend}</legend>
      {hint === undefined ? null : (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error === undefined ? null : (
        <p className="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
      <div className="cards-list">
        {choices.map(({ value, label, hint: note, disabled = false }) => (
          <label key={value} className={disabled ? 'card card-disabled' : 'card'}>
            <input
              type={type}
              name={id}
              value={value}
              checked={isChosen(value)}
              disabled={disabled}
              onChange={() => onToggle(value)}
            />
            <span className="card-words">
              <span className="card-label">{label}</span>
              {note === undefined ? null : <span className="field-hint">{note}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
