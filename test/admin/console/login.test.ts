import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../../src/admin/index.js';
import { bearer, COMMAND, contentOf, definitionOf, PARTNER_FINGERPRINT, termsOf } from '../support.js';
import { builtConsole, later, newConsole, type Browser, type ConsoleNode } from './support.js';

const MINUTE_MS = 60_000;

let shared: ConsoleNode;
let end = (): Promise<void> => Promise.resolve();
beforeAll(async () => {
  shared = await newConsole({ finished: (work) => (end = work), consoleFolder: builtConsole() });
});
afterAll(() => end());

/** A session that waits for its partner, and a browser that follows it; what the stream said once it has ended. */
async function openStream(node: ConsoleNode): Promise<{ body: Promise<string>; session: Browser }> {
  const { partners, datasets, agreements, sessions } = node.services;
  const partner = await partners.add(
    { name: 'There', fingerprint: PARTNER_FINGERPRINT, address: 'wss://127.0.0.1:1' },
    COMMAND,
  );
  const dataset = await datasets.define(definitionOf(node.folder), COMMAND);
  const terms = termsOf(node.services);
  const made = { partner: partner.id, terms, approval: 'manual' as const, datasets: [dataset.id] };
  const agreement = await agreements.create(made, COMMAND);
  await agreements.activate(agreement.id, COMMAND);
  const ask = { mode: 'psi-ca' as const, purpose: 'campaign-measurement' };
  const { id } = await sessions.create({ agreement: agreement.id, dataset: dataset.id, ask }, COMMAND);
  const session = await node.loggedIn('operator');
  const url = `${node.admin.url}/v1/sessions/${id}/events/stream`;
  const stream = await fetch(url, { headers: { cookie: session.cookie } });
  expect(stream.status).toBe(200);
  return { body: stream.text(), session };
}

const statusOf = async (browser: Browser, path = '/v1/token'): Promise<number> =>
  (await browser.ask('GET', path)).status;

