import { createHmac, type KeyObject } from 'node:crypto';
import { VesicaError } from '../../errors.js';
import type { Alarm } from './alarm.js';

const MIN_SECRET_BYTES = 16;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Where alarms are sent, and what they are signed with. */
export interface Webhook {
  readonly url: string;
  /** Shared with the receiver; at least 16 bytes. */
  readonly secret: KeyObject;
}

/** Sends a request with method POST; resolves to the HTTP status of the answer. */
export type Post = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<number>;

/**
 * Checks that alarms can go to a webhook: over TLS unless the receiver is on this machine, signed with a secret that
 * cannot be guessed. An address may hold a key of its own, so it is never quoted.
 *
 * @throws VesicaError `config/invalid` with field `alarms.webhook.url` or `alarms.webhook.secret`.
 */
export function requireWebhook({ url, secret }: Webhook): void {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  const isSafe =
    address?.protocol === 'https:' || (address?.protocol === 'http:' && LOOPBACK.test(address.hostname));
  if (address === undefined || !isSafe) {
    throw invalid('url', 'is an https:// address, or an http:// one of this machine');
  }
  if (address.username !== '' || address.password !== '') {
    throw invalid('url', 'has a user name or a password in it; the signature is what proves the sender');
  }
  if (secret.type !== 'secret' || (secret.symmetricKeySize ?? 0) < MIN_SECRET_BYTES) {
    throw invalid('secret', `has at least ${MIN_SECRET_BYTES} bytes`);
  }
}

/** What a webhook is told of an alarm, as JSON. `node` is the name of the node that raised it. */
export function webhookBody(alarm: Alarm, node: string): string {
  const { id, kind, severity, message, detail, raisedAt } = alarm;
  return JSON.stringify({ id, kind, severity, message, detail, raisedAt, node });
}

/**
 * The headers that prove who sent `body` and when. The receiver computes HMAC-SHA-256 (RFC 2104) of the timestamp, a full
 * stop and the body's bytes with the shared secret, compares it in constant time with the hexadecimal digits after `v1=`,
 * refuses a timestamp (seconds since 1970) more than some minutes from its own clock, and knows by its `id` an alarm that
 * comes twice.
 */
export function signedHeaders(body: string, secret: KeyObject, at: Date): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const mac = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'vesica',
    'Vesica-Timestamp': timestamp,
    'Vesica-Signature': `v1=${mac}`,
  };
}

function invalid(key: string, what: string): VesicaError {
  const field = `alarms.webhook.${key}`;
  return new VesicaError('config/invalid', `${field} must be one that ${what}`, { field });
}
