import fc from 'fast-check';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Report, buildReport, renderHtml } from '../../src/report/index.js';
import { harmless } from '../../src/report/page/names.js';
import { PALETTES } from '../../src/report/page/palettes.js';
import { CATALOGUES, type MessageKey } from '../../src/messages/index.js';
import { hasReferenceData } from '../support/reference-data.js';
import { TERMS } from '../support/session-pair.js';
import { CONTROL, MENS, NO_NOISE, WOMENS, advertiserInput, hillstromInput } from './hillstrom.js';
import { type Token, decode, parseHtml, skeleton } from './parse-html.js';
import { withReachAndGeo } from './reach-and-geo.js';
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
  const report = buildReport({
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
  return withReachAndGeo(report, name);
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

const pages = await Promise.all(
  varieties().map(
    async ([name, report]) =>
      [name, { report, page: await renderHtml(report), dutch: await renderHtml(report, 'nl') }] as const,
  ),
);

describe.each(pages)('the page of %s', (_, { report, page, dutch }) => {
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
    const drawings = opened(tokens, 'svg');
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
    let inTitle = false;
    for (const token of tokens) {
      if (token.kind === 'open') {
        inTerms = token.attributes['class'] === 'terms';
        inTitle = token.name === 'caption' || token.attributes['class'] === 'chart-title';
      }
      if (token.kind === 'text' && inTitle) {
        inTitle = false;
        complete();
        [caption, terms] = [token.text, ''];
      } else if (token.kind === 'text' && inTerms) terms += token.text;
    }
    complete();
  });

  it('is the same from a report that was JSON in between', async () => {
    expect(await renderHtml(JSON.parse(JSON.stringify(report)) as Report)).toBe(page);
  });

  it('says in Dutch what it says in English', () => {
    const inDutch = parseHtml(dutch);
    expect(opened(inDutch, 'html')[0]!.attributes['lang']).toBe('nl');
    expect(skeleton(inDutch)).toBe(skeleton(tokens));
    const english = new Set<string>(
      Object.entries(CATALOGUES.en).flatMap(([key, text]) =>
        key.startsWith('report.') && text !== CATALOGUES.nl[key as MessageKey] ? [text] : [],
      ),
    );
    expect(inDutch.filter(({ kind, text }) => kind === 'text' && english.has(text.trim()))).toEqual([]);
  });
});

describe('names on a page', () => {
  const tokensOf = async (name: (what: string) => string): Promise<Token[]> =>
    parseHtml(await renderHtml(namedReport(name)));
  let expected = '';
  beforeAll(async () => {
    expected = skeleton(parseHtml(await renderHtml(benign)));
  });

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
    '👩‍👩‍👧‍👦🏳️‍🌈',
    '',
  ])('make no element: %j', async (hostile) => {
    const page = await renderHtml(namedReport((what) => `${hostile} ${what}`));
    expect(skeleton(parseHtml(page))).toBe(expected);
    expect(page).not.toMatch(/[\u202a-\u202e\u2066-\u2069\0\u001b]/);
  });

  it('make no element, whatever they are', async () => {
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
    await fc.assert(
      fc.asyncProperty(text, async (hostile) => {
        expect(skeleton(await tokensOf((what) => `${hostile}${what}`))).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('stand whole and in their own direction', async () => {
    const long = `שלום <b> & "${'very '.repeat(200)}long"`;
    const tokens = await tokensOf((what) => `${long} ${what}`);
    const isolated = textsIn(tokens, 'bdi');
    for (const what of [
      'party',
      'partner',
      'purpose',
      't',
      'c',
      'x',
      'type',
      'region',
      'period',
      'start',
      'often',
    ]) {
      expect(isolated).toContain(`${long} ${what}`);
    }
    for (const element of ['li', 'h1', 'h2', 'th', 'p'])
      expect(textsIn(tokens, element).join()).not.toContain('שלום');
  });

  it('come back from the page as they were, but for what would steer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        expect(decode(renderToStaticMarkup(harmless(text))).replaceAll('\ufffd', '')).toBe(
          text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]/gu, ''),
        );
      }),
    );
  });
});

