import { useEffect, useId, type ReactNode } from 'react';
import { useT } from './locale.js';

/** A page: its one heading, what can be done on it, and its sections. */
export function Page({
  title,
  lead,
  actions,
  children,
  trail,
}: {
  /** For the heading. With `documentTitle` it may be more than text. */
  readonly title: string;
  /** One or two sentences on what is seen here. */
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  /** The way back: a link to the list that this is of. */
  readonly trail?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  const t = useT();
  useEffect(() => {
    document.title = t('shell.title', { page: title });
  }, [t, title]);
  return (
    <div className="page">
      {trail === undefined ? null : <p className="page-trail">{trail}</p>}
      <header className="page-head">
        <h1 tabIndex={-1}>
          <bdi>{title}</bdi>
        </h1>
        {actions === undefined ? null : <div className="page-actions">{actions}</div>}
      </header>
      {lead === undefined ? null : <p className="page-lead">{lead}</p>}
      {children}
    </div>
  );
}

/** A part of a page under a heading of its own. */
export function Section({
  title,
  lead,
  actions,
  children,
  plain = false,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** Without a frame. */
  readonly plain?: boolean;
}): ReactNode {
  const id = useId();
  return (
    <section className={plain ? 'section section-plain' : 'section'} aria-labelledby={id}>
      <header className="section-head">
        <h2 id={id}>{title}</h2>
        {actions === undefined ? null : <div className="section-actions">{actions}</div>}
      </header>
      {lead === undefined ? null : <p className="section-lead">{lead}</p>}
      <div className="section-body">{children}</div>
    </section>
  );
}

export interface Fact {
  readonly term: string;
  readonly value: ReactNode;
  readonly hint?: ReactNode;
  /** Takes a line of its own. */
  readonly isWide?: boolean;
}

/** What is known of one thing. */
export function Facts({
  items,
  columns = 2,
}: {
  readonly items: readonly Fact[];
  readonly columns?: 1 | 2 | 3 | 4;
}): ReactNode {
  return (
    <dl className={`facts facts-${columns}`}>
      {items.map(({ term, value, hint, isWide = false }) => (
        <div key={term} className={isWide ? 'fact fact-wide' : 'fact'}>
          <dt>{term}</dt>
          <dd>
            {value}
            {hint === undefined ? null : <span className="fact-hint">{hint}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Buttons, fields or tags beside each other, wrapping where there is no room. */
export function Row({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className="row">{children}</div>;
}

/** Things below each other, evenly spaced. */
export function Stack({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className="stack">{children}</div>;
}
