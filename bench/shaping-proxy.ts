import { type Server, type Socket, connect, createServer } from 'node:net';
import { type Clock, type LinkSetting, ShapedLink } from './shaped-link.js';

/** What passed through a proxy. */
export interface ProxyTraffic {
  /** From the one that connected, and to it; TLS and everything in it included. */
  readonly bytesForward: number;
  readonly bytesBack: number;
}

export interface ShapingProxy {
  readonly port: number;
  readonly close: () => Promise<void>;
  readonly traffic: ProxyTraffic;
}

const realClock: Clock = {
  nowMs: () => performance.now(),
  after: (delayMs, then) => {
    const timer = setTimeout(then, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * A TCP proxy on the loopback interface whose connections behave as over `link`. It reads no faster than the link
 * carries and the receiver takes, so that either end feels the other's backpressure.
 */
export async function startShapingProxy(
  targetPort: number,
  {
    link,
    uniform,
    port: wanted = 0,
  }: { readonly link: LinkSetting; readonly uniform: () => number; readonly port?: number },
): Promise<ShapingProxy> {
  const sockets = new Set<Socket>();
  const traffic = { bytesForward: 0, bytesBack: 0 };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: targetPort, allowHalfOpen: true });
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      sockets.add(socket);
    }
    const links = [
      join({ from: near, to: far, link, uniform, count: (bytes) => (traffic.bytesForward += bytes) }),
      join({ from: far, to: near, link, uniform, count: (bytes) => (traffic.bytesBack += bytes) }),
    ];
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      // An end that breaks off breaks the other; one that closes in order has sent its end, which travels as bytes do.
      socket.on('error', () => other.destroy());
      socket.on('close', (broken) => {
        sockets.delete(socket);
        if (broken) for (const one of links) one.destroy();
      });
    }
  });
  const port = await listenOn(server, wanted);
  return {
    port,
    traffic,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

interface Joint {
  readonly from: Socket;
  readonly to: Socket;
  readonly link: LinkSetting;
  readonly uniform: () => number;
  readonly count: (bytes: number) => void;
}

function join({ from, to, link, uniform, count }: Joint): ShapedLink {
  const shaped = new ShapedLink(link, {
    clock: realClock,
    uniform,
    deliver: (bytes) => to.destroyed || to.write(bytes),
    onRoom: () => void from.resume(),
    onEnd: () => void to.end(),
  });
  from.on('data', (bytes) => {
    count(bytes.length);
    if (!shaped.push(bytes)) from.pause();
  });
  from.on('end', () => shaped.end());
  to.on('drain', () => shaped.resume());
  to.on('close', () => shaped.destroy());
  return shaped;
}

async function listenOn(server: Server, wanted: number): Promise<number> {
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(wanted, '127.0.0.1', resolve),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
