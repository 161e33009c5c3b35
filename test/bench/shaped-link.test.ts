import { createHash, randomBytes } from 'node:crypto';
import { type AddressInfo, connect, createServer } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Clock, type LinkSetting, ShapedLink } from '../../bench/shaped-link.js';
import { startShapingProxy } from '../../bench/shaping-proxy.js';

/** A clock that jumps from one appointment to the next. */
function virtualClock(): Clock & { readonly run: () => void } {
  let nowMs = 0;
  let order = 0;
  const appointments = new Map<number, { atMs: number; then: () => void }>();
  return {
    nowMs: () => nowMs,
    after: (delayMs, then) => {
      const id = (order += 1);
      appointments.set(id, { atMs: nowMs + delayMs, then });
      return () => void appointments.delete(id);
    },
    run: () => {
      while (appointments.size > 0) {
        const [[id, { atMs, then }]] = [...appointments].sort(([, a], [, b]) => a.atMs - b.atMs) as [
          [number, { atMs: number; then: () => void }],
        ];
        appointments.delete(id);
        nowMs = Math.max(nowMs, atMs);
        then();
      }
    },
  };
}

const link: LinkSetting = { name: 'test', bitsPerSecond: 8e6, delayMs: 20, loss: 0 };

/** Pushes `pieces` as fast as the link takes them, and gives what arrived, when, and how much the link ever held. */
function send(
  setting: LinkSetting,
  pieces: readonly Uint8Array[],
  { uniform = () => 1, holdEvery = 0 }: { uniform?: () => number; holdEvery?: number } = {},
): { arrived: Uint8Array; atMs: number[]; mostHeld: number; most: number; endedMs: number } {
  const clock = virtualClock();
  const arrived: Uint8Array[] = [];
  const atMs: number[] = [];
  let [next, mostHeld, endedMs] = [0, 0, -1];
  const shaped = new ShapedLink(setting, {
    clock,
    uniform,
    deliver: (bytes) => {
      arrived.push(bytes);
      atMs.push(clock.nowMs());
      if (holdEvery === 0 || arrived.length % holdEvery !== 0) return true;
      clock.after(7, () => shaped.resume());
      return false;
    },
    onRoom: () => pushAll(),
    onEnd: () => (endedMs = clock.nowMs()),
  });
  const pushAll = (): void => {
    while (next < pieces.length) {
      const more = shaped.push(pieces[next]!);
      next += 1;
      mostHeld = Math.max(mostHeld, shaped.heldBytes);
      if (!more) return;
    }
    shaped.end();
  };
  pushAll();
  clock.run();
  return { arrived: Buffer.concat(arrived), atMs, mostHeld, most: shaped.maxHeldBytes, endedMs };
}

it('carries bytes whole and in order, with losses and a receiver that holds it up, and holds a bounded number', () => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40_000 }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(
      pieces,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
      fc.nat(4),
      (all, draws, hold) => {
        let draw = 0;
        const uniform = (): number => draws[(draw += 1) % Math.max(1, draws.length)] ?? 1;
        const { arrived, mostHeld, most, endedMs } = send({ ...link, loss: 0.01 }, all, {
          uniform,
          holdEvery: hold,
        });
        expect(Buffer.compare(arrived, Buffer.concat(all))).toBe(0);
        expect(mostHeld).toBeLessThan(most + 40_000);
        expect(endedMs).toBeGreaterThanOrEqual(link.delayMs);
      },
    ),
    { numRuns: 50 },
  );
});

it('carries at its bandwidth after its delay', () => {
  // 8 Mbit/s are 1,000 bytes a millisecond: 2 MB leave in two seconds, and the last byte arrives 20 ms later.
  const { endedMs, atMs } = send(
    link,
    Array.from({ length: 200 }, () => new Uint8Array(10_000)),
  );
  expect(endedMs).toBeCloseTo(2020, 6);
  expect(atMs[0]).toBeCloseTo(30, 6);
  expect(atMs[99]).toBeCloseTo(1020, 6);
});

