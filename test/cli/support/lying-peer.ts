import { onTestFinished } from 'vitest';
import { readSessionPlan } from '../../../src/cli/config/session-plan.js';
import { asVesicaError, type VesicaError } from '../../../src/errors.js';
import { type Connection, type Message, Session, decodeMessage } from '../../../src/protocol/index.js';
import { connectWithRetry, driveSession } from '../../../src/transport/index.js';
import { settingsOf } from '../../support/session-pair.js';

/** What a liar sends instead of a frame of an honest session: other bytes, or nothing. */
export type Lie = (message: Message, frame: Uint8Array) => Uint8Array | undefined;

/**
 * An honest initiator in this process, under the terms of the session file at `path`, whose frames go through `lie`.
 * Resolves with what ended it.
 */
export async function lyingPeer(
  path: string,
  names: readonly string[],
  lie: Lie,
): Promise<VesicaError | undefined> {
  const { meeting, terms, side } = readSessionPlan(path, {});
  if (meeting.kind !== 'connect') throw new Error('a liar connects');
  const session = new Session(settingsOf(side, { names }, terms));
  const channel = await connectWithRetry({
    url: meeting.url,
    deadlineMs: 60_000,
    // More than an honest side would ever send.
    maxFrameBytes: 4 * 1024 * 1024,
  });
  onTestFinished(() => channel.close(1000, ''));
  const lying: Connection = {
    peerKey: channel.peerKey,
    frames: channel.frames,
    send: async (frame) => {
      const sent = lie(decodeMessage(frame), frame);
      if (sent !== undefined) await channel.send(sent);
    },
    close: (code, reason) => channel.close(code, reason),
  };
  try {
    await driveSession(session, lying, { idleTimeoutMs: 60_000 });
    return undefined;
  } catch (error) {
    return asVesicaError(error);
  }
}
