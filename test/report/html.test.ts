import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Report, buildReport, renderHtml } from '../../src/report/index.js';
import { axisOf } from '../../src/report/html/axis.js';
import { escapeHtml } from '../../src/report/html/escape.js';
import { PALETTES } from '../../src/report/html/styles.js';
import { hasReferenceData } from '../support/reference-data.js';
import { TERMS } from '../support/session-pair.js';
import { CONTROL, MENS, WOMENS, advertiserInput, hillstromInput } from './hillstrom.js';
import { type Token, decode, parseHtml, skeleton } from './parse-html.js';
import { INVENTORY, inputOf, outcomeOf, sampleReport } from './sample.js';

/** A report in which everything that a partner or a file can name is named by `name`. */
function namedReport(name: (what: string) => string): Report {
  const treatment = name('t');
  const control = name('c');
  const inventory = {
    ...INVENTORY,
    dimensions: ['arm', name('dimension')],
    arms: { column: 'arm', treatment: [treatment], control },
    cells: [treatment, control].flatMap((arm) =>
      [name('x'), name('y')].map((cohort) => ({ size: 100, label: [arm, cohort] })),
    ),
  };
  const input = inputOf({ inventory, party: name('party') });
  const outcome = { ...outcomeOf(inventory, [40, 30, 5, 4]), peerParty: name('partner') };
  return buildReport({
    ...input,
    outcome,
    software: name('software'),
    terms: { ...input.terms, purpose: name('purpose') },
    data: {
      ...input.data,
      byType: {
        [name('type')]: { keys: 1, hashed: 0, duplicates: 0, blank: 0, rejected: { [name('why')]: 1 } },
      },
    },
    engine: { ...input.engine, variant: name('variant') },
    experiment: { shares: { [treatment]: 1, [control]: 1 }, costs: { [treatment]: 10 } },
  });
}
const benign = namedReport((what) => `plain ${what}`);
const textsIn = (tokens: readonly Token[], element: string): string[] =>
  tokens.filter(({ kind, name }) => kind === 'text' && name === element).map(({ text }) => text);
const opened = (tokens: readonly Token[], element: string): Token[] =>
  tokens.filter(({ kind, name }) => kind === 'open' && name === element);

const varieties = (): [string, Report][] => [
  ['counts', sampleReport()],
  ['named', benign],
  [
    'psi',
    buildReport(
      inputOf({
        terms: { ...TERMS, initiatorRole: 'both' },
        outcome: { ...outcomeOf(INVENTORY, undefined), result: { kind: 'rows', matched: Uint32Array.of(1) } },
      }),
    ),
  ],
  [
    'psi-ca exact',
    buildReport(
      inputOf({
        terms: { ...inputOf().terms, mode: 'psi-ca', initiatorRole: 'sender', disclosure: 'exact' },
      }),
    ),
  ],
  ['replayed', { ...sampleReport(), answeredFrom: 'ab'.repeat(32), notKept: 'ledger/unwritable' }],
  ['nobody', buildReport(inputOf({ outcome: outcomeOf(INVENTORY, [0, 0, 0, 0]) }))],
  ...(hasReferenceData
    ? ([
        [
          'measures',
          buildReport(
            hillstromInput({
              experiment: { shares: { [MENS]: 1, [WOMENS]: 1, [CONTROL]: 1 }, costs: { [MENS]: 1250.5 } },
            }),
          ),
        ],
        ['no squares', buildReport(hillstromInput({ spendStatistic: 'sum' }))],
        ['labels kept', buildReport(advertiserInput('kept'))],
      ] satisfies [string, Report][])
    : []),
];

