import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../src/admin/index.js';
import { TOKEN_ROLES } from '../../src/node/index.js';
import { bearer, COMMAND, newNode, type TestNode } from './support.js';

let node: TestNode;
let end = (): Promise<void> => Promise.resolve();
const refused = new Map<string, string>();

beforeAll(async () => {
  node = await newNode({ finished: (work) => (end = work), consoleFolder: '/nowhere' });
  const { tokens } = node.services;
  const expired = await tokens.create({ name: 'expired', role: 'admin' }, COMMAND);
  const revoked = await tokens.create({ name: 'revoked', role: 'admin' }, COMMAND);
  await tokens.revoke(revoked.token.id, COMMAND);
  await node.services.context.store.db
    .updateTable('tokens')
    .set({ expires_at: '2020-01-01T00:00:00.000Z' })
    .where('id', '=', expired.token.id)
    .execute();
  refused.set('without a token', '');
  refused.set('with another scheme', `Basic ${node.secrets.admin}`);
  refused.set('with a malformed token', 'Bearer vesica_short');
  refused.set('with two tokens', `Bearer ${node.secrets.admin} ${node.secrets.admin}`);
  refused.set('with a wrong token', `Bearer vesica_${'A'.repeat(43)}`);
  refused.set('with an expired token', `Bearer ${expired.secret}`);
  refused.set('with a revoked token', `Bearer ${revoked.secret}`);
});
afterAll(() => end());

/** A path of a route, for things that do not exist. */
function pathOf(key: string): [method: string, path: string] {
  const [method = '', path = ''] = key.split(' ');
  const word = '0'.repeat(26);
  return [
    method,
    path
      .replace(':area', 'api')
      .replace(':name', 'gone')
      .replace(/:[a-z]+/g, word),
  ];
}

describe.each(Object.entries(PERMISSIONS))('%s', (key, permission) => {
  const [method, path] = pathOf(key);

  if (permission === 'anyone') {
    it('is for anyone', async () => {
      const { status, body } = await node.ask(method, path);
      // What anyone may ask of it is answered; there is no console here, and nobody is logged in.
      const because = { '/v1/login': method === 'GET' ? 'nobody is logged in' : 'token: must' }[path];
      const isPage = path === '/' || path.startsWith('/console');
      if (isPage) expect([status, body['detail']]).toEqual([404, expect.stringContaining('was not built')]);
      else if (because === undefined) expect(status).toBe(200);
      else expect(body['detail']).toContain(because);
    });
    return;
  }

  it('is for valid tokens of its roles, and no other', async () => {
    for (const [how, authorization] of refused) {
      const headers = authorization === '' ? {} : { authorization };
      const answer = await node.ask(method, path, { headers });
      expect([how, answer.status, answer.body['code']]).toEqual([how, 401, 'api/unauthenticated']);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
    }
    for (const role of TOKEN_ROLES) {
      // What is there cannot be had, and nothing is made: the body says nothing.
      const { status, body } = await node.ask(method, path, { role, headers: { 'last-event-id': 'x' } });
      const isForbidden = status === 403 && body['code'] === 'api/forbidden';
      expect([role, isForbidden]).toEqual([role, !permission.includes(role)]);
      expect(status).toBeLessThan(500);
    }
  });
});

describe('the table of permissions', () => {
  it('gives no role both the terms and the sessions under them', () => {
    const may = (key: string, role: (typeof TOKEN_ROLES)[number]): boolean =>
      (PERMISSIONS[key] as readonly string[]).includes(role);
    for (const role of TOKEN_ROLES) {
      expect(may('POST /v1/agreements', role) && may('POST /v1/sessions', role)).toBe(false);
      expect(may('POST /v1/tokens', role) && may('GET /v1/exports/:id/download', role)).toBe(false);
    }
  });

  it('lets analysts and auditors change nothing', () => {
    const changing = Object.entries(PERMISSIONS).filter(([key]) => !key.startsWith('GET '));
    const allowed = changing.filter(
      ([, permission]) => permission.includes('analyst') || permission.includes('auditor'),
    );
    expect(allowed.map(([key]) => key)).toEqual([
      // Who they are, and how they prove it, is up to them.
      'POST /v1/logout',
      'POST /v1/token/factor',
      'POST /v1/token/factor/confirm',
      'POST /v1/token/factor/remove',
      'POST /v1/audit/verify',
      'POST /v1/audit/checkpoint',
    ]);
  });

  it('stands also where there is no route', async () => {
    const { ask, secrets } = node;
    expect((await ask('GET', '/v1/nothing')).status).toBe(401);
    expect((await ask('GET', '/v1/nothing', { headers: bearer(secrets.auditor) })).status).toBe(404);
  });
});
