import { useState, type ReactNode } from 'react';
import { Field } from '../../kit/index.js';
import { listOf } from './definition-draft.js';

/** A field for names between commas. What is typed stays as it is typed, whatever it says so far. */
export function CommaField({
  label,
  hint,
  items,
  onChange,
  error,
}: {
  readonly label: string;
  readonly hint: string;
  readonly items: readonly string[];
  readonly onChange: (items: readonly string[] | undefined) => void;
  readonly error: string | undefined;
}): ReactNode {
  const [text, setText] = useState(items.join(', '));
  return (
    <Field
      label={label}
      hint={hint}
      value={text}
      onChange={(next) => {
        setText(next);
        onChange(listOf(next));
      }}
      error={error}
    />
  );
}
