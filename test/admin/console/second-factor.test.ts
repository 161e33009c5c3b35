import { describe, expect, it } from 'vitest';
import { bearer, contentOf } from '../support.js';
import { addFactor, later, newConsole } from './support.js';

const STEP_MS = 30_000;

describe('a token with a second factor', () => {
  it('logs in with a code of it, once each, and not without', async () => {
    const node = await newConsole();
    const first = await node.loggedIn('admin');
    const begun = await first.ask('POST', '/v1/token/factor');
    expect(begun.body['secret']).toMatch(/^[A-Z2-7]{32}$/);
    expect(begun.body['uri']).toContain('otpauth://totp/Vesica%20Here:the%20admin?');
    const code = await addFactor(node, first);
    expect((await first.ask('GET', '/v1/token')).body).toMatchObject({ hasSecondFactor: true });

    const browser = node.browser();
    const asked = await browser.logIn(node.secrets.admin);
    expect([asked.status, asked.body['code'], asked.body['field']]).toEqual([
      401,
      'api/code-required',
      'code',
    ]);
    for (const wrong of ['', '12345', 'abcdef']) {
      const answer = await browser.logIn(node.secrets.admin, wrong);
      expect([answer.status, answer.body['code']]).toEqual([401, 'api/code-required']);
    }
    expect(browser.cookie).toBe('');
    const now = code();
    expect((await browser.logIn(node.secrets.admin, now)).status).toBe(200);
    expect((await browser.ask('GET', '/v1/tokens')).status).toBe(200);
    const replayed = await node.browser().logIn(node.secrets.admin, now);
    expect([replayed.status, replayed.body['code']]).toEqual([401, 'api/code-required']);
    later(node, STEP_MS);
    expect((await node.browser().logIn(node.secrets.admin, code())).status).toBe(200);

    const { entries } = await node.services.context.audit.entries({ order: 'oldest-first' });
    const told = entries.filter(({ action }) => /^(token\.(code|factor)|console)/.test(action));
    expect(
      told.map(({ action, detail }) => [action, detail['reason'] ?? detail['withCode'] ?? null]),
    ).toEqual([
      ['console.logged-in', false],
      ['token.factor-added', null],
      ['token.code-refused', 'wrong'],
      ['token.code-refused', 'wrong'],
      ['token.code-refused', 'wrong'],
      ['console.logged-in', true],
      ['token.code-refused', 'used before'],
      ['console.logged-in', true],
    ]);
    const kept = JSON.stringify(entries) + node.log.join('') + contentOf(node.folder);
    for (const secret of [begun.body['secret'] as string, node.secrets.admin])
      expect(kept).not.toContain(secret);
  });

  it('opens nothing as a bearer token, and says why', async () => {
    const node = await newConsole();
    const browser = await node.loggedIn('auditor');
    expect((await node.ask('GET', '/v1/token', { role: 'auditor' })).status).toBe(200);
    await addFactor(node, browser);
    for (const path of ['/v1/token', '/v1/audit/entries', '/v1/nothing']) {
      const answer = await node.ask('GET', path, { role: 'auditor' });
      expect([path, answer.status, answer.body['code']]).toEqual([path, 401, 'api/code-required']);
    }
    // Also not beside the cookie of its session: what came is looked at, not what might do.
    const both = await browser.ask('GET', '/v1/token', { headers: bearer(node.secrets.auditor) });
    expect(both.status).toBe(401);
    const { entries } = await node.services.context.audit.entries({});
    expect(entries.find(({ action }) => action === 'token.refused')?.detail).toMatchObject({
      reason: 'code-missing',
    });
  });

  it('takes ten wrong codes an hour, from wherever they come, and then no code at all', async () => {
    const node = await newConsole();
    const code = await addFactor(node, await node.loggedIn('operator'));
    for (let i = 0; i < 10; i += 1) {
      expect((await node.browser().logIn(node.secrets.operator, '1')).status).toBe(401);
    }
    const limited = await node.browser().logIn(node.secrets.operator, code());
    expect([limited.status, limited.body['code']]).toEqual([429, 'api/rate-limited']);
    expect(limited.headers.get('retry-after')).toBe('3600');
    expect((await node.browser().logIn(node.secrets.admin)).status).toBe(200);
    later(node, 3_600_000);
    expect((await node.browser().logIn(node.secrets.operator, code())).status).toBe(200);
  });

  it('counts wrong codes for their address as well, and missing ones not', async () => {
    const node = await newConsole({ rateLimits: { perToken: 100, failedPerAddress: 2 } });
    const code = await addFactor(node, await node.loggedIn('operator'));
    const statuses: number[] = [];
    for (const given of [undefined, undefined, undefined, '1', '1', '1', undefined]) {
      statuses.push((await node.browser().logIn(node.secrets.operator, given)).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 401]);
    expect((await node.browser().logIn(node.secrets.operator, code())).status).toBe(200);
  });
});