it('lets a lost packet hold back what follows by a round trip, and none arrive before it', () => {
  let draw = 0;
  // The third of five pieces loses a packet.
  const { atMs } = send(
    { ...link, loss: 0.01 },
    Array.from({ length: 5 }, () => new Uint8Array(1000)),
    {
      uniform: () => ((draw += 1) === 3 ? 0 : 1),
    },
  );
  [21, 22, 63, 63, 63].forEach((expected, i) => expect(atMs[i]).toBeCloseTo(expected, 6));
});

it('loses as often as it is told: a piece of many packets more often than one of a single packet', () => {
  const heldBack = (bytes: number): boolean => {
    // Between 1 - 0.99 = 0.01 and 1 - 0.99^10 = 0.096.
    const { atMs } = send({ ...link, loss: 0.01 }, [new Uint8Array(bytes)], { uniform: () => 0.05 });
    return atMs[0]! > link.delayMs + bytes / 1000 + 1;
  };
  expect([heldBack(1460), heldBack(14_600)]).toEqual([false, true]);
});

it('the proxy carries both ways between sockets, whole and to the end, while a side has closed its own', async () => {
  const up = randomBytes(3_000_000);
  const down = randomBytes(2_000_000);
  const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const parts: Buffer[] = [];
    socket.on('data', (part) => void parts.push(part));
    // Answers only when the caller's end has arrived, with what arrived in front.
    socket.on('end', () => socket.end(Buffer.concat([Buffer.from(digest(Buffer.concat(parts))), down])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fast = { name: 'fast', bitsPerSecond: 1e10, delayMs: 1, loss: 0.001 };
  const proxy = await startShapingProxy((server.address() as AddressInfo).port, {
    link: fast,
    uniform: () => 0.01,
  });
  try {
    const socket = connect({ host: '127.0.0.1', port: proxy.port, allowHalfOpen: true });
    const parts: Buffer[] = [];
    socket.on('data', (part) => void parts.push(part));
    socket.end(up);
    await new Promise((resolve, reject) => socket.once('end', resolve).once('error', reject));
    const answer = Buffer.concat(parts);
    expect(answer.subarray(0, 64).toString()).toBe(digest(up));
    expect(digest(answer.subarray(64))).toBe(digest(down));
    expect(proxy.traffic).toEqual({ bytesForward: up.length, bytesBack: 64 + down.length });
  } finally {
    await proxy.close();
    await new Promise((resolve) => server.close(resolve));
  }
});

it('the proxy reads no more than its bound from a side whose partner takes nothing', async () => {
  let taking: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (taking = resolve));
  let received = 0;
  const server = createServer((socket) => {
    socket.pause();
    void held.then(() => socket.on('data', (part) => void (received += part.length)).resume());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fast = { name: 'fast', bitsPerSecond: 1e10, delayMs: 1, loss: 0 };
  const proxy = await startShapingProxy((server.address() as AddressInfo).port, {
    link: fast,
    uniform: () => 1,
  });
  try {
    const total = 64 * 1024 * 1024;
    const socket = connect({ host: '127.0.0.1', port: proxy.port });
    const sent = new Promise((resolve) => socket.end(Buffer.alloc(total), () => resolve(undefined)));
    // It reads until the buffers in between are full, and then stands still.
    let before = -1;
    while (proxy.traffic.bytesForward === 0 || before !== proxy.traffic.bytesForward) {
      before = proxy.traffic.bytesForward;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(proxy.traffic.bytesForward).toBeLessThan(total / 2);
    taking?.();
    await sent;
    await new Promise((resolve) => socket.once('close', resolve).resume());
    expect(received).toBe(total);
  } finally {
    await proxy.close();
    await new Promise((resolve) => server.close(resolve));
  }
});
