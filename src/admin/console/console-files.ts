import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { VesicaError } from '../../errors.js';

/** A file of the console, as it is sent. */
export interface ConsoleFile {
  readonly type: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

type Encoding = 'br' | 'gzip';

interface Loaded {
  readonly type: string;
  readonly bytes: Buffer;
  readonly isAsset: boolean;
  readonly packed: Map<Encoding, Promise<Buffer>>;
}

/** Scripts, styles, images and requests of this server alone; nothing inline, nothing framed, nowhere else to send a form. */
export const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const INDEX = 'index.html';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
};
/** What a browser or somebody curious asks for that is not there. */
const FILE = /\.(html|js|mjs|ts|css|map|json|svg|png|ico|txt|xml|php|env|webmanifest|woff2?)$/i;
const PACKABLE = /^(text\/|application\/json|image\/svg)/;
const MIN_PACKED_BYTES = 1024;
const pack: Readonly<Record<Encoding, (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: 9 }),
};

/**
 * The files of the console. All are read at the first request, so that what is sent is of one build; each is compressed when
 * it is first asked for. A path is looked up among the names that were found, and never becomes a path of the system.
 */
export class ConsoleFiles {
  readonly #folder: string;
  #loaded: Promise<ReadonlyMap<string, Loaded>> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * What to send for `path`, which is what stands after `/console/`, as it came. A path that is no file is a place within the
   * console, and gets its page.
   *
   * @throws VesicaError `api/not-found`, also when the console was not built.
   */
  async get(path: string, acceptEncoding: string | undefined): Promise<ConsoleFile> {
    const files = await this.#files();
    const name = path === '' ? INDEX : path;
    const file = files.get(name) ?? (isPlace(name) ? files.get(INDEX) : undefined);
    if (file === undefined) throw notFound('the console has no such file');
    const { type, bytes, isAsset } = file;
    const isPackable = PACKABLE.test(type) && bytes.length >= MIN_PACKED_BYTES;
    const encoding = isPackable ? encodingFor(acceptEncoding) : undefined;
    return {
      type,
      body: encoding === undefined ? bytes : await packed(file, encoding),
      headers: {
        'content-security-policy': CONSOLE_POLICY,
        // Names of assets have a digest of what is in them; the page that names them must be the newest.
        'cache-control': isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
        ...(isPackable ? { vary: 'accept-encoding' } : {}),
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      },
    };
  }

  async #files(): Promise<ReadonlyMap<string, Loaded>> {
    const loading = (this.#loaded ??= load(this.#folder));
    const forget = (): void => {
      // It may be built while the node runs.
      if (this.#loaded === loading) this.#loaded = undefined;
    };
    const files = await loading.catch((error: unknown) => {
      forget();
      throw error;
    });
    if (files.has(INDEX)) return files;
    forget();
    throw notFound('the console was not built; npm run build:console builds it');
  }
}

async function load(folder: string): Promise<ReadonlyMap<string, Loaded>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, Loaded>();
  for (const entry of found) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(join(folder, sep).length).split(sep).join('/');
    const bytes = await readFile(path);
    files.set(name, { type, bytes, isAsset: name.startsWith('assets/'), packed: new Map() });
  }
  return files;
}

function packed({ bytes, packed: all }: Loaded, encoding: Encoding): Promise<Buffer> {
  const known = all.get(encoding);
  if (known !== undefined) return known;
  const made = pack[encoding](bytes);
  all.set(encoding, made);
  return made;
}

/** The best encoding that the client takes (RFC 9110 §12.5.3); `undefined` for none. */
export function encodingFor(accepted: string | undefined): Encoding | undefined {
  const weights = new Map<string, number>();
  for (const item of (accepted ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = item.split(';').map((part) => part.trim());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(coding, q === undefined ? 1 : Number(q.slice(2)));
  }
  const takes = (coding: Encoding): boolean => (weights.get(coding) ?? weights.get('*') ?? 0) > 0;
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : undefined;
}

/**
 * Whether a path can be a place within the console: plain words, none of which leads up, and no name of a file. The page puts
 * the words into paths of the API, so none may hold what would lead elsewhere there: a link can come from anybody.
 */
function isPlace(path: string): boolean {
  if (path.startsWith('assets/') || FILE.test(path)) return false;
  if (!/^[A-Za-z0-9][A-Za-z0-9/_~%.-]*$/.test(path)) return false;
  // The router let none through that cannot be decoded.
  const words = path.split('/').map((word) => decodeURIComponent(word));
  return words.every((word) => word !== '..' && !/[/\\\p{Cc}]/u.test(word));
}

function notFound(message: string): VesicaError {
  return new VesicaError('api/not-found', message, { field: 'path' });
}
