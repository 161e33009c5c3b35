import { connect, type Socket } from 'node:net';
import { expect, it, vi } from 'vitest';
import { bearer, COMMAND } from '../support.js';
import { addFactor, later, newConsole, type ConsoleNode } from './support.js';

interface Pending {
  /** Sends the body, for the status of the answer. */
  finish(): Promise<string>;
}

/** A POST whose headers were let in, and whose body is still to come. */
async function pending(
  node: ConsoleNode,
  {
    token,
    path,
    body,
    headers,
  }: { token: string; path: string; body: unknown; headers: Record<string, string> },
): Promise<Pending> {
  const { tokens } = node.services;
  // That a token was used is noted once a minute.
  later(node, 61_000);
  const before = (await tokens.get(token)).lastUsedAt;
  const text = JSON.stringify(body);
  const all = { host: '127.0.0.1', 'content-type': 'application/json', connection: 'close', ...headers };
  const lines = Object.entries({ ...all, 'content-length': String(text.length) }).map(
    ([k, v]) => `${k}: ${v}`,
  );
  const socket = await new Promise<Socket>((resolve, reject) => {
    const made = connect(Number(new URL(node.admin.url).port), '127.0.0.1', () => resolve(made));
    made.on('error', reject);
  });
  socket.setEncoding('utf8');
  let answer = '';
  socket.on('data', (piece: string) => (answer += piece));
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  const isLetIn = async (): Promise<void> => expect((await tokens.get(token)).lastUsedAt).not.toBe(before);
  await vi.waitFor(isLetIn, { timeout: 10_000, interval: 10 });
  return {
    finish: async () => {
      socket.write(text);
      await closed;
      return answer.slice(9, 12);
    },
  };
}

it('a request does nothing whose token was revoked before its body came', async () => {
  const node = await newConsole();
  const { tokens } = node.services;
  const { token, secret } = await tokens.create({ name: 'stolen', role: 'admin' }, COMMAND);
  const body = { name: 'made by a stolen one', role: 'admin' };
  const open = await pending(node, { token: token.id, path: '/v1/tokens', body, headers: bearer(secret) });
  await tokens.revoke(token.id, COMMAND);
  expect(await open.finish()).toBe('401');
  expect((await tokens.list()).items.map(({ name }) => name)).not.toContain(body.name);
});

it('a request does nothing whose session ended before its body came', async () => {
  const node = await newConsole();
  const browser = await node.loggedIn('admin');
  const { id } = (await browser.ask('GET', '/v1/token')).body as { id: string };
  const { cookie, csrf } = browser;
  const body = { name: 'made after all', role: 'admin' };
  const headers = { cookie, 'x-vesica-csrf': csrf };
  const open = await pending(node, { token: id, path: '/v1/tokens', body, headers });
  expect((await browser.ask('POST', '/v1/logout')).status).toBe(204);
  expect(await open.finish()).toBe('401');
  expect((await node.services.tokens.list()).items.map(({ name }) => name)).not.toContain(body.name);
});

it('a second factor is not removed by who was let in before there was one', async () => {
  const node = await newConsole();
  const browser = await node.loggedIn('operator');
  const { id } = (await browser.ask('GET', '/v1/token')).body as { id: string };
  const path = '/v1/token/factor/remove';
  const headers = bearer(node.secrets.operator);
  const open = await pending(node, { token: id, path, body: { code: '1' }, headers });
  await addFactor(node, browser);
  expect(await open.finish()).toBe('401');
  expect(await node.services.tokens.get(id)).toMatchObject({ hasSecondFactor: true });
});
