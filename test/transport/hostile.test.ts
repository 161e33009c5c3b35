import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WebSocket } from 'ws';
import { connect, type Channel, type ListenOptions } from '../../src/transport/index.js';
import { tlsCredentials } from '../../src/transport/identity.js';
import {
  advertiser,
  closed,
  drain,
  expectFailure,
  openListener,
  pattern,
  publisher,
  rawClient,
  rawPeer,
  rawServer,
  rawWebSocketServer,
  refusals,
  turns,
} from './support.js';

const UPGRADE = [
  'GET / HTTP/1.1',
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
];
const upgradeWith = (...lines: readonly string[]): string => [...UPGRADE, ...lines, '', ''].join('\r\n');
const VALID_UPGRADE = upgradeWith('Sec-WebSocket-Protocol: vesica.v1');

/** A client frame (RFC 6455 §5.2), masked with zeros. `announced` is the length in its header. */
function frameBytes(firstByte: number, announced: number, payload = new Uint8Array(announced)): Buffer {
  const header = Buffer.alloc(10);
  header.writeUInt8(firstByte, 0);
  header.writeUInt8(0x80 | 127, 1);
  header.writeBigUInt64BE(BigInt(announced), 2);
  return Buffer.concat([header, Buffer.alloc(4), payload]);
}
const BINARY = 0x82;
const TEXT = 0x81;

