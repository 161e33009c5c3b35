import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { createIdentity, tlsCredentials } from '../../../src/transport/identity.js';
import { newNode } from '../support.js';

interface Said {
  readonly status: number | undefined;
  readonly cookie: string;
  readonly headers: IncomingMessage['headers'];
}

/** A request over TLS to a certificate that nobody vouches for. */
function ask(url: string, method: string, headers: Record<string, string>, body = ''): Promise<Said> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, rejectUnauthorized: false, agent: false }, (answer) => {
      const cookie = answer.headers['set-cookie']?.join('\n') ?? '';
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode, cookie, headers: answer.headers }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

it('over TLS gives a cookie that never goes without TLS, whatever the headers of the request say', async () => {
  const { admin, secrets } = await newNode({ tls: tlsCredentials(createIdentity('here')) });
  expect(admin.consoleUrl).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/console\/$/);
  const type = { 'content-type': 'application/json', 'x-forwarded-proto': 'http' };
  const login = JSON.stringify({ token: secrets.auditor });
  const { status, cookie, headers } = await ask(`${admin.url}/v1/login`, 'POST', type, login);
  expect(status).toBe(200);
  expect(cookie).toMatch(/^__Host-vesica_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
  expect(headers['strict-transport-security']).toBe('max-age=31536000');
  const [pair = ''] = cookie.split(';');
  const statusWith = async (given: string) =>
    (await ask(`${admin.url}/v1/token`, 'GET', { cookie: given })).status;
  expect(await statusWith(pair)).toBe(200);
  // What a page without TLS could have set is not looked at.
  expect(await statusWith(pair.replace('__Host-', ''))).toBe(401);
});
