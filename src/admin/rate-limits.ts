import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { VesicaError } from '../errors.js';

/** Requests a minute. */
export interface RateLimits {
  /** Of one token. */
  readonly perToken: number;
  /** That came without a valid token, from one address. Valid tokens from there are let in all the same. */
  readonly failedPerAddress: number;
}

export const DEFAULT_RATE_LIMITS: RateLimits = { perToken: 600, failedPerAddress: 30 };

const WINDOW_MS = 60_000;

export interface Limiters {
  /** Counts a request of a token. @throws VesicaError `api/rate-limited`, with Retry-After in the reply. */
  token(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Counts a request without a valid token. Throws as `token`. */
  failed(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/** Counters in memory, of bounded number: a thousand tokens and addresses each, the least used forgotten first. */
export async function limiters(app: FastifyInstance, limits: RateLimits): Promise<Limiters> {
  await app.register(rateLimit, { global: false, timeWindow: WINDOW_MS, cache: 1000 });
  const byToken = app.createRateLimit({
    max: limits.perToken,
    keyGenerator: (request) => request.caller?.id ?? '',
  });
  const byAddress = app.createRateLimit({
    max: limits.failedPerAddress,
    keyGenerator: (request) => request.ip,
  });
  const limiter =
    (count: typeof byToken): Limiters['token'] =>
    async (request, reply) => {
      const result = await count(request);
      if (result.isAllowed || !result.isExceeded) return;
      void reply.header('retry-after', String(Math.max(1, result.ttlInSeconds)));
      throw new VesicaError('api/rate-limited', `more than ${result.max} requests in a minute`);
    };
  return { token: limiter(byToken), failed: limiter(byAddress) };
}
