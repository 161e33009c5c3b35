import { type Socket, connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';

/** A way between two parties that a test can hold still and cut. */
export interface Forwarder {
  readonly port: number;
  /** Bytes that went from the one who called. */
  readonly bytesForward: number;
  /** Lets nothing through, either way, and reads nothing: as a machine that stands still. */
  readonly hold: () => void;
  readonly release: () => void;
  /** Breaks every connection, as a cable that is pulled. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

/**
 * Forwards connections to `targetPort` on the loopback interface until the test ends.
 *
 * @param onForward called with the bytes so far whenever some go from the one who called.
 */
export async function startForwarder(
  targetPort: number,
  onForward: (bytesForward: number, self: Forwarder) => void = () => undefined,
): Promise<Forwarder> {
  const sockets = new Set<Socket>();
  let bytesForward = 0;
  let isHeld = false;
  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => {
        if (from === near) onForward((bytesForward += bytes.length), forwarder);
        // Backpressure goes through: what the receiver does not take is not read.
        if (!to.write(bytes)) {
          from.pause();
          to.once('drain', () => {
            if (!isHeld) from.resume();
          });
        }
        if (isHeld) from.pause();
      });
      from.on('error', () => to.destroy());
      from.on('end', () => to.end());
      from.on('close', () => sockets.delete(from));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const forwarder: Forwarder = {
    port: address.port,
    get bytesForward() {
      return bytesForward;
    },
    hold: () => {
      isHeld = true;
      for (const socket of sockets) socket.pause();
    },
    release: () => {
      isHeld = false;
      for (const socket of sockets) socket.resume();
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        forwarder.cut();
        server.close(() => resolve());
      }),
  };
  onTestFinished(forwarder.close);
  return forwarder;
}
