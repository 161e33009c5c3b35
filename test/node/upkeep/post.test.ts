import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { httpPost } from '../../../src/node/upkeep/index.js';
import { createIdentity, tlsCredentials } from '../../../src/transport/identity.js';
import { failure } from '../support/states.js';
import { receiver } from './receiver.js';

const BODY = JSON.stringify({ message: 'één' });

describe('httpPost', () => {
  it('sends the body, byte for byte, with its headers, and resolves to the status', async () => {
    const { url, requests, answer } = await receiver();
    for (const status of [200, 204, 302, 404, 500]) {
      answer.status = status;
      answer.location = url;
      expect(await httpPost()(url, { 'X-One': 'two' }, BODY)).toBe(status);
    }
    expect(requests).toHaveLength(5);
    expect(requests[0]).toMatchObject({
      method: 'POST',
      headers: { 'x-one': 'two' },
      body: Buffer.from(BODY),
    });
  });

  it('does not wait for the rest of an answer that never comes', async () => {
    const { url, answer } = await receiver();
    answer.status = 200;
    answer.isUnfinished = true;
    expect(await httpPost(5000)(url, {}, BODY)).toBe(200);
  });

  it('gives up on a receiver that takes the request and never answers', async () => {
    const { url, requests, answer } = await receiver();
    answer.status = undefined;
    const error = await failure(httpPost(200)(`${url}?canary`, {}, BODY));
    expect(error.code).toBe('transport/timeout');
    expect(`${error.message} ${error.stack ?? ''}`).not.toContain('canary');
    expect(requests).toHaveLength(1);
  });

  it('says that nobody is there, and not where', async () => {
    const { url } = await receiver();
    const closed = url.replace(/:\d+/, ':1');
    const error = await failure(httpPost()(closed, {}, BODY));
    expect([error.code, error.message]).toEqual([
      'transport/unreachable',
      'the webhook cannot be reached: ECONNREFUSED',
    ]);
    expect(error.cause).toBeUndefined();
  });

  it('refuses a receiver over TLS that no root vouches for, and sends it nothing', async () => {
    let received = 0;
    const server = createServer(tlsCredentials(createIdentity('receiver')), () => (received += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const error = await failure(httpPost()(`https://127.0.0.1:${port}/`, {}, BODY));
    expect(error.code).toBe('transport/unreachable');
    expect(error.message).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY/);
    expect(received).toBe(0);
  });
});
