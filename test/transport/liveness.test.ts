import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/transport/index.js';
import {
  drain,
  expectFailure,
  KINDS,
  openListener,
  openPair,
  pattern,
  rawPeer,
  rawServer,
  rawWebSocketServer,
} from './support.js';

const SILENCE_MS = 120;

/** Resolves after `count` pings have come from a channel to a raw peer. */
async function pings(ws: Awaited<ReturnType<typeof rawPeer>>['ws'], count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await once(ws, 'ping');
}

describe('a channel', () => {
  it('notices a process that was stopped', async () => {
    const listener = await openListener({ silenceTimeoutMs: 800 });
    const taken = listener.next();
    const program = `
      import { WebSocket } from 'ws';
      const ws = new WebSocket(process.argv[1], ['vesica.v1']);
      ws.on('ping', () => process.stdout.write('.'));
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, listener.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const channel = await taken;
    const ended = drain(channel).catch((error: unknown) => error);
    // It answers for longer than the timeout, so it is the stop that is noticed.
    for (let answered = 0; answered < 8;) {
      const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
      answered += chunk.length;
    }
    expect(channel.traffic.framesReceived).toBe(0);
    child.kill('SIGSTOP');
    expect(await ended).toMatchObject({ code: 'transport/timeout' });
    await channel.gone;
  });

  it('notices a peer that is silent after the handshake, as listener and as client', async () => {
    const { channel } = await rawPeer({ silenceTimeoutMs: SILENCE_MS }, { autoPong: false });
    const error = await expectFailure(drain(channel), 'transport/timeout');
    expect(error.message).toContain(`${SILENCE_MS} ms`);
    await expectFailure(channel.send(new Uint8Array(1)), 'transport/timeout');
    await channel.gone;

    const url = await rawWebSocketServer((ws) => ws.pause());
    const client = await connect({ url, silenceTimeoutMs: SILENCE_MS });
    await expectFailure(drain(client), 'transport/timeout');
    await client.gone;
  });

  it('rejects a send that waits for a frozen peer', async () => {
    const { ws, channel } = await rawPeer({ silenceTimeoutMs: SILENCE_MS, maxOutboundBytes: 1000 });
    ws.pause();
    const sending = (async () => {
      for (;;) await channel.send(pattern(1_000_000, 1));
    })();
    await expectFailure(sending, 'transport/timeout');
  });

  it('keeps a peer that answers, however little it says', async () => {
    const { ws, channel } = await rawPeer({ silenceTimeoutMs: SILENCE_MS });
    const ended = drain(channel);
    await pings(ws, 16);
    ws.close(1000);
    expect(await ended).toStrictEqual([]);
  });

  it('keeps a peer that does not read for a while but gives signs of life', async () => {
    const { ws, channel } = await rawPeer({ silenceTimeoutMs: SILENCE_MS, maxOutboundBytes: 1000 });
    ws.pause();
    const count = 32;
    const sending = (async () => {
      for (let i = 0; i < count; i += 1) await channel.send(pattern(1_000_000, i));
    })();
    const ended = drain(channel);
    // As a Vesica peer does: on its own timer, whether it reads or not.
    const heart = setInterval(() => ws.ping(), SILENCE_MS / 4);
    onTestFinished(() => clearInterval(heart));
    await new Promise<void>((resolve) => {
      let beats = 0;
      const watch = setInterval(() => {
        beats += 1;
        if (beats < 16) return;
        clearInterval(watch);
        resolve();
      }, SILENCE_MS / 4);
    });
    let received = 0;
    ws.on('message', () => (received += 1));
    ws.resume();
    await sending;
    while (received < count) await once(ws, 'message');
    ws.close(1000);
    expect(await ended).toStrictEqual([]);
  });

  it('does not blame the peer while it is itself too slow to read', async () => {
    const { ws, channel } = await rawPeer(
      { silenceTimeoutMs: SILENCE_MS, maxInboundBytes: 1000 },
      { autoPong: false },
    );
    const frame = pattern(100_000, 1);
    for (let i = 0; i < 20; i += 1) ws.send(frame);
    await pings(ws, 16);
    const frames = channel.frames[Symbol.asyncIterator]();
    for (let i = 0; i < 20; i += 1) expect((await frames.next()).value).toHaveLength(frame.length);
    await expectFailure(frames.next(), 'transport/timeout');
  });

  it('ends when neither side takes what the other sends', async () => {
    const limits = { silenceTimeoutMs: 40, maxInboundBytes: 1000, maxOutboundBytes: 1000 };
    const { ws, channel } = await rawPeer(limits);
    ws.pause();
    for (let i = 0; i < 20; i += 1) ws.send(pattern(1_000_000, i));
    const sending = (async () => {
      for (;;) await channel.send(pattern(1_000_000, 1));
    })();
    const error = await expectFailure(sending, 'transport/timeout');
    expect(error.message).toContain('neither side');
  });

  it('answers every ping with its bytes, but keeps at most one answer waiting', async () => {
    const { ws } = await rawPeer();
    ws.ping('payload');
    const [answer] = (await once(ws, 'pong')) as [Buffer];
    expect(answer.toString()).toBe('payload');
    const answers: string[] = [];
    const last = new Promise<void>((resolve) => {
      ws.on('pong', (payload) => {
        answers.push(payload.toString());
        if (answers.at(-1) === '4999') resolve();
      });
    });
    for (let i = 0; i < 5000; i += 1) ws.ping(String(i));
    await last;
    expect(answers.length).toBeLessThan(5000);
  });

  it.each(KINDS)('of two Vesica sides lives on in silence (%s)', async (kind) => {
    const { a, b } = await openPair(kind, { silenceTimeoutMs: 40 });
    // A third channel with the same bounds is the clock: it is silent for real, and ends.
    const port = await rawServer((socket) => {
      socket.once('data', (request) => void socket.write(acceptance(request.toString())));
    });
    const silent = await connect({ url: `ws://127.0.0.1:${port}`, silenceTimeoutMs: 400 });
    await expectFailure(drain(silent), 'transport/timeout');
    await a.send(Uint8Array.of(7));
    expect((await b.frames[Symbol.asyncIterator]().next()).value).toStrictEqual(Uint8Array.of(7));
  });
});

/** A correct answer to a WebSocket upgrade (RFC 6455 §4.2.2). */
function acceptance(request: string): string {
  const key = /sec-websocket-key: (\S+)/i.exec(request)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    'Upgrade: websocket',
    `Sec-WebSocket-Accept: ${accept}`,
    'Sec-WebSocket-Protocol: vesica.v1',
    '',
    '',
  ].join('\r\n');
}