describe.each(varieties())('the page of %s', (_, report) => {
  const page = renderHtml(report);
  const tokens = parseHtml(page);

  it('needs nothing else: no script, no request, nothing that could make one', () => {
    const names = new Set(tokens.map(({ name }) => name));
    for (const name of ['script', 'link', 'img', 'iframe', 'object', 'a', 'form', 'image', 'use', 'base']) {
      expect(names.has(name), name).toBe(false);
    }
    const attributes = new Set(tokens.flatMap(({ attributes: of }) => Object.keys(of)));
    for (const key of attributes) expect(key).not.toMatch(/^(src|href|style|srcset|action|on.*)$/);
    expect(textsIn(tokens, 'style').join()).not.toMatch(/url\(|@import|@font-face/);
    const policy = opened(tokens, 'meta').find(({ attributes: of }) => 'http-equiv' in of);
    expect(policy!.attributes['content']).toMatch(
      /^default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'$/,
    );
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style>'));
  });

  it('is a document: language, one title, headings in order, every table with caption and heads', () => {
    expect(opened(tokens, 'html')[0]!.attributes['lang']).toBe('en');
    expect(opened(tokens, 'h1')).toHaveLength(1);
    const levels = tokens
      .filter(({ kind, name }) => kind === 'open' && /^h[1-6]$/.test(name))
      .map(({ name }) => Number(name[1]));
    levels.forEach((level, i) => expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1));
    expect(opened(tokens, 'caption')).toHaveLength(opened(tokens, 'table').length);
    for (const { attributes } of opened(tokens, 'th')) {
      expect(attributes['scope']).toMatch(/^(col|row|rowgroup)$/);
    }
  });

  it('has a title and a description on every drawing', () => {
    const ids = tokens.flatMap(({ kind, attributes }) => (kind === 'open' ? (attributes['id'] ?? []) : []));
    expect(new Set(ids).size).toBe(ids.length);
    const drawings = opened(tokens, 'svg').filter(({ attributes }) => attributes['y'] === undefined);
    for (const { attributes } of drawings) {
      if (attributes['aria-hidden'] === 'true') continue;
      expect(attributes['role']).toBe('img');
      const [title, description] = attributes['aria-labelledby']!.split(' ');
      expect(ids).toContain(title);
      expect(ids).toContain(description);
    }
  });

  it('has the privacy terms in words under every figure and table of noisy figures', () => {
    // Tables of exact figures, and the tables of the terms themselves.
    const exempt = /^(Sizes of the arms|Identifiers of this side|Noise in what)/;
    let caption: string | undefined;
    let terms = '';
    const complete = (): void => {
      if (caption === undefined || exempt.test(caption.trim())) return;
      expect(terms, caption).toMatch(/epsilon \S+, delta \S+, sigma \S+|exact: no noise/);
    };
    let inTerms = false;
    for (const token of tokens) {
      if (token.kind === 'open') inTerms = token.attributes['class'] === 'terms';
      if (token.kind === 'text' && token.name === 'caption') {
        complete();
        [caption, terms] = [token.text, ''];
      } else if (token.kind === 'text' && inTerms) terms += token.text;
    }
    complete();
  });

  it('is the same from a report that was JSON in between', () => {
    expect(renderHtml(JSON.parse(JSON.stringify(report)) as Report)).toBe(page);
  });
});

describe('names on a page', () => {
  const tokensOf = (name: (what: string) => string): Token[] => parseHtml(renderHtml(namedReport(name)));
  const expected = skeleton(parseHtml(renderHtml(benign)));

  it.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='x",
    '</title></style></svg><h1>',
    '<!--',
    ']]>',
    '&lt;b&gt;&#60;',
    '${x}',
    '\u202egnp.exe\u2066',
    '\u0000\u001b[2J',
    'x'.repeat(5_000),
    'שלום',
  ])('make no element: %j', (hostile) => {
    const tokens = tokensOf((what) => `${hostile} ${what}`);
    expect(skeleton(tokens)).toBe(expected);
    expect(renderHtml(namedReport((what) => `${hostile} ${what}`))).not.toMatch(
      /[\u202a-\u202e\u2066-\u2069\0\u001b]/,
    );
  });

  it('make no element, whatever they are', () => {
    const fragment = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '</',
      '/>',
      '<script>',
      '<!--',
      '-->',
      '=',
      '\\',
      '`',
    );
    const text = fc
      .array(fc.oneof(fragment, fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 12 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (hostile) => {
        expect(skeleton(tokensOf((what) => `${hostile}${what}`))).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('stand whole and in their own direction', () => {
    const long = `שלום <b> & "${'very '.repeat(200)}long"`;
    const tokens = tokensOf((what) => `${long} ${what}`);
    const isolated = textsIn(tokens, 'bdi');
    for (const what of ['party', 'partner', 'purpose', 't', 'c', 'x', 'type']) {
      expect(isolated).toContain(`${long} ${what}`);
    }
    for (const element of ['li', 'h1', 'h2', 'th', 'p'])
      expect(textsIn(tokens, element).join()).not.toContain('שלום');
  });

  it('come back from escaping as they were, but for what would steer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        expect(decode(escapeHtml(text)).replaceAll('\ufffd', '')).toBe(
          text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]/gu, ''),
        );
      }),
    );
  });
});

