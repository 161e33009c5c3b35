import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeServices } from '../../src/node/index.js';
import { newNode, type TestNode } from '../admin/support.js';
import { codeAt } from '../support/authenticator.js';
import { axeInBothThemes, consolePage, focused, launchBrowser, seen, shots } from './support/browser.js';

const TEST = { kind: 'command', name: 'test' } as const;

let browser: Browser;
let services: NodeServices;
let site: { readonly url: string; readonly secrets: TestNode['secrets'] };
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const node = await newNode({ finished: (end) => void ends.push(end) });
  services = node.services;
  site = { url: node.admin.url, secrets: node.secrets };
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  for (const end of ends) await end();
});

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

describe('logging in', () => {
  it('takes a token, tells what is wrong with another, and ends when one logs out', async () => {
    const { page, context, problems } = await consolePage(browser, site, null);
    await seen(heading(page, 'Log in to this node'));
    await shots(page, 'login');
    expect(await axeInBothThemes(page)).toEqual([]);
    expect(await focused(page)).toBe(await page.getByLabel('Token').getAttribute('id'));

    await page.keyboard.type(`vesica_${'x'.repeat(43)}`);
    await page.keyboard.press('Enter');
    const alert = page.getByRole('alert');
    await seen(alert.getByText('This token opens nothing here.'));
    expect(await alert.innerText()).toContain('api/unauthenticated');
    await shots(page, 'login-refused');
    expect(await axeInBothThemes(page)).toEqual([]);

    await page.getByLabel('Token').fill(`  ${site.secrets.analyst}\n`);
    await page.keyboard.press('Enter');
    await seen(heading(page, 'Overview'));
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    const kept = await page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
    expect(kept).not.toContain('vesica_');
    await page.reload();
    await seen(heading(page, 'Overview'));

    await page.getByRole('button', { name: 'Log out' }).click();
    await seen(heading(page, 'Log in to this node'));
    await page.reload();
    await seen(heading(page, 'Log in to this node'));
    expect(problems).toEqual([]);
    await context.close();
  });

  it('asks for the code of a token that has a second factor, which is set up in the settings', async () => {
    const { secret } = await services.tokens.create({ name: 'careful', role: 'operator' }, TEST);
    const own = { url: site.url, secrets: { ...site.secrets, operator: secret } };
    const { page, context, problems } = await consolePage(browser, own, 'operator', { path: '/settings' });
    await page.getByRole('button', { name: 'Set up' }).click();
    const dialog = page.getByRole('dialog');
    await seen(dialog.getByRole('img', { name: 'QR code' }));
    const key = await dialog.locator('.copy-text').innerText();
    expect(await axeInBothThemes(page)).toEqual([]);

    await dialog.getByRole('textbox', { name: 'Code' }).fill('000 000');
    await dialog.getByRole('button', { name: 'Turn on' }).click();
    await seen(dialog.getByText('The code is not right. Enter the six digits'));
    await shots(page, 'settings-second-factor');
    const first = codeAt(key, new Date());
    await dialog.getByRole('textbox', { name: 'Code' }).fill(first);
    await dialog.getByRole('button', { name: 'Turn on' }).click();
    await seen(page.getByText('The second factor is on.'));
    expect(await dialog.count()).toBe(0);

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Token').fill(secret);
    await page.keyboard.press('Enter');
    await page.getByLabel('Code').fill(first);
    await page.keyboard.press('Enter');
    // A code is good for one time, and this one was used.
    await seen(page.getByRole('alert').getByText('The code is not right.'));
    await shots(page, 'login-code');
    await page.getByLabel('Code').fill(codeAt(key, new Date(Date.now() + 30_000)));
    await page.keyboard.press('Enter');
    await seen(heading(page, 'Settings'));
    expect(problems).toEqual([]);
    await context.close();
  });

  it('ends at once when the token is revoked, and says so', async () => {
    const { token, secret } = await services.tokens.create({ name: 'leaving', role: 'auditor' }, TEST);
    const own = { url: site.url, secrets: { ...site.secrets, auditor: secret } };
    const { page, context } = await consolePage(browser, own, 'auditor');
    await seen(heading(page, 'Overview'));
    await services.tokens.revoke(token.id, TEST);
    await page.getByRole('link', { name: 'Settings' }).click();
    await seen(page.getByText('Your login has ended.'));
    await context.close();
  });
});

describe('a login', () => {
  it('is not said to be over while the node still knows it', async () => {
    const { page, context } = await consolePage(browser, site, 'analyst');
    await page.route('**/v1/logout', (route) => route.fulfill({ status: 500, body: 'no' }), { times: 1 });
    const logOut = page.getByRole('button', { name: 'Log out' });
    await logOut.click();
    const person = page.getByRole('region', { name: 'Your login' });
    await seen(person.getByText('api/unavailable'));
    expect(await axeInBothThemes(page)).toEqual([]);
    await shots(page, 'logout-failed');
    expect(await heading(page, 'Overview').isVisible()).toBe(true);
    await logOut.click();
    await seen(heading(page, 'Log in to this node'));
    await page.reload();
    await seen(heading(page, 'Log in to this node'));

    const { page: other, context: another } = await consolePage(browser, site, 'analyst');
    await another.clearCookies();
    await other.getByRole('button', { name: 'Log out' }).click();
    await seen(heading(other, 'Log in to this node'));
    await context.close();
    await another.close();
  });

  it('goes on where the same token logs in again in another window, and ends where another does', async () => {
    const { page, context, problems } = await consolePage(browser, site, 'admin', { path: '/settings' });
    const asked: string[] = [];
    page.on(
      'request',
      (request) => void asked.push(`${request.method()} ${new URL(request.url()).pathname}`),
    );
    const login = { data: { token: site.secrets.admin } };
    const makeToken = async (name: string): Promise<void> => {
      await page.getByRole('button', { name: 'New token' }).click();
      await page.getByLabel('Name').fill(name);
      await page.getByRole('button', { name: 'Make token' }).click();
    };
    await context.request.post(`${site.url}/v1/login`, login);
    await makeToken('Second window');
    await seen(page.getByText('shown this one time'));
    expect(asked.filter((line) => line === 'POST /v1/tokens')).toHaveLength(2);
    expect(asked.filter((line) => line === 'GET /v1/login')).toHaveLength(1);
    await page.getByRole('button', { name: 'I have it' }).click();

    await context.request.post(`${site.url}/v1/login`, { data: { token: site.secrets.operator } });
    await makeToken('For somebody else');
    await seen(page.getByText('Your login has ended.'));
    const names = (await services.tokens.list({ limit: 200 })).items.map(({ name }) => name);
    expect(names).toContain('Second window');
    expect(names).not.toContain('For somebody else');
    expect(problems).toEqual([]);
    await context.close();
  });

  it('asks for a new value once, and says so when that was refused too', async () => {
    const { page, context } = await consolePage(browser, site, 'admin', { path: '/settings' });
    let count = 0;
    await page.route('**/v1/tokens', (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      count += 1;
      const body = JSON.stringify({ code: 'api/csrf', status: 403 });
      return route.fulfill({ status: 403, contentType: 'application/problem+json', body });
    });
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByLabel('Name').fill('Never');
    await page.getByRole('button', { name: 'Make token' }).click();
    await seen(page.getByRole('dialog').getByText('api/csrf'));
    expect(count).toBe(2);
    await context.close();
  });
});
