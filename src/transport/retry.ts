import { setTimeout as delay } from 'node:timers/promises';
import { VesicaError } from '../errors.js';
import type { Channel } from './channel.js';
import { connect, DEFAULT_HANDSHAKE_TIMEOUT_MS, type ConnectOptions } from './connect.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** Near the deadline a partner who does answer still gets this long for the handshake. */
const LEAST_ATTEMPT_MS = 1_000;

/** How long to wait for a partner who has not started yet. */
export interface RetryOptions extends ConnectOptions {
  /** When to give up, counted from the call. */
  readonly deadlineMs: number;
  /** Called after each attempt that found nobody, before the pause. For a "waiting for the partner" line. */
  readonly onWaiting?: (waiting: { readonly url: string; readonly attempts: number }) => void;
}

/**
 * `connect`, again and again while nobody answers, so that two sides may start in any order. Only
 * `transport/unreachable` is tried again: a partner who is there and refuses will refuse again.
 *
 * @throws VesicaError as `connect`; `transport/unreachable` of the last attempt when the deadline has passed.
 */
export async function connectWithRetry(options: RetryOptions): Promise<Channel> {
  const { deadlineMs, onWaiting, signal } = options;
  const startedAt = performance.now();
  const remaining = (): number => deadlineMs - (performance.now() - startedAt);
  for (let attempts = 1, pauseMs = FIRST_PAUSE_MS; ; attempts += 1) {
    try {
      const longest = options.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS;
      return await connect({
        ...options,
        handshakeTimeoutMs: Math.min(longest, Math.max(LEAST_ATTEMPT_MS, remaining())),
      });
    } catch (error) {
      if (!(error instanceof VesicaError) || error.code !== 'transport/unreachable') throw error;
      if (remaining() <= 0) throw error;
    }
    onWaiting?.({ url: options.url, attempts });
    await pause(Math.min(pauseMs, Math.max(0, remaining())), signal);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch {
    throw new VesicaError('session/cancelled', 'waiting for the partner was cancelled');
  }
}