describe('logging in', () => {
  it('with a token gives a cookie that no script reads, and opens what the token opens', async () => {
    const node = await newConsole();
    const browser = node.browser();
    const answer = await browser.logIn(node.secrets.auditor);
    expect(answer.status, answer.text).toBe(200);
    const [cookie, ...attributes] = (answer.headers.get('set-cookie') ?? '').split('; ');
    expect(cookie).toMatch(/^vesica_session=[A-Za-z0-9_-]{43}$/);
    expect(attributes).toEqual(['Path=/', 'HttpOnly', 'SameSite=Strict']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toMatchObject({
      caller: { name: 'the auditor', role: 'auditor', hasSecondFactor: false },
      csrf: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) as string,
      expiresAt: new Date(node.clock.at.getTime() + 30 * MINUTE_MS).toISOString(),
    });
    expect(answer.text).not.toContain(node.secrets.auditor);
    expect((await browser.ask('GET', '/v1/token')).body).toMatchObject({ name: 'the auditor' });
    expect(await statusOf(browser, '/v1/audit/entries')).toBe(200);
    expect(await statusOf(browser, '/v1/reports/00000000000000000000000000')).toBe(403);
    const again = await browser.ask('GET', '/v1/login');
    expect([again.status, again.body]).toEqual([200, answer.body]);
  });

  it('makes new ids each time, of which nothing is kept but digests', async () => {
    const node = await newConsole();
    const [one, two] = [await node.loggedIn('admin'), await node.loggedIn('admin')];
    expect(one.cookie).not.toBe(two.cookie);
    expect(one.csrf).not.toBe(two.csrf);
    const id = one.cookie.replace('vesica_session=', '');
    for (const secret of [id, one.csrf, node.secrets.admin]) {
      expect(node.log.join('')).not.toContain(secret);
      expect(contentOf(node.folder)).not.toContain(secret);
    }
  });

  it('needs a valid token, and says the same of all that are not', async () => {
    const node = await newConsole();
    const { tokens } = node.services;
    const revoked = await tokens.create({ name: 'gone', role: 'analyst' }, COMMAND);
    await tokens.revoke(revoked.token.id, COMMAND);
    const texts = new Set<string>();
    for (const token of ['', 'x', `vesica_${'A'.repeat(43)}`, revoked.secret]) {
      const answer = await node.browser().logIn(token);
      expect([answer.status, answer.body['code']]).toEqual([401, 'api/unauthenticated']);
      expect(answer.headers.get('set-cookie')).toBeNull();
      texts.add(String(answer.body['detail']));
    }
    expect(texts.size).toBe(1);
    const none = await node.browser().ask('GET', '/v1/login');
    expect([none.status, none.body['code']]).toEqual([401, 'api/unauthenticated']);
  });

  it('fails so often from one address, and then valid tokens alone are let in', async () => {
    const node = await newConsole({ rateLimits: { perToken: 100, failedPerAddress: 3 } });
    const wrong = `vesica_${'A'.repeat(43)}`;
    for (let i = 0; i < 3; i += 1) expect((await node.browser().logIn(wrong)).status).toBe(401);
    const limited = await node.browser().logIn(wrong);
    expect([limited.status, limited.body['code']]).toEqual([429, 'api/rate-limited']);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await node.browser().logIn(node.secrets.admin)).status).toBe(200);
    // Asking who is logged in is no failure: every page of a browser does.
    for (let i = 0; i < 5; i += 1) expect(await statusOf(node.browser(), '/v1/login')).toBe(401);
  });

  it('counts for its token', async () => {
    const node = await newConsole({ rateLimits: { perToken: 3, failedPerAddress: 100 } });
    for (let i = 0; i < 3; i += 1) expect((await node.browser().logIn(node.secrets.admin)).status).toBe(200);
    expect((await node.browser().logIn(node.secrets.admin)).status).toBe(429);
    expect((await node.browser().logIn(node.secrets.auditor)).status).toBe(200);
  });

  it('is audited with logging out, by the name of the token', async () => {
    const node = await newConsole();
    const browser = await node.loggedIn('operator');
    await node.browser().logIn(`vesica_${'A'.repeat(43)}`);
    await browser.ask('POST', '/v1/logout');
    const { entries } = await node.services.context.audit.entries({ order: 'oldest-first' });
    const told = entries.filter(({ action }) => /^(console\.|token\.refused)/.test(action));
    expect(told.map(({ action, actor, detail }) => [action, actor.name, detail])).toEqual([
      ['console.logged-in', 'the operator', { withCode: false }],
      ['token.refused', 'node', { reason: 'unknown', suppressed: 0 }],
      ['console.logged-out', 'the operator', {}],
    ]);
  });
});

describe('the cookie', () => {
  it('is Secure and of this host alone where a proxy ends TLS', async () => {
    const node = await newConsole();
    const headers = { 'x-forwarded-proto': 'https' };
    const browser = node.browser();
    const body = { token: node.secrets.admin };
    const { headers: told } = await browser.ask('POST', '/v1/login', { body, headers });
    expect(told.get('set-cookie')).toMatch(
      /^__Host-vesica_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect((await browser.ask('GET', '/v1/token', { headers })).status).toBe(200);
    // Over TLS a page of a sister host could have set the other name.
    const bare = browser.cookie.replace('__Host-', '');
    expect((await browser.ask('GET', '/v1/token', { headers: { ...headers, cookie: bare } })).status).toBe(
      401,
    );
  });

  it.each(['https, http', 'HTTPS', ' https ,https'])('is Secure behind proxies that say %o', async (said) => {
    const headers = { 'x-forwarded-proto': said };
    const body = { token: shared.secrets.admin };
    const answer = await shared.browser().ask('POST', '/v1/login', { body, headers });
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-.*; Secure$/);
  });

  it('opens nothing when it is another, comes twice, or comes with a token that opens nothing', async () => {
    const node = await newConsole();
    const browser = await node.loggedIn('admin');
    const { cookie } = browser;
    for (const wrong of [
      `${cookie}x`,
      'vesica_session=',
      `x${cookie}`,
      `${cookie}; ${cookie}`,
      `a=${cookie}`,
    ]) {
      expect([wrong, (await browser.ask('GET', '/v1/token', { headers: { cookie: wrong } })).status]).toEqual(
        [wrong, 401],
      );
    }
    const beside = { headers: { cookie: `a=b; ${cookie}; c=d` } };
    expect((await browser.ask('GET', '/v1/token', beside)).status).toBe(200);
    const bad = { headers: bearer(`vesica_${'A'.repeat(43)}`) };
    expect((await browser.ask('GET', '/v1/token', bad)).status).toBe(401);
    const key = { headers: bearer(cookie.replace('vesica_session=', '')) };
    expect((await browser.ask('GET', '/v1/token', key)).status).toBe(401);
  });
});

