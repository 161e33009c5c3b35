import * as Plot from '@observablehq/plot';
import { type ReactNode, createElement } from 'react';
import { VirtualDocument, VirtualText, type VirtualElement } from './virtual-document.js';

/** What Plot draws, ready to stand in an `svg` element. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly content: readonly ReactNode[];
}

/** Attributes that a style sheet sets for all drawings alike. */
const STYLED = new Set(['font-family', 'font-size']);

/** Draws by Observable Plot without a browser. Plot's own style element is left out: the style sheet of the page has it. */
export function draw(options: Plot.PlotOptions): Drawing {
  // Plot asks for a DOM; of one it uses what the virtual document has.
  const document = new VirtualDocument() as never;
  const svg = Plot.plot({ ...options, document, figure: false }) as unknown as VirtualElement;
  return {
    width: Number(svg.getAttribute('width')),
    height: Number(svg.getAttribute('height')),
    content: svg.childNodes.map(reactOf),
  };
}

function reactOf(node: VirtualElement | VirtualText, key: number): ReactNode {
  if (node instanceof VirtualText) return node.text;
  if (node.tagName === 'style') return null;
  const props: Record<string, unknown> = { key };
  for (const [name, value] of node.attributes) {
    if (!STYLED.has(name)) props[propOf(name)] = value;
  }
  if (node.styles.size > 0) {
    props['style'] = Object.fromEntries([...node.styles].map(([name, value]) => [camelCase(name), value]));
  }
  return createElement(node.tagName, props, ...node.childNodes.map(reactOf));
}

function propOf(name: string): string {
  if (name === 'class') return 'className';
  return /^(aria|data)-/.test(name) ? name : camelCase(name);
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
