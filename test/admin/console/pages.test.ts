import { mkdtempSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodingFor } from '../../../src/admin/console/console-files.js';
import { newNode } from '../support.js';
import { builtConsole, PAGE, SCRIPT } from './support.js';

interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
}

/** A request as it is written: `fetch` tidies paths and unpacks bodies. */
function raw(url: string, path: string, headers: Record<string, string> = {}): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = httpRequest({ hostname, port, path, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          bytes: Buffer.concat(pieces),
        }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

const open = async () => (await newNode({ consoleFolder: builtConsole() })).admin.url;

describe('the console', () => {
  it('has one page, at its root and at every place in it', async () => {
    const url = await open();
    for (const path of [
      '',
      'sessions',
      'sessions/01HZX',
      'budget/p/a.b',
      'audit?action=a/b.c',
      'index.html',
    ]) {
      const { status, headers, bytes } = await raw(url, `/console/${path}`);
      expect([path, status, bytes.toString()]).toEqual([path, 200, PAGE]);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['cache-control']).toBe('no-cache');
    }
    for (const path of ['/', '/console']) {
      const { status, headers } = await raw(url, path);
      expect([status, headers['location']]).toEqual([302, '/console/']);
    }
  });

  it('may load nothing from elsewhere, run nothing inline, and be framed by nobody', async () => {
    const url = await open();
    for (const path of ['/console/', '/console/sessions', '/console/assets/a-1.js']) {
      const { headers } = await raw(url, path);
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
          "font-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    }
  });

  it('has assets that never change, packed as the browser takes them', async () => {
    const url = await open();
    const path = '/console/assets/a-1.js';
    const plain = await raw(url, path);
    expect([plain.status, plain.bytes.toString()]).toEqual([200, SCRIPT]);
    expect(plain.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    expect(plain.headers['content-encoding']).toBeUndefined();
    for (const _ of [1, 2]) {
      const br = await raw(url, path, { 'accept-encoding': 'gzip, deflate, br' });
      expect(br.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' });
      expect(br.headers['content-length']).toBe(String(br.bytes.length));
      expect(br.bytes.length).toBeLessThan(SCRIPT.length / 10);
      expect(brotliDecompressSync(br.bytes).toString()).toBe(SCRIPT);
    }
    const gzip = await raw(url, path, { 'accept-encoding': 'gzip' });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.bytes).toString()).toBe(SCRIPT);
    const small = await raw(url, '/console/assets/small.css', { 'accept-encoding': 'br' });
    expect([small.bytes.toString(), small.headers['content-encoding']]).toEqual(['a{}', undefined]);
  });

  it.each([
    [undefined, undefined],
    ['', undefined],
    ['identity', undefined],
    ['deflate', undefined],
    ['gzip', 'gzip'],
    ['br;q=0, gzip;q=0.1', 'gzip'],
    ['BR', 'br'],
    ['*', 'br'],
    ['br;q=0, *', 'gzip'],
    ['br; q=0.000, gzip; q=0', undefined],
    ['br;q=nonsense', undefined],
  ])('takes %o as %o', (accepted, encoding) => {
    expect(encodingFor(accepted)).toBe(encoding);
  });

  it('gives no file but its own, however it is asked', async () => {
    const url = await open();
    for (const path of [
      'assets/none.js',
      'assets/build.log',
      'assets/',
      'favicon.ico',
      'index.php',
      'main.ts',
      '../secret.txt',
      '..%2fsecret.txt',
      '%2e%2e/secret.txt',
      '..%5csecret.txt',
      '..\\secret.txt',
      'assets/../../secret.txt',
      'a/../../secret',
      '//etc/passwd',
      '/etc/passwd',
      '.env',
      '.git/config',
      '%00',
      'index.html%00.js',
      // A browser takes a backslash in what its page asks for as a slash.
      'reports/..%5Ctokens',
      'reports/..%2ftokens',
      'reports/%2e%2e/tokens',
      'reports/a%0ab',
      '__proto__',
    ]) {
      const { status, bytes } = await raw(url, `/console/${path}`);
      expect([path, status]).toEqual([path, 404]);
      expect(bytes.toString()).not.toContain('secret.txt');
      expect(JSON.parse(bytes.toString())).toMatchObject({ code: 'api/not-found' });
    }
    expect((await raw(url, '/consolex')).status).toBe(401);
  });

  it('that was not built says so, and is there once it was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vesica-console-'));
    const { admin } = await newNode({ consoleFolder: join(folder, 'console') });
    const missing = await raw(admin.url, '/console/');
    expect(missing.status).toBe(404);
    expect(JSON.parse(missing.bytes.toString())).toMatchObject({
      code: 'api/not-found',
      detail: 'the console was not built; npm run build:console builds it',
    });
    mkdirSync(join(folder, 'console'));
    writeFileSync(join(folder, 'console', 'index.html'), PAGE);
    expect((await raw(admin.url, '/console/')).status).toBe(200);
  });

  it('that cannot be read at first is there when it can be', async () => {
    const folder = builtConsole();
    const { admin } = await newNode({ consoleFolder: folder });
    // Larger than a file may be that is read at once, and nowhere on the disk.
    const path = join(folder, 'large.txt');
    writeFileSync(path, '');
    truncateSync(path, 3 * 2 ** 30);
    expect((await raw(admin.url, '/console/')).status).toBe(500);
    rmSync(path);
    expect((await raw(admin.url, '/console/')).status).toBe(200);
  });

  it('that is off serves no page and lets nobody log in', async () => {
    const { admin, ask, secrets } = await newNode({ console: 'off', consoleFolder: builtConsole() });
    expect(admin.consoleUrl).toBeUndefined();
    for (const path of ['/', '/console', '/console/', '/console/assets/a-1.js', '/v1/login']) {
      const { status, bytes } = await raw(admin.url, path);
      expect([path, status]).toEqual([path, 404]);
      expect(bytes.toString()).toContain('api.console is off');
    }
    const login = await ask('POST', '/v1/login', { body: { token: secrets.admin } });
    expect([login.status, login.headers.get('set-cookie')]).toEqual([404, null]);
    expect((await ask('GET', '/v1/token', { role: 'admin' })).status).toBe(200);
  });

  it('tells where it is', async () => {
    const { admin } = await newNode();
    expect(admin.consoleUrl).toBe(`${admin.url}/console/`);
  });
});
