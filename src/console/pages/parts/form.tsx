import type { ReactNode } from 'react';
import type { ApiProblem } from '../../api/index.js';
import { ErrorState } from '../../kit/index.js';

/** A form that is sent by its button or the enter key. */
export function Form({
  onSubmit,
  children,
}: {
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}

/** What the node said of one of `fields`, for the field to show; `undefined` when it is about something else. */
export function errorAt(error: ApiProblem | null, ...fields: readonly string[]): string | undefined {
  const { field } = error ?? {};
  if (error === null || field === undefined) return undefined;
  const isAt = fields.some((one) => field === one || field.startsWith(`${one}.`));
  return isAt ? (error.detail ?? error.code) : undefined;
}

/** The error of a form, with all that is known of it. Fields show theirs as well. */
export function FormError({ error }: { readonly error: ApiProblem | null }): ReactNode {
  return error === null ? null : <ErrorState error={error} />;
}
