import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CATALOGUES } from '../../src/messages/index.js';
import { TOKEN_ROLES, type TokenRole } from '../../src/node/index.js';
import { newNode, type TestNode } from '../admin/support.js';
import {
  axeInBothThemes,
  consolePage,
  focused,
  isTooWide,
  launchBrowser,
  shots,
  seen,
} from './support/browser.js';

/** A file as the browser took it. */
interface Loaded {
  readonly name: string;
  readonly encodedBodySize: number;
  readonly decodedBodySize: number;
}

const FIRST_LOAD_BYTES = 300_000;
/** What each role finds in the menu. */
const MENUS: Readonly<Record<TokenRole, readonly string[]>> = {
  admin: [
    'Overview',
    'Sessions',
    'Datasets',
    'Partners',
    'Schedules',
    'Privacy budget',
    'Alarms',
    'Audit log',
    'Settings',
  ],
  operator: [
    'Overview',
    'Sessions',
    'Reports',
    'Trends',
    'Exports',
    'Datasets',
    'Partners',
    'Schedules',
    'Privacy budget',
    'Alarms',
    'Settings',
  ],
  analyst: ['Overview', 'Sessions', 'Reports', 'Trends', 'Schedules', 'Settings'],
  auditor: [
    'Overview',
    'Sessions',
    'Reports',
    'Exports',
    'Datasets',
    'Partners',
    'Schedules',
    'Privacy budget',
    'Alarms',
    'Audit log',
    'Settings',
  ],
};

