import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { VesicaError } from '../errors.js';
import type { IdempotencyKeys, IdempotentAnswer } from '../node/index.js';

/** Printable characters; what a UUID or any other generator makes. */
export const IDEMPOTENCY_KEY_PATTERN = '^[\\x21-\\x7e]{1,128}$';

const KEY = new RegExp(IDEMPOTENCY_KEY_PATTERN);

/** An answer as it is sent, and what of it is kept for a repeat. */
export interface KeptAnswer extends IdempotentAnswer {
  readonly kept: string;
}

export interface Once {
  readonly answer: IdempotentAnswer;
  readonly isRepeat: boolean;
}

/**
 * Does the work of a request once for each `Idempotency-Key` of a token; without the header, each time. Work that failed made
 * nothing, so it may be tried again with the same key.
 *
 * @throws VesicaError `api/invalid-request` for a key of another form; `api/idempotency-conflict`; what `work` throws.
 */
export async function once(
  keys: IdempotencyKeys,
  request: FastifyRequest,
  work: () => Promise<KeptAnswer>,
): Promise<Once> {
  const key = request.headers['idempotency-key'];
  if (key === undefined || request.caller === null) return { answer: await work(), isRepeat: false };
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw new VesicaError('api/invalid-request', 'idempotency-key is 1 to 128 printable characters', {
      field: 'idempotency-key',
    });
  }
  const route = `${request.method} ${request.url}`;
  const marked = { token: request.caller.id, key, route, digest: digestOf(route, request.body) };
  const earlier = await keys.begin(marked);
  if (earlier !== undefined) return { answer: earlier, isRepeat: true };
  let answer: KeptAnswer;
  try {
    answer = await work();
  } catch (error) {
    await keys.failed(marked);
    throw error;
  }
  await keys.answered(marked, { status: answer.status, response: answer.kept });
  return { answer, isRepeat: false };
}

function digestOf(route: string, body: unknown): string {
  return createHash('sha256')
    .update(`${route}\n${JSON.stringify(body ?? {})}`)
    .digest('hex');
}
