import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startAdmin } from '../../src/admin/index.js';
import { failure } from '../node/support/states.js';
import { bearer, contentOf, definitionOf, newNode, PARTNER_FINGERPRINT } from './support.js';

const PARTNER = { name: 'There', fingerprint: PARTNER_FINGERPRINT };

/** What a server answers to bytes. */
function raw(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => (answer += piece));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('the server', () => {
  it('listens on other addresses with TLS only', async () => {
    const { services } = await newNode();
    const options = { listen: { host: '0.0.0.0', port: 0 }, log: { level: 'silent' } as const };
    const error = await failure(startAdmin(services, options));
    expect([error.code, error.field]).toEqual(['config/insecure-transport', 'api.listen']);
    const bad = await failure(startAdmin(services, { ...options, tls: { cert: 'x', key: 'y' } }));
    expect([bad.code, bad.field]).toEqual(['config/invalid', 'api.tls']);
  });

  it('answers with headers that let nothing be loaded, framed, kept or shared, and names no software', async () => {
    const { ask } = await newNode();
    for (const path of ['/v1/health', '/v1/nothing']) {
      const { headers } = await ask('GET', path, {
        role: 'admin',
        headers: { origin: 'https://evil.example' },
      });
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('server') ?? headers.get('x-powered-by')).toBeNull();
    }
  });

  it('answers to its own names only', async () => {
    const { admin } = await newNode({ hostNames: ['node.example'] });
    const status = async (host: string): Promise<string> =>
      (await raw(admin.url, `GET /v1/health HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)).slice(
        9,
        12,
      );
    for (const host of ['localhost:1', '127.0.0.1', 'NODE.example:8443'])
      expect(await status(host)).toBe('200');
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example']) {
      expect(await status(host)).toBe('421');
    }
  });

  it('answers what is no HTTP, or no method of a path, with a problem', async () => {
    const { admin, ask } = await newNode();
    const answer = await raw(admin.url, 'nonsense\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400 .*application\/problem\+json.*"code":"api\/invalid-request"/s);
    const wrong = await ask('DELETE', '/v1/partners', { role: 'admin' });
    expect([wrong.status, wrong.headers.get('allow'), wrong.body['field']]).toEqual([
      405,
      'GET, POST',
      'method',
    ]);
    const type = wrong.body['type'] as string;
    expect((await ask('GET', type)).body).toMatchObject({ code: 'api/invalid-request', status: 400 });
  });

  it('tells of a defect by its code alone', async () => {
    const { services, ask, log } = await newNode();
    services.sessions.list = () => Promise.reject(new Error('canary-of-a-cause'));
    const { status, text, body } = await ask('GET', '/v1/sessions', { role: 'analyst' });
    expect([status, body['code']]).toEqual([500, 'internal/defect']);
    expect(text + log.join('')).not.toContain('canary-of-a-cause');
    const instance = (body['instance'] as string).replace('urn:vesica:request:', '');
    expect(log.filter((line) => line.includes(instance) && line.includes('"level":50'))).toHaveLength(1);
  });

  it('limits tokens, and addresses without one, which does not keep valid tokens out', async () => {
    const { ask } = await newNode({ rateLimits: { perToken: 3, failedPerAddress: 2 } });
    const failed = [];
    for (let i = 0; i < 3; i += 1) failed.push(await ask('GET', '/v1/token', { headers: bearer('x') }));
    expect(failed.map(({ status }) => status)).toEqual([401, 401, 429]);
    const own = [];
    for (let i = 0; i < 4; i += 1) own.push(await ask('GET', '/v1/token', { role: 'analyst' }));
    expect(own.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(Number(own[3]!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(own[3]!.body['code']).toBe('api/rate-limited');
    expect((await ask('GET', '/v1/token', { role: 'auditor' })).status).toBe(200);
  });
});

describe('an idempotency key', () => {
  it('makes one thing of two requests, and refuses another', async () => {
    const { ask } = await newNode();
    const headers = { 'idempotency-key': 'k1' };
    const first = await ask('POST', '/v1/partners', { role: 'admin', headers, body: PARTNER });
    const again = await ask('POST', '/v1/partners', { role: 'admin', headers, body: PARTNER });
    expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const other = await ask('POST', '/v1/partners', {
      role: 'admin',
      headers,
      body: { ...PARTNER, name: 'X' },
    });
    expect([other.status, other.body['code']]).toEqual([409, 'api/idempotency-conflict']);
  });

  it('of a request that failed can be used again', async () => {
    const { ask } = await newNode();
    const headers = { 'idempotency-key': 'k1' };
    const body = { ...PARTNER, fingerprint: 'nothing' };
    expect((await ask('POST', '/v1/partners', { role: 'admin', headers, body })).status).toBe(400);
    expect((await ask('POST', '/v1/partners', { role: 'admin', headers, body: PARTNER })).status).toBe(201);
  });

  it('does not keep the secret of a token', async () => {
    const { ask } = await newNode();
    const make = {
      role: 'admin',
      headers: { 'idempotency-key': 'k1' },
      body: { name: 'n', role: 'analyst' },
    } as const;
    const first = await ask('POST', '/v1/tokens', make);
    const again = await ask('POST', '/v1/tokens', make);
    expect(first.body['secret']).toMatch(/^vesica_/);
    expect(again.body).toEqual({ token: first.body['token'], secret: null });
  });
});

describe('secrets and identifiers', () => {
  it('are in no log, no error and no file', async () => {
    const node = await newNode();
    const { ask, log, folder, secrets } = node;
    const canary = 'canary.person@example.com';
    const made = await ask('POST', '/v1/tokens', { role: 'admin', body: { name: 'n', role: 'operator' } });
    const asked = [
      await ask('POST', '/v1/partners', { role: 'admin', body: { [canary]: canary, name: canary } }),
      await ask('POST', '/v1/partners', { role: 'admin', body: `{"name": "${canary}` }),
      await ask('GET', `/v1/partners?after=${canary}`, { role: 'admin' }),
      await ask('GET', `/v1/${canary}`, { role: 'admin' }),
      await ask('GET', '/v1/token', { headers: bearer(`${secrets.admin}x`) }),
      await ask('POST', '/v1/datasets', {
        role: 'operator',
        headers: { 'idempotency-key': 'canary-key' },
        body: { ...definitionOf(node.folder), lineage: canary },
      }),
    ];
    expect(asked.map(({ status }) => status)).toEqual([400, 400, 400, 404, 401, 400]);
    expect(log.length).toBeGreaterThan(asked.length);
    const told = log.join('') + asked.map(({ text }) => text).join('');
    const planted = [canary, made.body['secret'] as string, ...Object.values(secrets)];
    for (const secret of planted) {
      expect(told).not.toContain(secret);
      expect(contentOf(folder)).not.toContain(secret);
    }
  });
});

describe('metrics', () => {
  it('count requests by route and status, with no label from outside', async () => {
    const { ask } = await newNode();
    await ask('GET', '/v1/canary-path', { role: 'admin' });
    await ask('GET', '/v1/partners', { role: 'admin' });
    const { text, type } = await ask('GET', '/v1/metrics', { role: 'auditor' });
    expect(type).toBe('text/plain');
    expect(text).toContain('vesica_http_requests_total{method="GET",route="/v1/partners",status="200"} 1');
    expect(text).toContain('vesica_sessions{state="done"} 0');
    expect(text).toMatch(/process_resident_memory_bytes \d+/);
    expect(text).not.toContain('canary-path');
  });
});