let browser: Browser;
let node: TestNode;
let site: { readonly url: string; readonly secrets: TestNode['secrets'] };
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  node = await newNode({ finished: (end) => void ends.push(end) });
  site = { url: node.admin.url, secrets: node.secrets };
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  for (const end of ends) await end();
});

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
describe('the frame', () => {
  it('leads each role to what it may see, and to nothing else', async () => {
    for (const role of TOKEN_ROLES) {
      const { page, context, problems } = await consolePage(browser, site, role);
      const menu = page.getByRole('navigation', { name: 'Pages' });
      await seen(menu);
      expect(await menu.getByRole('link').allInnerTexts(), role).toEqual(MENUS[role]);
      expect(await page.getByRole('region', { name: 'Your login' }).innerText()).toContain(`the ${role}`);
      expect(problems).toEqual([]);
      await context.close();
    }
  });

  it('is walked by keyboard alone, and dialogs give the focus back', async () => {
    const { page, context } = await consolePage(browser, site, 'admin');
    await seen(heading(page, 'Overview'));
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('main');

    await page.getByRole('link', { name: 'Settings' }).focus();
    await page.keyboard.press('Enter');
    await seen(heading(page, 'Settings'));
    await expect.poll(() => focused(page)).toBe('main');
    const make = page.getByRole('button', { name: 'New token' });
    await seen(make);
    for (let presses = 0; (await focused(page)) !== 'New token'; presses += 1) {
      expect(presses).toBeLessThan(10);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'New token' });
    await seen(dialog);
    for (let presses = 0; presses < 12; presses += 1) {
      await page.keyboard.press('Tab');
      const isOutside = await page.evaluate<boolean>(
        'document.activeElement !== document.body && document.activeElement.closest("dialog") === null',
      );
      expect(isOutside).toBe(false);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('New token');
    await context.close();
  });

  it('fits a phone, where the menu opens and goes when a page is chosen', async () => {
    const { page, context } = await consolePage(browser, site, 'operator');
    await page.setViewportSize({ width: 320, height: 700 });
    const menu = page.getByRole('navigation', { name: 'Pages' });
    const button = page.getByRole('button', { name: 'Menu', exact: true });
    await seen(button);
    expect(await menu.isVisible()).toBe(false);
    await button.click();
    await seen(menu);
    expect(await isTooWide(page)).toBe(false);
    await menu.getByRole('link', { name: 'Settings' }).click();
    await seen(heading(page, 'Settings'));
    expect(await menu.isVisible()).toBe(false);
    await seen(page.getByRole('heading', { name: 'This node' }));
    expect(await isTooWide(page)).toBe(false);
    await context.close();
  });

  it('speaks Dutch and keeps to a theme when told, also after it is loaded again', async () => {
    const { page, context, problems } = await consolePage(browser, site, 'analyst', { path: '/settings' });
    const own = page.getByRole('region', { name: 'Your login' });
    await own.getByLabel('Language').selectOption('nl');
    await seen(heading(page, CATALOGUES.nl['shell.nav.settings']));
    const theme = page.getByRole('region', { name: CATALOGUES.nl['shell.person'] });
    await theme.getByLabel(CATALOGUES.nl['shell.theme']).selectOption('dark');
    await page.reload();
    await seen(heading(page, CATALOGUES.nl['shell.nav.settings']));
    const root = await page.evaluate<unknown>(
      '[document.documentElement.lang, document.documentElement.dataset.theme, getComputedStyle(document.body).color]',
    );
    expect(root).toEqual(['nl', 'dark', 'rgb(231, 234, 239)']);
    expect(problems).toEqual([]);
    await context.close();
  });

  it('says so when there is no such page', async () => {
    const { page, context, problems } = await consolePage(browser, site, 'analyst', { path: '/nowhere' });
    await seen(heading(page, 'No such page'));
    await shots(page, 'no-such-page');
    expect(await axeInBothThemes(page)).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  });

  it('loads less than 300 kB the first time, and all of it from the node', async () => {
    const { page, context, problems } = await consolePage(browser, site, 'operator');
    await seen(heading(page, 'Overview'));
    const loaded = await page.evaluate<Loaded[]>(
      `['resource', 'navigation'].flatMap((kind) => performance.getEntriesByType(kind))
        .map(({ name, encodedBodySize, decodedBodySize }) => ({ name, encodedBodySize, decodedBodySize }))`,
    );
    const files = loaded.filter(({ name }) => name.includes('/console/'));
    const bytes = files.reduce((sum, file) => sum + file.encodedBodySize, 0);
    expect(files.length).toBeGreaterThan(3);
    expect(bytes).toBeLessThan(FIRST_LOAD_BYTES);
    const script = files.find(({ name }) => name.endsWith('.js'));
    expect(script!.encodedBodySize).toBeLessThan(script!.decodedBodySize / 2);
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe('settings', () => {
  it('make a token, show it once, and revoke it', async () => {
    const { page, context, problems } = await consolePage(browser, site, 'admin', { path: '/settings' });
    const table = page.getByRole('table', { name: 'Tokens of this node' });
    await seen(table);
    await page.getByRole('button', { name: 'New token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('<b>bad</b>');
    await dialog.getByRole('button', { name: 'Make token' }).click();
    await seen(dialog.getByText('What was entered cannot be used.'));
    await shots(page, 'settings-new-token');
    expect(await axeInBothThemes(page)).toEqual([]);
    await dialog.getByLabel('Name').fill('Marketing lead');
    await dialog.getByRole('radio', { name: 'Analyst' }).check();
    await dialog.getByRole('button', { name: 'Make token' }).click();
    await seen(dialog.getByText('shown this one time'));
    const secret = await dialog.locator('.copy-text').innerText();
    expect(secret).toMatch(/^vesica_[\w-]{43}$/);
    await dialog.getByRole('button', { name: 'I have it' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(secret);
    expect(
      await node.ask('GET', '/v1/token', { headers: { authorization: `Bearer ${secret}` } }),
    ).toMatchObject({
      status: 200,
      body: { role: 'analyst' },
    });

    const row = table.getByRole('row', { name: /Marketing lead/ });
    await shots(page, 'settings');
    expect(await axeInBothThemes(page)).toEqual([]);
    await row.getByRole('button', { name: 'Revoke Marketing lead' }).click();
    await dialog.getByRole('button', { name: 'Revoke', exact: true }).click();
    await seen(row.getByText('Revoked'));
    expect(await row.getByRole('button').count()).toBe(0);
    expect(problems).toEqual([]);
    await context.close();
  });

  it('show tokens to an auditor without the means to change them, and none to an analyst', async () => {
    const auditor = await consolePage(browser, site, 'auditor', { path: '/settings' });
    const table = auditor.page.getByRole('table');
    await seen(table);
    expect(await table.getByRole('button').count()).toBe(0);
    expect(await auditor.page.getByRole('button', { name: 'New token' }).count()).toBe(0);
    await auditor.context.close();
    const analyst = await consolePage(browser, site, 'analyst', { path: '/settings' });
    await seen(analyst.page.getByRole('heading', { name: 'This node' }));
    expect(await analyst.page.getByRole('table').count()).toBe(0);
    expect(analyst.problems).toEqual([]);
    await analyst.context.close();
  });
});
