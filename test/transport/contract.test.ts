import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advertiser,
  drain,
  expectFailure,
  KINDS,
  openPair,
  pattern,
  publisher,
  same,
  sameFrames,
  turns,
  type Kind,
} from './support.js';

const KIB = 1024;
const MIB = 1024 * KIB;

describe.each(KINDS)('a %s connection', (kind: Kind) => {
  it('carries frames both ways, whole and in order', async () => {
    const { a, b } = await openPair(kind);
    const lengths = [0, 1, 2, 125, 126, 127, 65_535, 65_536, 65_537, MIB, MIB + 64 * KIB];
    const frames = lengths.map((length, i) => pattern(length, i));
    const received = Promise.allSettled([drain(a), drain(b)]);
    for (const frame of frames) {
      await a.send(frame);
      await b.send(frame);
    }
    // Each closes only after the other's last frame has come: closing drops what was not yet taken.
    for (let i = 0; a.traffic.framesReceived + b.traffic.framesReceived < 2 * frames.length; i += 1)
      await turns(1);
    await a.close(1000, '');
    const [atA, atB] = await received;
    expect(atB.status === 'fulfilled' && sameFrames(atB.value, frames)).toBe(true);
    expect(atA).toMatchObject({ status: 'rejected', reason: { code: 'transport/closed' } });
    expect(b.traffic.bytesReceived).toBe(lengths.reduce((sum, length) => sum + length, 0));
    expect(a.traffic.framesReceived).toBe(frames.length);
  });

  it('delivers any sequence of frames that the peer sends before it closes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 40 }), async (frames) => {
        const { a, b } = await openPair(kind, { maxInboundBytes: 2000, maxOutboundBytes: 500 });
        const received = drain(b);
        for (const frame of frames) await a.send(frame);
        await a.close(1000, '');
        expect((await received).map((frame) => [...frame])).toStrictEqual(frames.map((frame) => [...frame]));
        await b.close(1000, '');
      }),
      { numRuns: 15 },
    );
  });

  it('does not let later writes to a sent array reach the peer', async () => {
    const { a, b } = await openPair(kind);
    const frames = b.frames[Symbol.asyncIterator]();
    for (const [from, length] of [
      [b, 40],
      [a, 40],
      [a, MIB],
    ] as const) {
      const frame = pattern(length, 5);
      const sent = from.send(frame);
      frame.fill(0xff);
      await sent;
      const at = from === a ? frames : a.frames[Symbol.asyncIterator]();
      const { value } = await at.next();
      expect(same(value, pattern(length, 5))).toBe(true);
      // The receiver owns its frame too: exactly its bytes, nothing shared.
      expect(value?.buffer.byteLength).toBe(length);
    }
  });

  it('stops a sender whose peer takes nothing, and loses nothing once it does', async () => {
    const limits = { maxInboundBytes: 512 * KIB, maxOutboundBytes: 512 * KIB, maxFrameBytes: 256 * KIB };
    const { a, b } = await openPair(kind, limits);
    const count = 120;
    const length = 250 * KIB;
    const templates = Array.from({ length: 7 }, (_, i) => pattern(length, i));
    const expected = (i: number): Uint8Array => templates[i % templates.length]!;
    let sent = 0;
    let mostOutbound = 0;
    const sending = (async () => {
      for (; sent < count; sent += 1) {
        await a.send(expected(sent));
        mostOutbound = Math.max(mostOutbound, a.traffic.outboundBytes);
      }
    })();
    await turns(1500);
    // What both queues hold, plus what the system's socket buffers take.
    expect(sent * length).toBeLessThan(24 * MIB);
    let mostInbound = 0;
    let taken = 0;
    for await (const frame of b.frames) {
      expect(same(frame, expected(taken))).toBe(true);
      taken += 1;
      mostInbound = Math.max(mostInbound, b.traffic.inboundBytes);
      if (taken === count) break;
    }
    await sending;
    expect(mostInbound).toBeGreaterThan(limits.maxInboundBytes / 2);
    expect(mostInbound).toBeLessThanOrEqual(limits.maxInboundBytes + 2 * limits.maxFrameBytes);
    expect(mostOutbound).toBeLessThanOrEqual(limits.maxOutboundBytes);
    expect(b.traffic.inboundBytes).toBe(0);
  });

  it('bounds a flood of empty frames as well', async () => {
    const { a, b } = await openPair(kind, { maxInboundBytes: 64 * KIB, maxOutboundBytes: 1024 });
    const flood = (async () => {
      for (let i = 0; i < 15_000; i += 1) await a.send(new Uint8Array(0));
      await a.close(1000, '');
    })();
    await turns(500);
    // 256 a frame fill the bound; one read of the socket (64 KiB, six bytes a frame) may come on top.
    expect(b.traffic.framesReceived).toBeGreaterThanOrEqual(256);
    expect(b.traffic.framesReceived).toBeLessThan(12_000);
    expect(await drain(b)).toHaveLength(15_000);
    await flood;
  });

  it('ends the iteration when the peer closes with 1000', async () => {
    const { a, b } = await openPair(kind);
    await a.send(pattern(10, 1));
    const closing = a.close(1000, 'done');
    expect(await drain(b)).toHaveLength(1);
    await closing;
    await expectFailure(b.send(new Uint8Array(1)), 'transport/closed');
  });

  it('throws after the last frame when the peer closes with any other code', async () => {
    const { a, b } = await openPair(kind);
    await a.send(pattern(10, 1));
    const closing = a.close(4002, 'peer/invalid-element');
    const frames = b.frames[Symbol.asyncIterator]();
    expect((await frames.next()).value).toStrictEqual(pattern(10, 1));
    const error = await expectFailure(frames.next(), 'transport/closed');
    expect(error.message).toContain('4002, peer/invalid-element');
    expect(error.reportedBy).toBe('peer');
    await closing;
  });

  it("does not repeat a peer's own words", async () => {
    const { a, b } = await openPair(kind);
    void a.close(4002, 'your disk is full, run rm -rf');
    expect((await expectFailure(drain(b), 'transport/closed')).message).not.toContain('disk');
  });

  it('closes with an allowed code and reason whatever it is asked to close with', async () => {
    for (const [code, reason] of [
      [1006, 'x'.repeat(500)],
      [-1, '\u{1f600}'.repeat(100)],
      [Number.NaN, '\r\n'],
    ] as const) {
      const { a, b } = await openPair(kind);
      const closing = a.close(code, reason);
      const error = await expectFailure(drain(b), 'transport/closed');
      expect(error.message).toContain('1011');
      await closing;
    }
  });

  it('refuses to send after its own close, and ends its own iteration with an error', async () => {
    const { a } = await openPair(kind);
    const waiting = drain(a);
    const closing = a.close(1000, '');
    await expectFailure(a.send(new Uint8Array(1)), 'transport/closed');
    await expectFailure(waiting, 'transport/closed');
    await closing;
    await a.close(1000, 'again');
  });

  it('closes from both sides at once', async () => {
    const { a, b } = await openPair(kind);
    await Promise.all([a.close(1000, ''), b.close(1000, '')]);
    await Promise.all([a.gone, b.gone]);
  });

  it('sends what is queued before it closes', async () => {
    const { a, b } = await openPair(kind);
    const frames = Array.from({ length: 8 }, (_, i) => pattern(300 * KIB, i));
    for (const frame of frames) await a.send(frame);
    const closing = a.close(1000, '');
    expect(sameFrames(await drain(b), frames)).toBe(true);
    await closing;
  });

  it('closes in order while it takes nothing itself', async () => {
    const limits = { maxInboundBytes: 1000, closeTimeoutMs: 600_000 };
    const { a, b } = await openPair(kind, limits);
    for (let i = 0; i < 3; i += 1) await a.send(pattern(MIB, i));
    while (b.traffic.inboundBytes === 0) await turns(1);
    const reading = expectFailure(drain(a), 'transport/closed');
    await b.close(4002, 'peer/wrong-count');
    expect((await reading).message).toContain('4002, peer/wrong-count');
  });

  it('closes within its time when the peer takes nothing, and rejects a waiting send', async () => {
    const limits = { maxInboundBytes: 1000, maxOutboundBytes: 1000, closeTimeoutMs: 50 };
    const { a, b } = await openPair(kind, limits);
    let pending: Promise<void> = Promise.resolve();
    for (let waits = false; !waits;) {
      pending = a.send(pattern(MIB, 1));
      waits = await Promise.race([pending.then(() => false), turns(200).then(() => true)]);
    }
    const outcome = expectFailure(pending, 'transport/closed');
    await a.close(4003, 'transport/timeout');
    await outcome;
    await expectFailure(drain(b), 'transport/closed');
  });

  it('refuses a frame over the bound, tells the peer, and keeps what came before', async () => {
    const { a, b } = await openPair(kind, { maxFrameBytes: 2000 }, { maxFrameBytes: 1000 });
    await a.send(pattern(1000, 1));
    await a.send(pattern(1001, 2));
    const frames = b.frames[Symbol.asyncIterator]();
    expect((await frames.next()).value).toStrictEqual(pattern(1000, 1));
    const atReceiver = await expectFailure(frames.next(), 'limit/frame');
    expect(atReceiver.reportedBy).toBe('self');
    const atSender = await expectFailure(drain(a), 'limit/frame');
    expect(atSender.reportedBy).toBe('peer');
    await expectFailure(b.send(new Uint8Array(1)), 'limit/frame');
  });

  it('refuses to send a frame over its own bound and goes on', async () => {
    const { a, b } = await openPair(kind, { maxFrameBytes: 1000 });
    await expectFailure(a.send(new Uint8Array(1001)), 'internal/defect');
    await a.send(new Uint8Array(1000));
    expect((await b.frames[Symbol.asyncIterator]().next()).value).toHaveLength(1000);
  });

  it('is iterated once', async () => {
    const { a } = await openPair(kind);
    a.frames[Symbol.asyncIterator]();
    expect(() => a.frames[Symbol.asyncIterator]()).toThrow(
      expect.objectContaining({ code: 'internal/defect' }),
    );
  });

  it(kind === 'wss' ? 'knows the key of its peer' : 'knows no key of its peer', async () => {
    const { a, b } = await openPair(kind);
    expect(a.peerKey).toStrictEqual(kind === 'wss' ? publisher.publicKey : undefined);
    expect(b.peerKey).toStrictEqual(kind === 'wss' ? advertiser.publicKey : undefined);
  });
});