describe.runIf(hasReferenceData)('the page of measures', () => {
  const page = renderHtml(buildReport(hillstromInput()));
  const tokens = parseHtml(page);

  it('opens with the findings', () => {
    expect(
      decode(page)
        .replace(/<[^>]*>/g, '')
        .replace(/\s+/g, ' '),
    ).toContain(
      'In the arm Mens E-Mail, “bought” came 0.68 points more often than in the control arm No E-Mail',
    );
    const captions = textsIn(tokens, 'caption').map((text) => text.trim());
    expect(captions.filter((text) => text.startsWith('Difference to the control arm'))).toHaveLength(2);
    expect(captions).toContain('Rate by cell, with 95 % intervals');
    expect(captions).toContain('Mean by cell, with 95 % intervals');
  });

  it('draws each point between the ends of its interval, and open when that holds zero', () => {
    const points = opened(tokens, 'circle');
    // Two arms overall and in seven cohorts, of two measures.
    expect(points).toHaveLength(32);
    const report = buildReport(hillstromInput());
    const lifts = report.measures.flatMap(({ lift }) => [
      ...lift!.table.overall.map((entry) => entry.lift.absolute),
      ...lift!.table.cohorts.flatMap(({ arms }) => arms.map((entry) => entry.lift.absolute)),
    ]);
    points.forEach(({ attributes }, i) => {
      const { interval } = lifts[i]!;
      const holdsZero = interval!.lower <= 0 && interval!.upper >= 0;
      expect(attributes['class'] === 'point open').toBe(holdsZero);
    });
    const ranges = opened(tokens, 'line').filter(({ attributes }) => attributes['class'] === 'range');
    const bodies = ranges.filter(({ attributes }) => attributes['y1'] === '0' && attributes['y2'] === '0');
    expect(bodies).toHaveLength(32);
    bodies.forEach(({ attributes }, i) => {
      const x = parseFloat(points[i]!.attributes['cx']!);
      expect(parseFloat(attributes['x1']!)).toBeLessThan(x);
      expect(parseFloat(attributes['x2']!)).toBeGreaterThan(x);
    });
  });

  it('says in words what is mostly noise', () => {
    const noisy = opened(tokens, 'rect').filter(({ attributes }) => attributes['class'] === 'bar noisy');
    const values = textsIn(tokens, 'desc').filter((text) => /^\s*(Rate|Mean) .*mostly noise/s.test(text));
    expect(noisy.length).toBeGreaterThan(0);
    expect(values).toHaveLength(noisy.length);
  });
});

describe('an axis', () => {
  it('holds zero and every value between its first and last tick, in a few round steps', () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), (values) => {
        const { ticks, at, places } = axisOf(values);
        const [first, last] = [ticks[0]!, ticks.at(-1)!];
        const slack = 1e-6 * (last - first) + 1e-9;
        for (const each of [0, ...values]) {
          expect(each).toBeGreaterThanOrEqual(first - slack);
          expect(each).toBeLessThanOrEqual(last + slack);
        }
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(8);
        expect(new Set(ticks.map((tick) => tick.toFixed(Math.min(places, 100)))).size).toBe(ticks.length);
        expect([at(first), at(last)]).toEqual([0, 100]);
      }),
    );
  });

  it('has steps of 1, 2 or 5', () => {
    expect(axisOf([0.7, -0.2]).ticks.map((tick) => Number(tick.toFixed(9)))).toEqual([
      -0.2, 0, 0.2, 0.4, 0.6, 0.8,
    ]);
    expect(axisOf([]).ticks).toHaveLength(6);
    expect(axisOf([NaN, Infinity]).ticks.at(-1)).toBeCloseTo(1, 12);
  });
});

describe.each(['light', 'dark'] as const)('colours of the %s scheme', (scheme) => {
  const palette = PALETTES[scheme];
  const luminance = (colour: string): number => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const c = parseInt(colour.slice(at, at + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  /** Contrast ratio of WCAG 2.2. */
  const contrast = (a: string, b: string): number => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light! + 0.05) / (dark! + 0.05);
  };

  it.each([
    ['text', 'ground', 4.5],
    ['text', 'raised', 4.5],
    ['muted', 'ground', 4.5],
    ['warn', 'ground', 4.5],
    ['warn', 'warn-ground', 4.5],
    ['stroke', 'ground', 3],
    ['bar', 'ground', 3],
    ['zero', 'ground', 3],
  ] as const)('%s on %s reach %d', (front, ground, least) => {
    expect(contrast(palette[front], palette[ground])).toBeGreaterThanOrEqual(least);
  });

  it('the error bar stands out from its bar', () => {
    expect(contrast(palette.text, palette.bar)).toBeGreaterThanOrEqual(3);
  });
});
