import { type ReactNode, useId } from 'react';
import type { Drawing } from './draw.js';
import { harmless } from './names.js';

/** A drawing for wide pages and one for phones; the style sheet shows the one that fits. */
export interface Drawings {
  readonly wide: Drawing;
  readonly narrow: Drawing;
}

/** A figure with its title, what it shows in words, and small lines below. */
export function Chart({
  title,
  description,
  drawings,
  children,
}: {
  readonly title: string;
  readonly description: string;
  readonly drawings: Drawings;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <figure className="chart">
      <p className="chart-title">{title}</p>
      <Picture title={title} description={description} drawing={drawings.wide} look="wide-drawing" />
      <Picture title={title} description={description} drawing={drawings.narrow} look="narrow-drawing" />
      <figcaption>{children}</figcaption>
    </figure>
  );
}

function Picture({
  title,
  description,
  drawing: { width, height, content },
  look,
}: {
  readonly title: string;
  readonly description: string;
  readonly drawing: Drawing;
  readonly look: string;
}): ReactNode {
  const id = useId();
  return (
    <svg
      className={look}
      role="img"
      aria-labelledby={`${id}t ${id}d`}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
    >
      <title id={`${id}t`}>{harmless(title)}</title>
      <desc id={`${id}d`}>{harmless(description)}</desc>
      <g aria-hidden="true">{content}</g>
    </svg>
  );
}

/** Small lines under a figure or a table: the privacy terms, and how to read the marks. */
export function Terms({ lines }: { readonly lines: readonly string[] }): ReactNode {
  return lines.map((line, i) => (
    <p className="terms" key={i}>
      {harmless(line)}
    </p>
  ));
}
