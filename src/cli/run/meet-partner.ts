import { VesicaError } from '../../errors.js';
import { codeForPeer, farewellFrame } from '../../protocol/index.js';
import type { Channel, Listener, NodeIdentity } from '../../transport/index.js';
import { connectWithRetry, listen } from '../../transport/index.js';
import type { SessionPlan } from '../config/session-plan.js';
import type { Reporter } from '../progress.js';

interface MeetOptions {
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/**
 * Connects to the partner, or waits for it to connect; either side may start first.
 *
 * @throws VesicaError `transport/unreachable` or `transport/timeout` when the partner is not there in time,
 * `transport/wrong-peer`, `transport/handshake-failed`, `transport/address-in-use`, `config/insecure-transport`,
 * `session/cancelled`.
 */
export async function meetPartner(
  plan: SessionPlan,
  identity: NodeIdentity | undefined,
  { reporter, signal }: MeetOptions,
): Promise<Channel> {
  const { meeting, tls, connectTimeoutMs } = plan;
  const credentials = {
    ...(identity === undefined ? {} : { identity }),
    ...(tls === undefined ? {} : { peerFingerprint: tls.peer }),
  };
  if (meeting.kind === 'connect') {
    return connectWithRetry({
      ...credentials,
      url: meeting.url,
      signal,
      deadlineMs: connectTimeoutMs,
      onWaiting: ({ url, attempts }) => {
        if (attempts === 1) reporter.line(`waiting for the partner at ${url}`);
      },
    });
  }
  const listener = await listen({
    ...credentials,
    ...meeting.address,
    onRefused: (error) => reporter.line(`refused a connection: ${error.message} (${error.code})`),
  });
  reporter.line(`waiting for the partner to connect to ${listener.url}`);
  return firstPartner(listener, connectTimeoutMs, signal);
}

/** The first partner to connect; then, or when nobody comes in time, the port is free again. */
async function firstPartner(listener: Listener, deadlineMs: number, signal: AbortSignal): Promise<Channel> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => undefined;
  try {
    return await Promise.race([
      listener.next(),
      new Promise<never>((_, reject) => {
        timer = setTimeout(
          () =>
            reject(new VesicaError('transport/timeout', `nobody connected within ${deadlineMs / 1000} s`)),
          deadlineMs,
        );
        onAbort = () => reject(new VesicaError('session/cancelled', 'waiting for the partner was cancelled'));
        if (signal.aborted) onAbort();
        signal.addEventListener('abort', onAbort);
      }),
    ]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    await listener.close();
  }
}

/** How long a side that failed before the session still waits for its partner, to tell it. */
const NOTICE_MS = 5_000;

/** Tells the partner, if it comes within a few seconds, that there will be no session; then hangs up. Never throws. */
export async function dismissPartner(meeting: Promise<Channel>, error: VesicaError): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const soon = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), NOTICE_MS);
  });
  const channel = await Promise.race([meeting.catch(() => undefined), soon]);
  clearTimeout(timer);
  if (channel === undefined) return;
  const frame = farewellFrame(error);
  if (frame !== undefined) await channel.send(frame).catch(() => undefined);
  await channel.close(error.definition.closeCode, codeForPeer(error));
}