describe('a change of the second factor', () => {
  it('ends all sessions of its token but the one that made it', async () => {
    const node = await newConsole();
    const [own, other] = [await node.loggedIn('analyst'), await node.loggedIn('analyst')];
    const stranger = await node.loggedIn('auditor');
    const statuses = async (): Promise<number[]> => {
      const all = [own, other, stranger].map((one) => one.ask('GET', '/v1/token'));
      return (await Promise.all(all)).map(({ status }) => status);
    };
    await own.ask('POST', '/v1/token/factor');
    expect(await statuses()).toEqual([200, 200, 200]);
    const code = await addFactor(node, own);
    expect(await statuses()).toEqual([200, 401, 200]);
    await other.logIn(node.secrets.analyst, code());
    later(node, STEP_MS);
    expect(await statuses()).toEqual([200, 200, 200]);
    const wrong = await own.ask('POST', '/v1/token/factor/remove', { body: { code: '1' } });
    expect([wrong.status, wrong.body['code'], wrong.body['field']]).toEqual([
      400,
      'api/invalid-request',
      'code',
    ]);
    expect(await statuses()).toEqual([200, 200, 200]);
    const removed = await own.ask('POST', '/v1/token/factor/remove', { body: { code: code() } });
    expect([removed.status, removed.body['hasSecondFactor']]).toEqual([200, false]);
    expect(await statuses()).toEqual([200, 401, 200]);
    expect((await node.ask('GET', '/v1/token', { role: 'analyst' })).status).toBe(200);
    expect((await own.ask('POST', '/v1/token/factor/remove', { body: { code: '1' } })).status).toBe(409);
  });

  it('is confirmed by a code of the new factor alone', async () => {
    const node = await newConsole();
    const browser = await node.loggedIn('analyst');
    const confirm = (code: string) => browser.ask('POST', '/v1/token/factor/confirm', { body: { code } });
    expect((await confirm('123456')).status).toBe(409);
    await browser.ask('POST', '/v1/token/factor');
    const wrong = await confirm('1');
    expect([wrong.status, wrong.body['code'], wrong.body['field']]).toEqual([
      400,
      'api/invalid-request',
      'code',
    ]);
    expect((await browser.ask('GET', '/v1/token')).body).toMatchObject({ hasSecondFactor: false });
    await addFactor(node, browser);
    expect((await browser.ask('POST', '/v1/token/factor')).status).toBe(409);
  });

  it('for who lost it is up to another token of role admin, and ends the sessions', async () => {
    const node = await newConsole();
    const { tokens } = node.services;
    const owner = await node.loggedIn('operator');
    const own = (await owner.ask('GET', '/v1/token')).body['id'] as string;
    await addFactor(node, owner);
    const path = `/v1/tokens/${own}/factor/remove`;
    expect((await node.ask('POST', path, { role: 'auditor' })).status).toBe(403);
    const removed = await node.ask('POST', path, { role: 'admin' });
    expect([removed.status, removed.body['hasSecondFactor']]).toEqual([200, false]);
    expect((await node.ask('POST', path, { role: 'admin' })).body['code']).toBe('state/conflict');
    expect((await owner.ask('GET', '/v1/token')).status).toBe(401);
    expect((await node.browser().logIn(node.secrets.operator)).status).toBe(200);

    const admin = await node.loggedIn('admin');
    const id = (await admin.ask('GET', '/v1/token')).body['id'] as string;
    await addFactor(node, admin);
    const self = await admin.ask('POST', `/v1/tokens/${id}/factor/remove`);
    expect([self.status, self.body['code']]).toEqual([409, 'state/conflict']);
    expect(await tokens.get(id)).toMatchObject({ hasSecondFactor: true });
  });
});
