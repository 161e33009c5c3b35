import type { ReactNode } from 'react';
import { harmless } from './names.js';

/** Terms and what is said of them. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }): ReactNode {
  return (
    <dl>
      {facts.map(([term, fact]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{typeof fact === 'string' ? harmless(fact) : fact}</dd>
        </div>
      ))}
    </dl>
  );
}
