import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { startAdmin } from '../../../src/admin/index.js';
import { TOKEN_ROLES, type Actor, type NodeServices, type TokenRole } from '../../../src/node/index.js';

export { launchBrowser } from './chromium.js';

const COMMAND: Actor = { kind: 'command', name: 'test' };
const TIMEOUT_MS = 15_000;
const SCREENSHOTS = resolve('build/screenshots');
const PHONE = { width: 390, height: 844 };
/** As narrow as it gets beside the menu. */
const TABLET = { width: 980, height: 800 };
const NARROWEST = { width: 320, height: 700 };
const DESK = { width: 1280, height: 900 };

/** A node that serves its console, with a token of each role. */
export interface ConsoleNode {
  readonly url: string;
  readonly secrets: Readonly<Record<TokenRole, string>>;
  close(): Promise<void>;
}

/** Serves the console of a node on a free port. Close it when the test is over, before the node. */
export async function openConsole(services: NodeServices): Promise<ConsoleNode> {
  const admin = await startAdmin(services, {
    listen: { host: '127.0.0.1', port: 0 },
    rateLimits: { perToken: 1_000_000, failedPerAddress: 1_000_000 },
    log: { level: 'silent', stream: { write: () => undefined } },
  });
  const secrets = {} as Record<TokenRole, string>;
  for (const role of TOKEN_ROLES) {
    secrets[role] = (await services.tokens.create({ name: `the ${role}`, role }, COMMAND)).secret;
  }
  return { url: admin.url, secrets, close: () => admin.close(0) };
}

export interface ConsolePage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained of: errors of scripts, what the content security policy refused, requests to elsewhere. */
  readonly problems: string[];
}

export interface PageOptions {
  /** Path in the console; `/` unless told. */
  readonly path?: string;
  readonly theme?: 'light' | 'dark';
  readonly locale?: 'en' | 'nl';
}

/** A page of the console with somebody logged in, or with nobody when `role` is null. */
export async function consolePage(
  browser: Browser,
  node: Pick<ConsoleNode, 'url' | 'secrets'>,
  role: TokenRole | null,
  { path = '/', theme = 'light', locale = 'en' }: PageOptions = {},
): Promise<ConsolePage> {
  const tag = locale === 'nl' ? 'nl-NL' : 'en-GB';
  const context = await browser.newContext({
    viewport: DESK,
    colorScheme: theme,
    locale: tag,
    timezoneId: 'Europe/Amsterdam',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(TIMEOUT_MS);
  if (role !== null) {
    const answer = await context.request.post(`${node.url}/v1/login`, {
      data: { token: node.secrets[role] },
    });
    if (!answer.ok()) throw new Error(`login as ${role} was answered with ${answer.status()}`);
  }
  const page = await context.newPage();
  const problems = watch(page, node.url);
  await page.goto(`${node.url}/console${path}`);
  await seen(page.locator('h1').first());
  return { page, context, problems };
}

/** Collects what a page does that it must not. */
function watch(page: Page, url: string): string[] {
  const problems: string[] = [];
  page.on('pageerror', (error) => void problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // A request that is refused is part of what is tested; the browser tells of each.
    const isAnswer = message
      .text()
      .startsWith('Failed to load resource: the server responded with a status of 4');
    if (['error', 'warning'].includes(message.type()) && !isAnswer)
      problems.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && origin !== url)
      problems.push(`request: ${request.url()}`);
  });
  return problems;
}

// What runs in the browser is text here: the types of a browser are none of the tests'.
const SETTLED = `Promise.allSettled(
  document.getAnimations()
    .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
    .map(({ finished }) => finished))`;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
  }[];
}

/** What axe-core finds wrong with a page as it stands, one line for each place. */
export async function axe(page: Page, rules: readonly string[] = RULES): Promise<string[]> {
  // Colours that are on their way to their value are of no theme.
  await drawn(page);
  await page.evaluate(SETTLED);
  // Through the debugger: the content security policy lets no other script in.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(
    (runOnly) =>
      (globalThis as unknown as { axe: { run: (options: object) => Promise<AxeResults> } }).axe.run({
        runOnly,
        resultTypes: ['violations'],
      }),
    rules,
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary = '' }) => `${id}: ${help} at ${target.join(' ')} (${failureSummary})`,
    ),
  );
}

/** What axe-core finds in the light theme, and of colours in the dark one: nothing else differs between the two. */
export async function axeInBothThemes(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const [theme, rules] of [['light', RULES] as const, ['dark', ['color-contrast']] as const]) {
    await page.emulateMedia({ colorScheme: theme });
    found.push(...(await axe(page, rules)).map((line) => `${theme}: ${line}`));
  }
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}

/** Pictures of a page as it stands: light, dark, and at the width of a phone. Only where `VESICA_SCREENSHOTS` is set. */
export async function shots(page: Page, name: string): Promise<void> {
  if (process.env['VESICA_SCREENSHOTS'] === undefined) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  // What sticks to the top would stand in the middle of the picture.
  await page.evaluate('scrollTo(0, 0)');
  const take = async (kind: string): Promise<void> => {
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-${kind}.png`), fullPage: true });
  };
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await take(theme);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(PHONE);
  await take('phone');
  await page.setViewportSize(DESK);
}

/** What has the focus: its id, its label or its text. */
export async function focused(page: Page): Promise<string> {
  return page.evaluate<string>(
    '(({ id, ariaLabel, textContent }) => id || ariaLabel || textContent)(document.activeElement)',
  );
}

/**
 * What is wrong with a page as it stands: to axe, and where it is wider than its window, from a desk to the narrowest phone. Pictures of it are kept by its name.
 */
export async function examined(page: Page, name: string): Promise<string[]> {
  const found = await axeInBothThemes(page);
  await shots(page, name);
  for (const size of [DESK, TABLET, PHONE, NARROWEST]) {
    await page.setViewportSize(size);
    await drawn(page);
    if (await isTooWide(page)) found.push(`too wide at ${size.width} px`);
  }
  await page.setViewportSize(DESK);
  return found.map((line) => `${name}: ${line}`);
}

/**
 * Waits until something is to be seen. The browser's own `waitFor` looks only twice a second after a while, which makes many
 * waits for what comes soon the most of a test.
 */
export async function seen(what: Locator): Promise<void> {
  await expect.poll(() => what.isVisible(), { interval: 20, timeout: TIMEOUT_MS }).toBe(true);
}

/** Another place of the console, as a link leads there: without loading it anew. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.evaluate(`history.pushState(null, '', ${JSON.stringify(`/console${path}`)})`);
}

/** Scrolls the frame of a long list to a share of its height, and waits until that is drawn. */
export async function scrollList(page: Page, share: number): Promise<void> {
  const frame = "document.querySelector('.virtual-frame')";
  await page.evaluate(`${frame}.scrollTop = ${share} * ${frame}.scrollHeight`);
  await drawn(page);
}

/** Waits until what has changed is drawn, and what followed from how that fits. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

/** Whether a page is wider than its window, so that one has to scroll sideways to read it. */
export async function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  );
}