describe.runIf(hasReferenceData)('the page of measures', () => {
  let page = '';
  let tokens: Token[] = [];
  beforeAll(async () => {
    page = await renderHtml(buildReport(hillstromInput()));
    tokens = parseHtml(page);
  });

  it('opens with the findings', () => {
    expect(
      decode(page)
        .replace(/<[^>]*>/g, '')
        .replace(/\s+/g, ' '),
    ).toContain(
      'In the arm Mens E-Mail, “bought” came 0.68 points more often than in the control arm No E-Mail',
    );
    const titles = textsIn(tokens, 'title').map((text) => text.trim());
    // Once for wide pages, once for phones, of two measures.
    expect(titles.filter((text) => text.startsWith('Difference to the control arm'))).toHaveLength(4);
    expect(titles).toContain('Rate by cell, with 95 % intervals');
    expect(titles).toContain('Mean by cell, with 95 % intervals');
  });

  it('says what the money brought', async () => {
    const experiment = { shares: {}, costs: { [MENS]: 1250.5 } };
    const paid = await renderHtml(buildReport(hillstromInput({ experiment, epsilon: NO_NOISE })));
    const text = decode(paid).replace(/<[^>]*>/g, '');
    expect(text).toMatch(
      /In the arm Mens E-Mail, one “bought” that would not have come otherwise cost 8\.\d\d \(interval/,
    );
    expect(text).toMatch(/In the arm Mens E-Mail, each unit of money spent brought 13\.\d\d of “spend”/);
  });

  it('draws each point between the ends of its interval, and open when that holds zero', () => {
    const report = buildReport(hillstromInput());
    const drawings = drawingsIn(tokens).filter(({ title }) => title.startsWith('Difference to the control'));
    report.measures.forEach(({ lift }, of) => {
      const lifts = [
        ...lift!.table.overall.map((entry) => entry.lift.absolute),
        ...lift!.table.cohorts.flatMap(({ arms }) => arms.map((entry) => entry.lift.absolute)),
      ];
      // Two arms overall and in seven cohorts.
      expect(lifts).toHaveLength(16);
      for (const { marks } of drawings.slice(2 * of, 2 * of + 2)) {
        const points = [...marks('point', 'circle'), ...marks('point open', 'circle')];
        const open = new Set(marks('point open', 'circle'));
        points.sort((a, b) => Number(a['cy']) - Number(b['cy']));
        expect(points).toHaveLength(16);
        points.forEach((point, i) => {
          const { interval } = lifts[i]!;
          expect(open.has(point)).toBe(interval!.lower <= 0 && interval!.upper >= 0);
          const range = marks('range', 'line').find(({ y1 }) => y1 === point['cy']);
          expect(Number(range!['x1'])).toBeLessThan(Number(point['cx']));
          expect(Number(range!['x2'])).toBeGreaterThan(Number(point['cx']));
        });
      }
    });
  });

  it('says in words what is mostly noise', () => {
    const drawings = drawingsIn(tokens).filter(({ title }) => /^(Rate|Mean) by cell/.test(title));
    expect(drawings).toHaveLength(4);
    for (const { marks } of drawings) {
      const noisy = marks('bar noisy', 'rect');
      expect(noisy.length).toBeGreaterThan(0);
      expect(marks('remark-text', 'text')).toHaveLength(noisy.length);
    }
    expect(textsIn(tokens, 'text')).toContain('mostly noise');
  });
});

/** A drawing: its title, and the attributes of what Plot drew as marks of a class. */
interface ReadDrawing {
  readonly title: string;
  readonly marks: (name: string, element: string) => Readonly<Record<string, string>>[];
}

function drawingsIn(tokens: readonly Token[]): ReadDrawing[] {
  const drawings: ReadDrawing[] = [];
  const path: string[] = [];
  let found: { path: string[]; token: Token }[] = [];
  let title = '';
  for (const token of tokens) {
    if (token.kind === 'text') {
      if (token.name === 'title' && path.includes('svg')) title = token.text;
    } else if (token.kind === 'close') {
      path.pop();
      if (token.name === 'svg') {
        const of = found;
        drawings.push({
          title,
          marks: (name, element) =>
            of
              .filter((each) => each.token.name === element && each.path.includes(name))
              .map((each) => each.token.attributes),
        });
        found = [];
      }
    } else {
      found.push({ path: [...path], token });
      path.push(token.name === 'svg' ? 'svg' : (token.attributes['class'] ?? ''));
    }
  }
  return drawings;
}

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
    ['series-0', 'ground', 3],
    ['series-1', 'ground', 3],
    ['series-2', 'ground', 3],
    ['series-3', 'ground', 3],
  ] as const)('%s on %s reach %d', (front, ground, least) => {
    expect(contrast(palette[front], palette[ground])).toBeGreaterThanOrEqual(least);
  });

  it('the error bar stands out from its bar', () => {
    expect(contrast(palette.text, palette.bar)).toBeGreaterThanOrEqual(3);
  });
});
