import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { TokenRole } from '../../../src/node/index.js';
import { codeAt } from '../../support/authenticator.js';
import { newNode, request, type Answer, type TestNode, type TestNodeOptions } from '../support.js';

export const PAGE =
  '<!doctype html><title>console</title><script type="module" src="/console/assets/a-1.js"></script>';
export const SCRIPT = `export const words = ${JSON.stringify('abc '.repeat(1000))};\n`;

const FOLDERS: string[] = [];
afterAll(() => {
  for (const folder of FOLDERS) rmSync(folder, { recursive: true, force: true });
});

/** A console as a build leaves one, with a file beside it that is none of its own. */
export function builtConsole(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vesica-console-'));
  FOLDERS.push(folder);
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  const console = join(folder, 'console');
  mkdirSync(join(console, 'assets'), { recursive: true });
  writeFileSync(join(console, 'index.html'), PAGE);
  writeFileSync(join(console, 'assets', 'a-1.js'), SCRIPT);
  writeFileSync(join(console, 'assets', 'small.css'), 'a{}');
  writeFileSync(join(console, 'assets', 'build.log'), 'not to be served');
  return console;
}

/** A browser, as far as it has cookies: it keeps the last one. */
export interface Browser {
  cookie: string;
  csrf: string;
  ask(
    method: string,
    path: string,
    more?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer>;
  logIn(token: string, code?: string): Promise<Answer>;
}

export interface ConsoleNode extends TestNode {
  readonly clock: { at: Date };
  browser(): Browser;
  /** A browser in which the token of a role is logged in. */
  loggedIn(role: TokenRole): Promise<Browser>;
}

/** A node whose clock stands until it is told otherwise. */
export async function newConsole(options: TestNodeOptions = {}): Promise<ConsoleNode> {
  const clock = { at: new Date() };
  const node = await newNode({ now: () => clock.at, ...options });
  const browser = (): Browser => {
    const self: Browser = {
      cookie: '',
      csrf: '',
      ask: async (method, path, { body, headers = {} } = {}) => {
        const own = {
          'sec-fetch-site': 'same-origin',
          ...(self.cookie === '' ? {} : { cookie: self.cookie }),
          ...(self.csrf === '' ? {} : { 'x-vesica-csrf': self.csrf }),
        };
        const all = Object.entries({ ...own, ...headers }).filter(([, value]) => value !== '');
        const answer = await request(node.admin.url, {
          method,
          path,
          body,
          headers: Object.fromEntries(all),
        });
        const [pair] = (answer.headers.get('set-cookie') ?? '').split(';');
        if (pair !== undefined && pair !== '') self.cookie = pair;
        if (typeof answer.body['csrf'] === 'string') self.csrf = answer.body['csrf'];
        return answer;
      },
      logIn: (token, code) =>
        self.ask('POST', '/v1/login', { body: { token, ...(code === undefined ? {} : { code }) } }),
    };
    return self;
  };
  const loggedIn = async (role: TokenRole): Promise<Browser> => {
    const one = browser();
    await one.logIn(node.secrets[role]);
    return one;
  };
  return { ...node, clock, browser, loggedIn };
}

/** Gives the token of a browser a second factor; what its authenticator shows from then on. */
export async function addFactor(node: ConsoleNode, browser: Browser): Promise<() => string> {
  const { body } = await browser.ask('POST', '/v1/token/factor');
  const secret = body['secret'] as string;
  const code = (): string => codeAt(secret, node.clock.at);
  await browser.ask('POST', '/v1/token/factor/confirm', { body: { code: code() } });
  later(node, 30_000);
  return code;
}

export function later({ clock }: Pick<ConsoleNode, 'clock'>, ms: number): void {
  clock.at = new Date(clock.at.getTime() + ms);
}
