import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Receiver {
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** What is answered; nothing at all when `status` is `undefined`. */
  readonly answer: { status: number | undefined; location?: string; isUnfinished?: boolean };
}

/** A webhook on this machine, over plain HTTP, closed when the test ends. */
export async function receiver(): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const answer: Receiver['answer'] = { status: 204 };
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      requests.push({ method, path, headers, body: Buffer.concat(pieces) });
      if (answer.status === undefined) return;
      response.writeHead(answer.status, answer.location === undefined ? {} : { Location: answer.location });
      response.write('the beginning of an answer');
      if (answer.isUnfinished !== true) response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, requests, answer };
}
