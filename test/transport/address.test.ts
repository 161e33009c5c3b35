import { lookup } from 'node:dns/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/loopback.js';
import { parseListenAddress, parseTarget } from '../../src/transport/address.js';
import { connect, connectWithRetry, listen } from '../../src/transport/index.js';
import { advertiser, drain, expectFailure, openListener, publisher } from './support.js';

/** Hosts that are not this machine, or that only a resolver could say are. */
const ELSEWHERE = [
  'example.com',
  'localhost.example.com',
  'localhost.',
  'xlocalhost',
  'sub.localhost',
  '127.0.0.1.nip.io',
  '128.0.0.1',
  '126.255.255.255',
  '0.0.0.0',
  '10.0.0.1',
  '169.254.1.1',
];
const ELSEWHERE_V6 = ['::', '::2', 'fe80::1', '::ffff:10.0.0.1', '2001:db8::1', '::127.0.0.1'];

describe('plain WebSocket', () => {
  it.each([
    'localhost',
    '127.0.0.1',
    '127.0.0.2',
    '127.255.255.255',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '2130706433',
  ])('may go to ws://%s', (host) => {
    expect(parseTarget(`ws://${host}:7701`).security).toBe('plain');
  });

  it.each([...ELSEWHERE, ...ELSEWHERE_V6.map((host) => `[${host}]`)])(
    'may not go to ws://%s',
    async (host) => {
      const error = await expectFailure(connect({ url: `ws://${host}:7701` }), 'config/insecure-transport');
      expect(error.field).toBe('connect');
    },
  );

  it.each([...ELSEWHERE, ...ELSEWHERE_V6, '127.1', ''])('may not listen on %s', async (host) => {
    const error = await expectFailure(listen({ host, port: 0 }), 'config/insecure-transport');
    expect(error.field).toBe('listen');
  });

  it('takes no IPv4 address outside 127.0.0.0/8', () => {
    fc.assert(
      fc.property(fc.ipV4(), (host) => {
        expect(isLoopback(host)).toBe(host.startsWith('127.'));
      }),
    );
  });

  it('does not go together with TLS settings', async () => {
    const url = 'ws://127.0.0.1:7701';
    await expectFailure(connect({ url, identity: advertiser }), 'config/insecure-transport');
    await expectFailure(
      connect({ url, peerFingerprint: publisher.fingerprint }),
      'config/insecure-transport',
    );
  });

  it('reaches a listener by the name localhost', async () => {
    const listener = await openListener({ host: 'localhost' });
    expect(listener.address.host).toBe('127.0.0.1');
    const channel = await connect({ url: `ws://localhost:${listener.address.port}` });
    const taken = await listener.next();
    void channel.close(1000, '');
    expect(await drain(taken)).toStrictEqual([]);
  });
});

describe('wss', () => {
  const url = 'wss://127.0.0.1:7701';
  const host = '127.0.0.1';

  it('needs an identity and a fingerprint on both sides', async () => {
    const { fingerprint } = publisher;
    const accept = (): boolean => true;
    expect((await expectFailure(connect({ url }), 'config/invalid')).field).toBe('tls.identity');
    expect(
      (await expectFailure(connect({ url, peerFingerprint: fingerprint }), 'config/invalid')).field,
    ).toBe('tls.identity');
    expect((await expectFailure(connect({ url, identity: publisher }), 'config/invalid')).field).toBe(
      'tls.peer',
    );
    expect(
      (await expectFailure(listen({ host, port: 0, identity: publisher }), 'config/invalid')).field,
    ).toBe('tls.peer');
    for (const pin of [{ peerFingerprint: fingerprint }, { accept }]) {
      expect((await expectFailure(listen({ host, port: 0, ...pin }), 'config/invalid')).field).toBe(
        'tls.identity',
      );
    }
  });
});

describe('an address', () => {
  it.each([
    ['wss://partner.example', 'partner.example', 443, 'wss://partner.example:443'],
    ['wss://Partner.Example:7701/', 'partner.example', 7701, 'wss://partner.example:7701'],
    ['wss://[2001:db8::1]:7701', '2001:db8::1', 7701, 'wss://[2001:db8::1]:7701'],
    ['ws://localhost', 'localhost', 80, 'ws://localhost:80'],
  ])('%s is read', (text, host, port, url) => {
    expect(parseTarget(text)).toMatchObject({ host, port, url });
  });

  it.each([
    '',
    'partner.example:7701',
    'https://partner.example',
    'ws+unix:/tmp/socket',
    'wss://user@partner.example',
    'wss://:secret@partner.example',
    'wss://partner.example/path',
    'wss://partner.example/?a=b',
    'wss://partner.example/#a',
    'wss://partner.example:99999',
    'wss://',
  ])('%j is refused, without being quoted', async (url) => {
    const error = await expectFailure(connect({ url, identity: publisher }), 'config/invalid');
    expect(error.field).toBe('connect');
    expect(error.message).not.toContain('secret');
  });

  it.each([
    ['127.0.0.1:7701', '127.0.0.1', 7701],
    ['localhost:0', 'localhost', 0],
    ['[::1]:65535', '::1', 65_535],
    ['node.example:7701', 'node.example', 7701],
  ])('to listen on, %s, is read', (text, host, port) => {
    expect(parseListenAddress(text)).toStrictEqual({ host, port });
  });

  it.each([
    '',
    '7701',
    ':7701',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '::1:7701',
    '[::1]',
    '[1.2.3.4]:1',
    'a b:1',
  ])('to listen on, %j, is refused', (text) => {
    expect(() => parseListenAddress(text)).toThrow(
      expect.objectContaining({ code: 'config/invalid', field: 'listen' }),
    );
  });
});

