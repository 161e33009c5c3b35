/**
 * A strict reader for the pages of this project: every tag is in lower case, every attribute in double quotes, no
 * character of the syntax stands in text or a value. A page that it reads has exactly the elements it lists, in any
 * browser too, because nothing is left for error correction to guess.
 */
export interface Token {
  readonly kind: 'open' | 'close' | 'text';
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Text between tags, entities decoded. */
  readonly text: string;
}

const TAG = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9-]*="[^"<>]*")*)\s*(\/?)>/y;
const ATTRIBUTE = /([a-zA-Z][a-zA-Z0-9-]*)="([^"<>]*)"/g;
const VOID = new Set(['meta']);
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  '#x27': "'",
};

export function decode(text: string): string {
  return text.replace(/&([a-z]+|#39|#x27);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}

/** @throws Error on anything that is not plainly a tag, text or the document type, and on tags that do not pair. */
export function parseHtml(page: string): Token[] {
  const start = '<!doctype html>';
  if (!page.startsWith(start)) throw new Error('no document type');
  const tokens: Token[] = [];
  const open: string[] = [];
  let at = start.length;
  while (at < page.length) {
    if (page[at] !== '<') {
      const end = page.indexOf('<', at);
      const raw = page.slice(at, end < 0 ? page.length : end);
      if (open.at(-1) !== 'style') {
        if (raw.includes('>')) throw new Error(`a bare > at ${at}`);
        if (/&(?!(?:amp|lt|gt|quot|#39|#x27);)/.test(raw)) throw new Error(`a bare & at ${at}`);
      }
      tokens.push({ kind: 'text', name: open.at(-1) ?? '', attributes: {}, text: decode(raw) });
      at += raw.length;
      continue;
    }
    TAG.lastIndex = at;
    const match = TAG.exec(page);
    if (match === null) throw new Error(`no tag at ${at}: ${page.slice(at, at + 80)}`);
    const [tag, slash, name = '', attributes = '', selfClosing] = match;
    at += tag.length;
    if (slash === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes another element`);
      tokens.push({ kind: 'close', name, attributes: {}, text: '' });
      continue;
    }
    const values = Object.fromEntries(
      [...attributes.matchAll(ATTRIBUTE)].map(([, key = '', value = '']) => [key, decode(value)]),
    );
    tokens.push({ kind: 'open', name, attributes: values, text: '' });
    if (selfClosing === '/' || VOID.has(name)) tokens.push({ kind: 'close', name, attributes: {}, text: '' });
    else open.push(name);
  }
  if (open.length > 0) throw new Error(`left open: ${open.join(' ')}`);
  return tokens;
}

/** Elements and the names of their attributes, in order: what a page is, whatever its texts say. */
export function skeleton(tokens: readonly Token[]): string {
  return tokens
    .filter(({ kind }) => kind !== 'text')
    .map(
      ({ kind, name, attributes }) =>
        `${kind === 'open' ? '+' : '-'}${name}[${Object.keys(attributes).join()}]`,
    )
    .join('\n');
}
