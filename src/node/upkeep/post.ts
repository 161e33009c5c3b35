import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { VesicaError } from '../../errors.js';
import type { Post } from './webhook.js';

const TIMEOUT_MS = 10_000;

/**
 * A `Post` over the network. It follows no redirect, reads no body, keeps no connection, and checks the certificate of
 * an https:// receiver against the roots that Node.js trusts.
 *
 * The function returned throws VesicaError `transport/timeout` when nothing is answered within `timeoutMs` (10 seconds by
 * default) and `transport/unreachable` when the connection fails. Neither says the address.
 */
export function httpPost(timeoutMs = TIMEOUT_MS): Post {
  return (url, headers, body) =>
    new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const send = new URL(url).protocol === 'https:' ? httpsRequest : httpRequest;
      const length = String(Buffer.byteLength(body));
      const options = {
        method: 'POST',
        headers: { ...headers, 'Content-Length': length },
        signal,
        agent: false as const,
      };
      const sent = send(url, options, (answer) => {
        resolve(answer.statusCode ?? 0);
        answer.destroy();
      });
      sent.once('error', (error) => reject(failureOf(error, signal.aborted)));
      sent.end(body);
    });
}

function failureOf(error: Error, isLate: boolean): VesicaError {
  if (isLate) return new VesicaError('transport/timeout', 'the webhook did not answer in time');
  // The system's own text says the address.
  const code = 'code' in error ? String(error.code) : 'unknown';
  return new VesicaError('transport/unreachable', `the webhook cannot be reached: ${code}`);
}
