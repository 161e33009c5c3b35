import type { ReactNode } from 'react';

/** Two circles that overlap: what two sides have in common. */
export function BrandMark(): ReactNode {
  return (
    <svg className="brand-mark" viewBox="0 0 32 22" aria-hidden="true">
      <circle cx="11" cy="11" r="9.5" />
      <circle cx="21" cy="11" r="9.5" />
      <path d="M16 2.9a9.5 9.5 0 0 1 0 16.2a9.5 9.5 0 0 1 0-16.2z" />
    </svg>
  );
}
