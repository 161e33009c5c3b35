import fc from 'fast-check';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';
import { translator } from '../../src/messages/index.js';
import { TrendChart } from '../../src/report/page/index.js';
import { drawRows } from '../../src/report/page/rows-drawing.js';
import { LinesChart } from '../../src/report/page/trend-chart.js';

describe('the door of the page', () => {
  it('lets a browser in without the system and without the rest of the report', async () => {
    const result = await build({
      configFile: false,
      logLevel: 'error',
      build: { write: false, minify: false, lib: { entry: 'src/report/page/index.ts', formats: ['es'] } },
    });
    const outputs = (Array.isArray(result) ? result : [result]).flatMap((each) =>
      'output' in each ? each.output : [],
    );
    const chunks = outputs.filter((output) => output.type === 'chunk');
    const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
    expect(modules.filter((id) => /browser-external|node:/.test(id))).toEqual([]);
    expect(chunks.flatMap(({ imports }) => imports)).toEqual([]);
    const own = modules.filter((id) => !id.includes('node_modules'));
    const rooms = own.flatMap((id) => /\/src\/([a-z]+)\//.exec(id)?.[1] ?? []);
    expect([...new Set(rooms)].sort()).toEqual(['messages', 'report']);
    expect(modules.filter((id) => /typebox|@noble|react-dom|build-report/.test(id))).toEqual([]);
  });
});

describe('a drawing of rows', () => {
  it('keeps every mark within its frame, whatever the values', () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 8 }), fc.constantFrom('points', 'bars'), (values, kind) => {
        const { wide, narrow } = drawRows({
          rows: values.map((each, i) => ({
            name: `row ${i}`,
            value: each,
            interval: { lower: each - 1, upper: each + 1 },
          })),
          kind: kind === 'bars' ? 'bars' : 'points',
          axisTitle: 'axis',
          locale: 'en',
        });
        for (const { width, content } of [wide, narrow]) {
          const markup = renderToStaticMarkup(createElement('svg', null, ...content));
          expect(markup).not.toMatch(/NaN|Infinity/);
          for (const [, x] of markup.matchAll(/ (?:x|x1|x2|cx)="([^"%]*)"/g)) {
            expect(Number(x)).toBeGreaterThanOrEqual(0);
            expect(Number(x)).toBeLessThanOrEqual(width);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('shows the start of a name that is too long, its wide signs counted as two', () => {
    const of = (name: string): string => {
      const { wide } = drawRows({ rows: [{ name, value: 1 }], kind: 'points', axisTitle: '', locale: 'en' });
      return /class="name-text"[^>]*><text[^>]*>([^<]*)/.exec(
        renderToStaticMarkup(createElement('svg', null, ...wide.content)),
      )![1]!;
    };
    expect(of('short')).toBe('short');
    const [long, eastern] = [of('x'.repeat(500)), of('大'.repeat(500))];
    expect(long).toMatch(/^x{10,40}…$/);
    expect(eastern.length).toBeLessThan(long.length / 2 + 2);
  });
});

describe('a trend', () => {
  const points = [1, 2, 3].map((week) => ({
    at: `2026-01-0${week}T00:00:00Z`,
    value: week === 2 ? null : week,
    lower: week === 2 ? null : week - 0.5,
    upper: week === 2 ? null : week + 0.5,
  }));
  const chart = (series: Parameters<typeof TrendChart>[0]['series']): string =>
    renderToStaticMarkup(
      createElement(TrendChart, { title: 'Lift', axisTitle: 'points', series, t: translator('en') }),
    );

  it('has lines that differ by their looks, a legend, and days below', () => {
    const markup = chart([
      { name: '<b>one', points },
      { name: 'two', points },
    ]);
    expect(markup).toContain('&lt;b&gt;one');
    expect(markup).toContain('line series-0');
    expect(markup).toContain('line series-1');
    expect(markup).toMatch(/<text[^>]*>1 Jan 2026/);
    expect(markup).toContain('interval of its figures');
    expect(markup).not.toMatch(/NaN|<script|style=/);
  });

  it('begins where the figures do only when told, and holds zero else', () => {
    const axisOf = (values: readonly number[], isFitted: boolean): string[] => {
      const line = values.map((value, x) => ({ x, value, lower: null, upper: null }));
      const lines = [{ name: 'sales', points: line }];
      const markup = renderToStaticMarkup(
        createElement(LinesChart, {
          title: 'Sales',
          description: 'Sales by week',
          lines,
          axisTitle: 'amount',
          isFitted,
          labelOf: (x: number) => `week ${x}`,
          locale: 'en',
          terms: [],
        }),
      );
      expect(markup).not.toMatch(/NaN|Infinity/);
      expect(markup.includes('zero')).toBe(/<text[^>]*>0</.test(markup));
      return [...markup.matchAll(/<text[^>]*>([\d,.\u2212-]+)</g)].map(([, text]) => text!);
    };
    expect(axisOf([5000, 5100], true)).toContain('5,000');
    expect(axisOf([5000, 5100], true)).not.toContain('0');
    expect(axisOf([5000, 5100], false)).toContain('0');
    expect(axisOf([-10, 10], true)).toContain('0');
    expect(axisOf([5000, 5000], true)).toContain('0');
    expect(axisOf([], true)).toContain('0');
  });

  it.each([
    ['nothing', []],
    ['one point', [{ name: 'one', points: points.slice(0, 1) }]],
    ['gaps alone', [{ name: 'one', points: points.slice(1, 2) }]],
  ])('of %s is drawn too', (_, series) => {
    expect(chart(series)).not.toMatch(/NaN|Infinity/);
  });
});
