import { createHmac, createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { VesicaError } from '../../../src/errors.js';
import { Alarms, MAX_DELIVERY_ATTEMPTS, type NewAlarm, type Post } from '../../../src/node/upkeep/index.js';
import { expectNoneIn, leaked, visible } from '../keys/support.js';
import { createIdentity } from '../../../src/transport/index.js';
import { newFolder, NOW } from '../support/states.js';
import { later, upkeepNode, type UpkeepNode } from './support.js';
import { receiver } from './receiver.js';

const MINUTE_MS = 60_000;
const SECRET = 'a secret of the webhook that nobody guesses';
const secret = createSecretKey(Buffer.from(SECRET));
const alarm = (n: number): NewAlarm => ({
  kind: 'near-repeat',
  severity: 'warning',
  message: 'a list differs from an earlier one by a few people — see “n”',
  detail: { n },
  distinctBy: 'n',
});

/** A node whose alarms go to `post`. */
async function open(post: Post, url = 'https://alarms.example/'): Promise<UpkeepNode> {
  return upkeepNode({ webhook: { url, secret }, post });
}

describe('delivery', () => {
  it('sends what was raised, signed, and not again: checked by a real receiver', async () => {
    const { url, requests, answer } = await receiver();
    const node = await upkeepNode({ webhook: { url, secret } });
    const id = (await node.alarms.raise(alarm(1)))!;
    expect(await node.alarms.get(id)).toMatchObject({ delivery: 'pending', nextDeliveryAt: NOW });
    expect(await node.alarms.deliver()).toEqual({ delivered: 1, failed: 0, givenUp: 0 });
    expect(await node.alarms.deliver()).toEqual({ delivered: 0, failed: 0, givenUp: 0 });
    const [request] = requests;
    expect(requests).toHaveLength(1);
    expect(request).toMatchObject({ method: 'POST', path: '/hook' });
    expect(request!.headers).toMatchObject({
      'content-type': 'application/json',
      'vesica-timestamp': String(Math.floor(Date.parse(NOW) / 1000)),
    });
    // As a receiver checks it, from the bytes on the wire.
    const mac = createHmac('sha256', SECRET)
      .update(
        Buffer.concat([Buffer.from(`${request!.headers['vesica-timestamp'] as string}.`), request!.body]),
      )
      .digest('hex');
    expect(request!.headers['vesica-signature']).toBe(`v1=${mac}`);
    expect(JSON.parse(request!.body.toString('utf8'))).toEqual({
      id,
      kind: 'near-repeat',
      severity: 'warning',
      message: alarm(1).message,
      detail: { n: 1 },
      raisedAt: NOW,
      node: 'shop',
    });
    expect(await node.alarms.get(id)).toMatchObject({
      delivery: 'delivered',
      deliveryAttempts: 1,
      nextDeliveryAt: null,
    });
    answer.status = 503;
    await node.alarms.raise(alarm(2));
    expect(await node.alarms.deliver()).toEqual({ delivered: 0, failed: 1, givenUp: 0 });
  });

  it('follows no redirect: it is an answer that is not good', async () => {
    const { url, requests, answer } = await receiver();
    answer.status = 307;
    answer.location = '/elsewhere';
    const node = await upkeepNode({ webhook: { url, secret } });
    await node.alarms.raise(alarm(1));
    expect(await node.alarms.deliver()).toMatchObject({ failed: 1 });
    expect(requests.map(({ path }) => path)).toEqual(['/hook']);
  });

  it('tries again after 1, 3, 9, 27, 81, 243 and 729 minutes, then gives up with an alarm that is not sent', async () => {
    const times: string[] = [];
    const node: UpkeepNode = await open(() => {
      times.push(node.clock.at);
      return Promise.resolve(500);
    });
    const id = (await node.alarms.raise(alarm(1)))!;
    const pauses = [1, 3, 9, 27, 81, 243, 729];
    let at = NOW;
    for (const minutes of pauses) {
      expect(await node.alarms.deliver()).toEqual({ delivered: 0, failed: 1, givenUp: 0 });
      at = later(at, minutes * MINUTE_MS);
      expect(await node.alarms.get(id)).toMatchObject({ delivery: 'pending', nextDeliveryAt: at });
      node.clock.at = later(at, -1);
      expect((await node.alarms.deliver()).failed).toBe(0);
      node.clock.at = at;
    }
    expect(await node.alarms.deliver()).toEqual({ delivered: 0, failed: 0, givenUp: 1 });
    expect(times).toHaveLength(MAX_DELIVERY_ATTEMPTS);
    expect(await node.alarms.get(id)).toMatchObject({
      delivery: 'given-up',
      deliveryAttempts: 8,
      nextDeliveryAt: null,
    });
    expect((await node.alarms.list({ kind: 'webhook-failed' })).items).toMatchObject([
      { delivery: 'none', detail: { alarm: id, alarmKind: 'near-repeat', attempts: 8, answer: 500 } },
    ]);
    node.clock.at = later(at, 1e9);
    await node.alarms.deliver();
    expect(times).toHaveLength(MAX_DELIVERY_ATTEMPTS);
  });

  it('goes on where it was after a restart', async () => {
    const node = await open(() => Promise.resolve(500));
    const id = (await node.alarms.raise(alarm(1)))!;
    await node.alarms.deliver();
    const sent: string[] = [];
    const post: Post = (_url, _headers, body) => {
      sent.push((JSON.parse(body) as { id: string }).id);
      return Promise.resolve(204);
    };
    const next = await node.restart({ webhook: { url: 'https://alarms.example/', secret }, post });
    expect(await next.alarms.deliver()).toMatchObject({ delivered: 0 });
    next.clock.at = later(NOW, MINUTE_MS);
    expect(await next.alarms.deliver()).toMatchObject({ delivered: 1 });
    expect(sent).toEqual([id]);
    expect(await next.alarms.get(id)).toMatchObject({ delivery: 'delivered', deliveryAttempts: 2 });
  });

  it('asks no more of a receiver that does not answer, and goes on past one that does not like an alarm', async () => {
    const sent: number[] = [];
    let isUp = false;
    const node = await open((_url, _headers, body) => {
      const { detail } = JSON.parse(body) as { detail: { n: number } };
      sent.push(detail.n);
      if (!isUp) return Promise.reject(new VesicaError('transport/unreachable', 'down'));
      return Promise.resolve(detail.n === 2 ? 400 : 200);
    });
    for (const n of [1, 2, 3]) await node.alarms.raise(alarm(n));
    expect(await node.alarms.deliver()).toEqual({ delivered: 0, failed: 1, givenUp: 0 });
    expect(sent).toEqual([1]);
    isUp = true;
    expect(await node.alarms.deliver()).toEqual({ delivered: 1, failed: 1, givenUp: 0 });
    expect(sent).toEqual([1, 2, 3]);
  });

  it('sends nothing twice when it is called twice', async () => {
    let count = 0;
    const node = await open(() => {
      count += 1;
      return Promise.resolve(200);
    });
    await node.alarms.raise(alarm(1));
    await Promise.all([node.alarms.deliver(), node.alarms.deliver()]);
    expect(count).toBe(1);
  });

  it('shows the secret and the address nowhere: not in the state, the audit log, an alarm, an error', async () => {
    const folder = newFolder();
    const { url } = await receiver();
    const secretUrl = `${url}?key=canary-of-the-address`;
    const canaries = { secret: SECRET, address: 'canary-of-the-address' };
    const options = { webhook: { url: secretUrl, secret }, post: failingPost };
    const node = await upkeepNode(options, { own: createIdentity('shop'), folder });
    await node.alarms.raise(alarm(1));
    for (let attempt = 1; attempt <= MAX_DELIVERY_ATTEMPTS; attempt += 1) {
      await node.alarms.deliver();
      node.clock.at = later(node.clock.at, 1e8);
    }
    expect((await node.alarms.list({ kind: 'webhook-failed' })).items).toHaveLength(1);
    const seen = visible([await node.told(), await node.alarms.list()]);
    expect(leaked(seen, canaries)).toEqual([]);
    expect(leaked(visible(new Alarms(node.context, { node: 'shop', ...options })), canaries)).toEqual([]);
    await node.context.store.close();
    expectNoneIn(folder, canaries);
  });
});

/** A post whose error says all it knows, as no post should. */
const failingPost: Post = (url) => Promise.reject(new Error(`cannot reach ${url} with ${SECRET}`));