describe('reaching a partner', () => {
  /** A port of the loopback that nobody listens on. */
  async function freePort(): Promise<number> {
    const listener = await openListener();
    await listener.close();
    return listener.address.port;
  }

  it('fails as unreachable when nobody listens, over either scheme', async () => {
    const port = await freePort();
    const plain = await expectFailure(connect({ url: `ws://127.0.0.1:${port}` }), 'transport/unreachable');
    expect(plain.message).toContain(`ws://127.0.0.1:${port}`);
    expect(plain.message).toContain('ECONNREFUSED');
    const own = { identity: advertiser, peerFingerprint: publisher.fingerprint };
    await expectFailure(connect({ ...own, url: `wss://127.0.0.1:${port}` }), 'transport/unreachable');
    await expectFailure(connect({ ...own, url: `wss://localhost:${port}` }), 'transport/unreachable');
  });

  it('fails as unreachable when the name does not resolve', async () => {
    // RFC 6761 §6.4: .invalid names never exist.
    await expect(lookup('partner.invalid')).rejects.toThrow();
    const own = { identity: advertiser, peerFingerprint: publisher.fingerprint };
    await expectFailure(connect({ ...own, url: 'wss://partner.invalid:7701' }), 'transport/unreachable');
  });

  it('waits for a partner who starts later', async () => {
    const port = await freePort();
    const url = `ws://127.0.0.1:${port}`;
    const waiting: { url: string; attempts: number }[] = [];
    let started = false;
    const connecting = connectWithRetry({
      url,
      deadlineMs: 60_000,
      onWaiting: (line) => {
        waiting.push(line);
        if (line.attempts < 3 || started) return;
        started = true;
        void openPartner(port);
      },
    });
    const channel = await connecting;
    expect(waiting.slice(0, 3)).toStrictEqual([1, 2, 3].map((attempts) => ({ url, attempts })));
    await channel.close(1000, '');

    async function openPartner(at: number): Promise<void> {
      const listener = await listen({ host: '127.0.0.1', port: at });
      const taken = await listener.next();
      await drain(taken);
      await listener.close();
    }
  });

  it('stops waiting at the deadline', async () => {
    const url = `ws://127.0.0.1:${await freePort()}`;
    let attempts = 0;
    const options = { url, deadlineMs: 150, onWaiting: () => (attempts += 1) };
    await expectFailure(connectWithRetry(options), 'transport/unreachable');
    expect(attempts).toBeGreaterThan(0);
  });

  it('does not try again with a partner who is there and refuses', async () => {
    const listener = await openListener({ identity: publisher, peerFingerprint: publisher.fingerprint });
    let attempts = 0;
    const options = {
      url: listener.url,
      identity: advertiser,
      peerFingerprint: publisher.fingerprint,
      deadlineMs: 60_000,
      onWaiting: () => (attempts += 1),
    };
    await expectFailure(connectWithRetry(options), 'transport/wrong-peer');
    expect(attempts).toBe(0);
  });

  it('is cancelled by its signal, while it waits and before it begins', async () => {
    const url = `ws://127.0.0.1:${await freePort()}`;
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = connectWithRetry({
      url,
      deadlineMs: 60_000,
      signal,
      onWaiting: () => controller.abort(),
    });
    await expectFailure(waiting, 'session/cancelled');
    await expectFailure(connect({ url, signal }), 'session/cancelled');
  });
});

describe('a listener', () => {
  it('refuses a port that is taken', async () => {
    const { address } = await openListener();
    await expectFailure(listen(address), 'transport/address-in-use');
  });

  it("refuses an address that is not this machine's", async () => {
    const options = { port: 0, identity: publisher, peerFingerprint: advertiser.fingerprint };
    // RFC 5737: 192.0.2.0/24 is for documentation.
    const error = await expectFailure(listen({ ...options, host: '192.0.2.1' }), 'config/invalid');
    expect(error.field).toBe('listen');
    await expectFailure(listen({ ...options, host: 'partner.invalid' }), 'config/invalid');
  });

  it('frees its port at once, though a channel it handed out lives on', async () => {
    const listener = await openListener();
    const taken = listener.next();
    const channel = await connect({ url: listener.url });
    const partner = await taken;
    await listener.close();
    await expectFailure(listener.next(), 'transport/closed');
    const again = await openListener({ port: listener.address.port });
    await channel.send(Uint8Array.of(1));
    expect((await partner.frames[Symbol.asyncIterator]().next()).value).toStrictEqual(Uint8Array.of(1));
    await again.close();
    await channel.close(1000, '');
  });

  it('ends its iteration and its waiting calls when it is closed', async () => {
    const listener = await openListener();
    const iterated: unknown[] = [];
    const iteration = (async () => {
      for await (const channel of listener) iterated.push(channel);
    })();
    const second = expectFailure(listener.next(), 'transport/closed');
    await listener.close();
    await second;
    await iteration;
    expect(iterated).toStrictEqual([]);
    await listener.close();
  });

  it('closes the channels nobody took', async () => {
    const listener = await openListener();
    const channel = await connect({ url: listener.url });
    const closing = listener.close();
    const error = await expectFailure(drain(channel), 'transport/closed');
    expect(error.message).toContain('1001');
    await closing;
  });

  it('hands out channels in the order they came, to calls in the order they were made', async () => {
    const listener = await openListener();
    const first = await connect({ url: listener.url });
    const second = await connect({ url: listener.url });
    const taken = [await listener.next(), await listener.next()];
    await first.send(Uint8Array.of(1));
    await second.send(Uint8Array.of(2));
    for (const [i, channel] of taken.entries()) {
      expect((await channel.frames[Symbol.asyncIterator]().next()).value).toStrictEqual(Uint8Array.of(i + 1));
    }
    await Promise.all([...taken, first, second].map((channel) => channel.close(1000, '')));
  });
});
