import { describe, expect, it } from 'vitest';
import { readSessionPlan } from '../../src/cli/config/session-plan.js';
import { NODE_DEFAULTS } from '../../src/node/node-config.js';
import { DEFAULT_LIMITS } from '../../src/transport/index.js';
import { Workspace } from '../cli/support/workspace.js';
import { startForwarder } from './support/forwarder.js';
import { liveResources, untilNothingIsLeft } from './support/leftovers.js';
import { type End, codeOf, matchesOf, meetingPlace, persons, runParty } from './support/parties.js';

/** A partner whose machine stands still: half a minute harms nothing, and too long ends both sides with a code. */

const PAUSE_MS = 30_000;
/** Pauses and deadlines of these tests are the real ones divided by this. */
const FACTOR = 15;
/** How long a test may take whose deadlines are far shorter, and what it must not leave behind far longer. */
const TEST_MS = 30_000;

/** The idle timeout of a `vesica run` whose session file names none. */
function idleTimeoutOfRun(): number {
  const session = new Workspace().session('session.yaml', {
    party: 'shop',
    connect: 'ws://127.0.0.1:7701',
    mode: 'psi',
    role: 'both',
    profile: 'uid2',
    data: { source: 'list.csv', identifiers: { email: 'email' } },
  });
  return readSessionPlan(session, {}).idleTimeoutMs;
}

/** A message of the alarm of a session, which waits for frames, and of the channel, which waits for signs of life. */
const NO_FRAME = 'the partner sent nothing';
const NO_SIGN_OF_LIFE = 'nothing was heard from the peer';

function messageOf(end: End): string {
  return 'error' in end ? end.error.message : '';
}

describe('a partner that stands still for half a minute', () => {
  it('is within every default deadline of a session under way, with as much to spare', () => {
    const idleTimeoutsMs = [idleTimeoutOfRun(), 1000 * NODE_DEFAULTS.timeouts.idleSeconds];
    for (const deadlineMs of [...idleTimeoutsMs, DEFAULT_LIMITS.silenceTimeoutMs]) {
      expect(deadlineMs).toBeGreaterThanOrEqual(2 * PAUSE_MS);
    }
  });

  it('goes on afterwards, and both have the right answer', async () => {
    const silenceTimeoutMs = DEFAULT_LIMITS.silenceTimeoutMs / FACTOR;
    const drive = { idleTimeoutMs: idleTimeoutOfRun() / FACTOR };
    const { port, meet } = await meetingPlace({ silenceTimeoutMs });
    let pausedMs = 0;
    const forwarder = await startForwarder(port, (bytes, self) => {
      if (bytes < 400_000 || pausedMs > 0) return;
      pausedMs = PAUSE_MS / FACTOR;
      self.hold();
      setTimeout(() => self.release(), pausedMs);
    });
    const { initiator, responder } = await meet(forwarder.port);
    const ends = await Promise.all([
      runParty('initiator', initiator, { list: persons(0, 30_000), drive }),
      runParty('responder', responder, { list: persons(20_000, 30_000), drive }),
    ]);
    expect(ends.map(matchesOf)).toEqual([10_000, 10_000]);
    expect(pausedMs).toBe(PAUSE_MS / FACTOR);
  });
});

describe('a partner that stands still for too long', () => {
  /** Runs a session whose network stops in the middle for good, and gives its ends once nothing is left of it. */
  async function runUntilStill(
    options: { readonly silenceTimeoutMs: number },
    idleTimeoutMs: number,
  ): Promise<readonly End[]> {
    const before = liveResources();
    const { port, meet, close } = await meetingPlace({ ...options, closeTimeoutMs: 200 });
    const forwarder = await startForwarder(port, (bytes, self) => {
      if (bytes > 400_000) self.hold();
    });
    const { initiator, responder } = await meet(forwarder.port);
    const setting = { list: persons(0, 60_000), drive: { idleTimeoutMs } };
    const ends = await Promise.all([
      runParty('initiator', initiator, setting),
      runParty('responder', responder, setting),
    ]);
    await Promise.all([initiator.gone, responder.gone]);
    await close();
    await forwarder.close();
    await untilNothingIsLeft(before);
    return ends;
  }

  it(
    'and gives no sign of life counts as gone on both sides; no socket or timer is left',
    { timeout: TEST_MS },
    async () => {
      const ends = await runUntilStill({ silenceTimeoutMs: 400 }, 10 * TEST_MS);
      expect(ends.map(codeOf)).toEqual(['transport/timeout', 'transport/timeout']);
      for (const end of ends) expect(messageOf(end)).toContain(NO_SIGN_OF_LIFE);
    },
  );

  it(
    'by the deadline for its next frame counts as gone, too; no socket or timer is left',
    { timeout: TEST_MS },
    async () => {
      const ends = await runUntilStill({ silenceTimeoutMs: 10 * TEST_MS }, 400);
      expect(ends.map(codeOf)).toEqual(['transport/timeout', 'transport/timeout']);
      for (const end of ends) expect(messageOf(end)).toContain(NO_FRAME);
    },
  );
});