describe('a session', () => {
  it('ends by logging out, on the server', async () => {
    const node = await newConsole();
    const [browser, other] = [await node.loggedIn('admin'), await node.loggedIn('admin')];
    const { cookie } = browser;
    const out = await browser.ask('POST', '/v1/logout');
    expect([out.status, out.text]).toEqual([204, '']);
    expect(out.headers.get('set-cookie')).toMatch(/^vesica_session=; Max-Age=0; Path=\//);
    expect((await browser.ask('GET', '/v1/token', { headers: { cookie } })).status).toBe(401);
    expect(await statusOf(other)).toBe(200);
    // A token has none to end.
    expect((await node.ask('POST', '/v1/logout', { role: 'admin' })).status).toBe(204);
  });

  it('ends when nothing was asked for 30 minutes, and not before', async () => {
    const node = await newConsole();
    const browser = await node.loggedIn('admin');
    for (let i = 0; i < 5; i += 1) {
      later(node, 30 * MINUTE_MS - 1);
      expect(await statusOf(browser)).toBe(200);
    }
    later(node, 30 * MINUTE_MS);
    expect(await statusOf(browser)).toBe(401);
    later(node, -10 * MINUTE_MS);
    expect(await statusOf(browser)).toBe(401);
  });

  it('ends after 12 hours, however much is asked', async () => {
    const node = await newConsole();
    const browser = await node.loggedIn('admin');
    for (let i = 0; i < 35; i += 1) {
      later(node, 20 * MINUTE_MS);
      expect([i, await statusOf(browser)]).toEqual([i, 200]);
    }
    const { body } = await browser.ask('GET', '/v1/login');
    expect(body['expiresAt']).toBe(new Date(node.clock.at.getTime() + 20 * MINUTE_MS).toISOString());
    later(node, 20 * MINUTE_MS);
    expect(await statusOf(browser)).toBe(401);
  });

  it('ends with its token', async () => {
    const node = await newConsole();
    const { tokens } = node.services;
    const expiresAt = new Date(node.clock.at.getTime() + MINUTE_MS).toISOString();
    const brief = await tokens.create({ name: 'brief', role: 'auditor', expiresAt }, COMMAND);
    const revoked = await tokens.create({ name: 'revoked', role: 'auditor' }, COMMAND);
    const [one, two] = [node.browser(), node.browser()];
    expect((await one.logIn(brief.secret)).body['expiresAt']).toBe(expiresAt);
    await two.logIn(revoked.secret);
    await tokens.revoke(revoked.token.id, COMMAND);
    expect([await statusOf(one), await statusOf(two)]).toEqual([200, 401]);
    later(node, MINUTE_MS);
    expect(await statusOf(one)).toBe(401);
  });

  it('ends when the browser logs in again', async () => {
    const node = await newConsole();
    const browser = await node.loggedIn('admin');
    const { cookie } = browser;
    await browser.logIn(node.secrets.auditor);
    expect(browser.cookie).not.toBe(cookie);
    expect((await browser.ask('GET', '/v1/token', { headers: { cookie } })).status).toBe(401);
    expect((await browser.ask('GET', '/v1/token')).body).toMatchObject({ role: 'auditor' });
  });

  it('of a token ends, the least used, when there are more than ten', async () => {
    const node = await newConsole();
    const other = await node.loggedIn('auditor');
    const all: Browser[] = [];
    for (let i = 0; i < 10; i += 1) all.push(await node.loggedIn('admin'));
    const [first, second] = all as [Browser, Browser];
    expect(await statusOf(first)).toBe(200);
    await node.loggedIn('admin');
    expect([await statusOf(first), await statusOf(second), await statusOf(other)]).toEqual([200, 401, 200]);
  });

  it('carries its streams of events, which end with it', async () => {
    const node = await newConsole({ heartbeatMs: 20 });
    const { body, session } = await openStream(node);
    await node.loggedIn('operator');
    await session.ask('POST', '/v1/logout');
    const text = await body;
    expect(text).toContain('retry: 3000');
    expect(text).not.toContain('event: end');
  });
});

describe('requests that change something', () => {
  const changing = Object.keys(PERMISSIONS).filter(
    (key) => !key.startsWith('GET ') && key !== 'POST /v1/login',
  );

  const pairs = new Map<string, Browser[]>();

  it.each(changing)('%s needs the csrf of its session', async (key) => {
    const node = shared;
    const [method = '', path = ''] = key.split(' ');
    const place = path.replace(/:[a-z]+/g, '0'.repeat(26));
    const role = (PERMISSIONS[key] as readonly ('admin' | 'operator')[])[0]!;
    // Logging out ends one of them, and making more takes long.
    if (!pairs.has(role)) pairs.set(role, [await node.loggedIn(role), await node.loggedIn(role)]);
    const fresh =
      key === 'POST /v1/logout' ? [await node.loggedIn(role), await node.loggedIn(role)] : undefined;
    const [browser, other] = (fresh ?? pairs.get(role)) as [Browser, Browser];
    for (const csrf of ['', 'x', other.csrf]) {
      const answer = await browser.ask(method, place, { headers: { 'x-vesica-csrf': csrf } });
      expect([csrf, answer.status, answer.body['code']]).toEqual([csrf, 403, 'api/csrf']);
    }
    for (const site of ['cross-site', 'same-site', 'anything']) {
      const answer = await browser.ask(method, place, { headers: { 'sec-fetch-site': site } });
      expect([site, answer.body['code']]).toEqual([site, 'api/csrf']);
    }
    const { body } = await browser.ask(method, place);
    expect(body['code']).not.toBe('api/csrf');
  });

  it('are not asked for by pages of other sites, nor is anything read by them', async () => {
    const node = shared;
    const browser = await node.loggedIn('auditor');
    for (const path of ['/v1/token', '/v1/login', '/v1/audit/entries']) {
      for (const [site, status] of [
        ['cross-site', 403],
        ['same-site', 403],
        ['same-origin', 200],
        ['none', 200],
        ['', 200],
      ] as const) {
        const answer = await browser.ask('GET', path, { headers: { 'sec-fetch-site': site } });
        expect([path, site, answer.status]).toEqual([path, site, status]);
      }
    }
    const headers = { 'sec-fetch-site': 'cross-site' };
    const login = await node
      .browser()
      .ask('POST', '/v1/login', { headers, body: { token: node.secrets.admin } });
    expect([login.status, login.headers.get('set-cookie')]).toEqual([403, null]);
    // A form needs no leave to send this type.
    const form = {
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ token: node.secrets.admin }),
    };
    expect((await node.browser().ask('POST', '/v1/login', form)).status).toBe(415);
    // A link from elsewhere leads to the page, which then asks by itself.
    expect((await node.browser().ask('GET', '/console/', { headers })).status).toBe(200);
  });

  it('with a token need neither', async () => {
    const node = shared;
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await node.ask('POST', '/v1/audit/verify', { role: 'auditor', headers })).status).toBe(200);
  });
});
