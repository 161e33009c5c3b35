import type { ReactNode } from 'react';

/** A document as JSON, in a frame that scrolls. */
export function DocumentText({
  label,
  document,
}: {
  readonly label: string;
  readonly document: unknown;
}): ReactNode {
  return (
    <pre className="document" tabIndex={0} role="region" aria-label={label}>
      {JSON.stringify(document, null, 2)}
    </pre>
  );
}