describe.each(['plain', 'tls'] as const)('a %s listener', (security) => {
  const own: Partial<ListenOptions> =
    security === 'plain' ? {} : { identity: publisher, peerFingerprint: advertiser.fingerprint };
  const partner =
    security === 'plain' ? {} : { identity: advertiser, peerFingerprint: publisher.fingerprint };

  it('drops whatever is not a handshake, reports it, and goes on', async () => {
    const { onRefused, next } = refusals();
    const listener = await openListener({ ...own, onRefused });
    const nonsense = [
      'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
      'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
      `GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
      Buffer.from('16030100ff010000fb0303', 'hex'),
      Buffer.alloc(100_000, 0xff),
    ];
    for (const bytes of nonsense) {
      const socket = await rawClient(listener);
      socket.write(bytes);
      // A TLS record that announces more than was sent would be waited for.
      socket.end();
      await closed(socket);
    }
    expect((await next()).code).toBe('transport/handshake-failed');
    const taken = listener.next();
    const channel = await connect({ ...partner, url: listener.url });
    await channel.close(1000, '');
    await drain(await taken);
  });

  it('drops any bytes', async () => {
    const listener = await openListener({ ...own, handshakeTimeoutMs: 300 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 600 }), async (bytes) => {
        const socket = await rawClient(listener);
        socket.end(bytes);
        await closed(socket);
      }),
      { numRuns: 25 },
    );
    const channel = await connect({ ...partner, url: listener.url });
    await channel.close(1000, '');
  });

  it('drops a client that is reset at any point of the handshake', async () => {
    const listener = await openListener(own);
    const first = listener.next();
    for (let length = 0; length < VALID_UPGRADE.length; length += 40) {
      const socket = await rawClient(listener);
      if (length > 0) await new Promise((resolve) => socket.write(VALID_UPGRADE.slice(0, length), resolve));
      socket.resetAndDestroy();
      await closed(socket);
    }
    const channel = await connect({ ...partner, url: listener.url });
    void channel.close(1000, '');
    expect(await drain(await first)).toStrictEqual([]);
  });

  it('drops clients that do not finish their handshake, slow or silent', async () => {
    const { onRefused, next } = refusals();
    const listener = await openListener({ ...own, handshakeTimeoutMs: 50, onRefused });
    const silent = await rawClient(listener);
    await closed(silent);
    expect((await next()).code).toBe('transport/timeout');
    // A byte now and then does not buy time.
    const slow = await rawClient(listener);
    const hello = security === 'plain' ? Buffer.from(VALID_UPGRADE) : Buffer.from('1603010200', 'hex');
    let at = 0;
    const drip = setInterval(() => slow.write(hello.subarray(at, (at += 1))), 10);
    onTestFinished(() => clearInterval(drip));
    await closed(slow);
    expect((await next()).code).toBe('transport/timeout');
  });

  it('holds a bounded number of unfinished handshakes', async () => {
    const listener = await openListener({ ...own, maxPending: 3 });
    const held = [await rawClient(listener), await rawClient(listener), await rawClient(listener)];
    // Accepted in order: once the fourth is dropped, the first three have been admitted.
    await closed(await rawClient(listener));
    expect(held.every((socket) => !socket.destroyed)).toBe(true);
    held[0]!.destroy();
    let channel: Channel | undefined;
    while (channel === undefined) {
      // The listener learns of the free place with the end of the first socket.
      await turns(5);
      channel = await connect({ ...partner, url: listener.url }).catch(() => undefined);
    }
    await channel.close(1000, '');
  });

  it('drops unfinished handshakes when it is closed', async () => {
    const listener = await openListener({ ...own, handshakeTimeoutMs: 600_000 });
    const socket = await rawClient(listener);
    socket.write(security === 'plain' ? VALID_UPGRADE.slice(0, 20) : Buffer.from('1603', 'hex'));
    await turns(20);
    await listener.close();
    await closed(socket);
  });
});

it('drops a client that finishes TLS and then says nothing', async () => {
  const { onRefused, next } = refusals();
  const own = { identity: publisher, peerFingerprint: advertiser.fingerprint };
  const listener = await openListener({ ...own, handshakeTimeoutMs: 200, onRefused });
  const { port } = listener.address;
  const socket = tlsConnect({
    ...tlsCredentials(advertiser),
    host: '127.0.0.1',
    port,
    rejectUnauthorized: false,
  });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  await closed(socket);
  expect((await next()).code).toBe('transport/timeout');
});

describe('an upgrade request', () => {
  it.each([
    ['without a subprotocol', upgradeWith(), 400],
    ['with another subprotocol', upgradeWith('Sec-WebSocket-Protocol: vesica.v2, chat'), 400],
    ['for another path', VALID_UPGRADE.replace('GET /', 'GET /vesica'), 404],
    ['from a web page', upgradeWith('Sec-WebSocket-Protocol: vesica.v1', 'Origin: http://127.0.0.1'), 403],
    ['of another version', VALID_UPGRADE.replace('Version: 13', 'Version: 7'), 400],
    ['without a key', VALID_UPGRADE.replace('Sec-WebSocket-Key', 'X'), 400],
    ['by another method', VALID_UPGRADE.replace('GET', 'POST'), 405],
  ])('%s is refused', async (_what, request, status) => {
    const listener = await openListener();
    const first = listener.next();
    const socket = await rawClient(listener);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.write(request);
    await closed(socket);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    const channel = await connect({ url: listener.url });
    void channel.close(1000, '');
    expect(await drain(await first)).toStrictEqual([]);
  });

  it('that is valid is answered with the subprotocol and no extension', async () => {
    const listener = await openListener();
    const socket = await rawClient(listener);
    socket.write(
      upgradeWith('Sec-WebSocket-Protocol: chat, vesica.v1', 'Sec-WebSocket-Extensions: permessage-deflate'),
    );
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(chunk.toString()).toContain('101 Switching Protocols');
    expect(chunk.toString()).toContain('Sec-WebSocket-Protocol: vesica.v1\r\n');
    expect(chunk.toString()).not.toContain('Extensions');
  });
});

describe('a client', () => {
  it.each([
    ['closes at once', (): string => ''],
    ['is no HTTP server', (): string => 'SSH-2.0-OpenSSH_9.0\r\n'],
    ['answers with a page', (): string => 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'],
    [
      'redirects',
      (): string => 'HTTP/1.1 302 Found\r\nLocation: ws://example.com/\r\nContent-Length: 0\r\n\r\n',
    ],
    [
      'upgrades without proof',
      (): string => 'HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
  ])('refuses a server that %s', async (_what, answer) => {
    const port = await rawServer((socket) => {
      socket.once('data', () => socket.end(answer()));
    });
    await expectFailure(connect({ url: `ws://127.0.0.1:${port}` }), 'transport/handshake-failed');
  });

  it('refuses a server that does not agree to the subprotocol', async () => {
    const url = await rawWebSocketServer(() => undefined, 'chat');
    await expectFailure(connect({ url }), 'transport/handshake-failed');
  });

  it.each(['ws', 'wss'] as const)(
    'gives up on a %s server that accepts and then says nothing',
    async (scheme) => {
      const port = await rawServer(() => undefined);
      const own = scheme === 'ws' ? {} : { identity: advertiser, peerFingerprint: publisher.fingerprint };
      const url = `${scheme}://127.0.0.1:${port}`;
      const error = await expectFailure(
        connect({ ...own, url, handshakeTimeoutMs: 50 }),
        'transport/timeout',
      );
      expect(error.message).toContain('50 ms');
    },
  );

  it('refuses a server that resets the connection', async () => {
    for (const scheme of ['ws', 'wss']) {
      const port = await rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
      const own = scheme === 'ws' ? {} : { identity: advertiser, peerFingerprint: publisher.fingerprint };
      await expectFailure(
        connect({ ...own, url: `${scheme}://127.0.0.1:${port}` }),
        'transport/handshake-failed',
      );
    }
  });

  it('refuses an oversized frame, a text message and a broken frame of its server, and says so to it', async () => {
    for (const [misbehave, code, closeCode] of [
      [(ws: WebSocket) => ws.send(new Uint8Array(2000)), 'limit/frame', 1009],
      [(ws: WebSocket) => ws.send('text'), 'peer/malformed-message', 1003],
      [(ws: WebSocket) => ws.send(new Uint8Array(1), { mask: true }), 'peer/malformed-message', 1002],
    ] as const) {
      let toldServer: Promise<unknown[]> | undefined;
      const url = await rawWebSocketServer((ws) => {
        toldServer = once(ws, 'close');
        misbehave(ws);
      });
      const channel = await connect({ url, maxFrameBytes: 1000 });
      await expectFailure(drain(channel), code);
      expect((await toldServer!)[0]).toBe(closeCode);
      await channel.gone;
    }
  });
});

describe('an open channel', () => {
  /** A peer that writes bytes of its choosing after a correct upgrade. */
  async function openRaw(options: Partial<ListenOptions> = {}): ReturnType<typeof rawBoth> {
    return rawBoth(options);
  }
  async function rawBoth(
    options: Partial<ListenOptions>,
  ): Promise<{ socket: Awaited<ReturnType<typeof rawClient>>; channel: Channel }> {
    const listener = await openListener(options);
    const taken = listener.next();
    const socket = await rawClient(listener);
    socket.write(VALID_UPGRADE);
    return { socket, channel: await taken };
  }

  it('refuses a frame by the length it announces, before its bytes are there', async () => {
    for (const announced of [1001, 2 ** 31, 2 ** 53 - 1]) {
      const { socket, channel } = await openRaw({ maxFrameBytes: 1000 });
      socket.write(frameBytes(BINARY, announced, new Uint8Array(0)));
      await expectFailure(drain(channel), 'limit/frame');
      expect(channel.traffic.bytesReceived).toBe(0);
      socket.destroy();
      await channel.gone;
    }
  });

  it('refuses a message whose fragments add up to too much', async () => {
    const { socket, channel } = await openRaw({ maxFrameBytes: 1000 });
    socket.write(frameBytes(0x02, 600));
    socket.write(frameBytes(0x00, 600));
    await expectFailure(drain(channel), 'limit/frame');
    socket.destroy();
  });

  it('refuses a message of endless empty fragments', async () => {
    const { socket, channel } = await openRaw();
    socket.write(frameBytes(0x02, 0));
    const fragment = frameBytes(0x00, 0);
    socket.write(Buffer.concat(Array(2000).fill(fragment)));
    await expectFailure(drain(channel), 'limit/frame');
    socket.destroy();
  });

  it('takes a message in fragments', async () => {
    const { socket, channel } = await openRaw();
    socket.write(Buffer.concat([frameBytes(0x02, 600), frameBytes(0x80, 600)]));
    expect((await channel.frames[Symbol.asyncIterator]().next()).value).toHaveLength(1200);
    socket.destroy();
    await channel.gone;
  });

  it.each([
    ['a text message', frameBytes(TEXT, 2, Buffer.from('hi'))],
    ['text that is not UTF-8', frameBytes(TEXT, 2, Buffer.from([0xff, 0xff]))],
    ['an unknown opcode', frameBytes(0x83, 0)],
    ['a reserved bit', frameBytes(0xc2, 0)],
    ['a frame without a mask', Buffer.from([BINARY, 0x01, 0x00])],
    ['a continuation of nothing', frameBytes(0x80, 0)],
    ['a bad close code', frameBytes(0x88, 2, Buffer.from([0, 1]))],
  ])('refuses %s after the frames before it', async (_what, bytes) => {
    const { socket, channel } = await openRaw();
    socket.write(Buffer.concat([frameBytes(BINARY, 3), bytes]));
    const frames = channel.frames[Symbol.asyncIterator]();
    expect((await frames.next()).value).toStrictEqual(new Uint8Array(3));
    const error = await expectFailure(frames.next(), 'peer/malformed-message');
    expect(error.reportedBy).toBe('self');
    await expectFailure(channel.send(new Uint8Array(1)), 'peer/malformed-message');
    socket.destroy();
    await channel.gone;
  });

  it('refuses a text message in order though it has stopped reading', async () => {
    const { socket, channel } = await openRaw({ maxInboundBytes: 100, closeTimeoutMs: 600_000 });
    // The answer to the upgrade, then the close frame, which a peer repeats (RFC 6455 §5.5.1).
    await once(socket, 'data');
    socket.once('data', () => socket.write(frameBytes(0x88, 2, Buffer.from([0x03, 0xeb]))));
    const text = frameBytes(TEXT, 2, Buffer.from('hi'));
    socket.write(Buffer.concat([frameBytes(BINARY, 3), frameBytes(BINARY, 3), text]));
    await channel.gone;
    const frames = channel.frames[Symbol.asyncIterator]();
    expect([await frames.next(), await frames.next()].map(({ done }) => done)).toStrictEqual([false, false]);
    await expectFailure(frames.next(), 'peer/malformed-message');
  });

  it('ends with a coded error whatever bytes follow the upgrade', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const { socket, channel } = await openRaw({ maxFrameBytes: 1000, closeTimeoutMs: 50 });
        socket.end(bytes);
        const outcome = await drain(channel).then(
          () => 'ended',
          (error: unknown) => (error as { code: string }).code,
        );
        expect(['ended', 'transport/closed', 'peer/malformed-message', 'limit/frame']).toContain(outcome);
        await channel.gone;
      }),
      { numRuns: 40 },
    );
  });

  it.each(['reset', 'end'] as const)(
    'that the peer drops by %s throws, for readers and senders',
    async (how) => {
      const { ws, channel } = await rawPeer({ maxOutboundBytes: 1000 });
      ws.pause();
      const reading = expectFailure(drain(channel), 'transport/closed');
      const sending = expectFailure(
        (async () => {
          for (;;) await channel.send(pattern(65_536, 1));
        })(),
        'transport/closed',
      );
      await turns(50);
      const socket = (ws as unknown as { _socket: Socket })._socket;
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroy();
      const error = await reading;
      expect(error.message).toContain('broke off');
      await sending;
      await channel.close(1000, '');
    },
  );

  it('keeps no more of a large read than the frame in it', async () => {
    const { socket, channel } = await openRaw();
    const ping = frameBytes(0x89, 0);
    socket.write(Buffer.concat([frameBytes(BINARY, 1), ...Array<Buffer>(2000).fill(ping)]));
    const { value } = await channel.frames[Symbol.asyncIterator]().next();
    expect(value?.buffer.byteLength).toBe(1);
    socket.destroy();
  });
});
