import { describe, expect, it, onTestFinished } from 'vitest';
import { VesicaError, asVesicaError } from '../../src/errors.js';
import {
  type Connection,
  Session,
  type SessionOutcome,
  decodeMessage,
  encodeMessage,
} from '../../src/protocol/index.js';
import { type Channel, type DriveOptions, driveSession, memoryPair } from '../../src/transport/index.js';
import { TERMS, type TestSide, operations, settingsOf } from '../support/session-pair.js';

/** `driveSession` on both ends of a pair in memory, or on one end with the test at the other. */

const PATIENT: DriveOptions = { idleTimeoutMs: 60_000 };

function pair(): [Channel, Channel] {
  const channels = memoryPair();
  onTestFinished(async () => {
    await Promise.all(channels.map((channel) => channel.close(1000, '')));
  });
  return channels;
}

function sessionOf(side: 'initiator' | 'responder', own: Partial<TestSide> = {}): Session {
  return new Session(settingsOf(side, { names: ['a', 'b'], ...own }, { ...TERMS, initiatorRole: 'both' }));
}

/** How a session ended: its outcome, or the coded error. */
async function ending(run: Promise<SessionOutcome>): Promise<SessionOutcome | VesicaError> {
  return run.catch(asVesicaError);
}

/** The codes of the aborts among the frames that still come, then the close. */
async function lastWords(channel: Channel): Promise<{ aborts: string[]; closed: VesicaError | undefined }> {
  const aborts: string[] = [];
  let closed: VesicaError | undefined;
  try {
    for await (const frame of channel.frames) {
      const message = decodeMessage(frame);
      if (message.type === 'abort') aborts.push(message.code);
    }
  } catch (error) {
    closed = asVesicaError(error);
  }
  return { aborts, closed };
}

/** `operations` whose first blinding waits for `gate`. */
function slowOperations(gate: Promise<void>): typeof operations {
  return {
    ...operations,
    blind: async (...batch) => {
      await gate;
      return operations.blind(...batch);
    },
  };
}

describe('two honest sides', () => {
  it('both get their outcome, each frame reported, and the connection closes normally', async () => {
    const [a, b] = pair();
    let frames = 0;
    const [first, second] = await Promise.all([
      driveSession(sessionOf('initiator'), a, { ...PATIENT, onFrame: () => (frames += 1) }),
      driveSession(sessionOf('responder'), b, PATIENT),
    ]);
    expect(first.receipts.transcript).toBe(second.receipts.transcript);
    expect(first.result).toEqual(second.result);
    expect(frames).toBe(a.traffic.framesSent + a.traffic.framesReceived);
    await Promise.all([a.gone, b.gone]);
  });
});

describe('a side that fails', () => {
  it('tells the peer its code, which wins over the close that follows', async () => {
    const [a, b] = pair();
    const other = new Session(
      settingsOf(
        'responder',
        { names: ['a'], terms: { profile: 'meta' } },
        { ...TERMS, initiatorRole: 'both' },
      ),
    );
    const [first, second] = await Promise.all([
      ending(driveSession(sessionOf('initiator'), a, PATIENT)),
      ending(driveSession(other, b, PATIENT)),
    ]);
    expect(second).toMatchObject({ code: 'agreement/mismatch', field: 'profile', reportedBy: 'self' });
    expect(first).toMatchObject({ code: 'agreement/mismatch', field: 'profile', reportedBy: 'peer' });
  });

  it('learns why the peer left even if it was sending when the connection closed', async () => {
    const [a, b] = pair();
    const abort = encodeMessage({ type: 'abort', code: 'policy/list-too-small', field: 'privacy.minList' });
    let deliver = (): void => undefined;
    const delivered = new Promise<void>((resolve) => (deliver = resolve));
    // The peer's last frame is there, but this side notices the closed connection first, by sending.
    const connection: Connection = {
      peerKey: undefined,
      send: () => {
        deliver();
        return Promise.reject(new VesicaError('transport/closed', 'gone'));
      },
      frames: (async function* () {
        await delivered;
        await new Promise((resolve) => setImmediate(resolve));
        yield abort;
      })(),
      close: (code, reason) => a.close(code, reason),
    };
    const error = await ending(driveSession(sessionOf('initiator'), connection, PATIENT));
    expect(error).toMatchObject({ code: 'policy/list-too-small', reportedBy: 'peer' });
    await b.close(1000, '');
  });

  it('does not answer an abort with an abort', async () => {
    const [a, b] = pair();
    const run = ending(driveSession(sessionOf('initiator'), a, PATIENT));
    await b.send(encodeMessage({ type: 'abort', code: 'session/cancelled', field: '' }));
    const { aborts, closed } = await lastWords(b);
    expect(aborts).toEqual([]);
    expect(closed?.message).toContain('4001');
    expect(await run).toMatchObject({ code: 'session/cancelled', reportedBy: 'peer' });
  });

  it.each([
    ['a code that the peer may know', 'peer/malformed-message', 4002, Uint8Array.of(0xc1)],
    ['a message out of turn', 'peer/unexpected-message', 4002, encodeMessage({ type: 'accept' })],
  ] as const)('says farewell with %s', async (_, code, closeCode, frame) => {
    const [a, b] = pair();
    const run = ending(driveSession(sessionOf('initiator'), a, PATIENT));
    await b.send(frame);
    const { aborts, closed } = await lastWords(b);
    expect(aborts).toEqual([code]);
    expect(closed).toMatchObject({ code: 'transport/closed', reportedBy: 'peer' });
    expect(closed?.message).toContain(`${closeCode}, ${code}`);
    expect(await run).toMatchObject({ code, reportedBy: 'self' });
  });

  it('that breaks by itself tells only that it stopped', async () => {
    const [a, b] = pair();
    const broken = sessionOf('responder', {
      settings: { operations: { ...operations, blind: () => Promise.reject(new Error('out of order')) } },
    });
    const [first, second] = await Promise.all([
      ending(driveSession(sessionOf('initiator'), a, PATIENT)),
      ending(driveSession(broken, b, PATIENT)),
    ]);
    expect(second).toMatchObject({ code: 'internal/defect', reportedBy: 'self' });
    expect(first).toMatchObject({ code: 'peer/stopped', reportedBy: 'peer' });
  });
});

describe('a peer that leaves', () => {
  it.each([
    ['normally, before the session is done', 1000],
    ['with a code', 4001],
  ])('%s', async (_, code) => {
    const [a, b] = pair();
    const run = ending(driveSession(sessionOf('initiator'), a, PATIENT));
    await b.close(code, '');
    expect(await run).toMatchObject({ code: 'transport/closed' });
  });
});

describe('a peer that is silent', () => {
  it('before it greets is given the time to read its list', async () => {
    const [a, b] = pair();
    const run = ending(
      driveSession(sessionOf('initiator'), a, { idleTimeoutMs: 60_000, timeoutsMs: { greeting: 20 } }),
    );
    const { aborts, closed } = await lastWords(b);
    expect(aborts).toEqual(['peer/stopped']);
    expect(closed?.message).toContain('4003, peer/stopped');
    const error = await run;
    expect(error).toMatchObject({ code: 'transport/timeout' });
    expect((error as VesicaError).message).toContain('0.02 s');
  });

  it('after it greeted is given up sooner', async () => {
    const [a, b] = pair();
    const run = ending(
      driveSession(sessionOf('initiator'), a, { idleTimeoutMs: 20, timeoutsMs: { greeting: 60_000 } }),
    );
    await b.send((await sessionOf('responder').next())!);
    expect((await lastWords(b)).aborts).toEqual(['peer/stopped']);
    expect(await run).toMatchObject({ code: 'transport/timeout' });
  });

  it('because it waits for this side is not blamed', async () => {
    const [a, b] = pair();
    const idleTimeoutMs = 30;
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const busy = sessionOf('initiator', { settings: { operations: slowOperations(gate) } });
    const both = Promise.all([
      driveSession(busy, a, { idleTimeoutMs }),
      driveSession(sessionOf('responder'), b, PATIENT),
    ]);
    both.catch(() => undefined);
    // Longer than the bound, on the clock that the bound is measured with: a timer set later with more time.
    setTimeout(open, 3 * idleTimeoutMs);
    const [outcome] = await both;
    expect(outcome.result.kind).toBe('rows');
  });
});

describe('a side that cancels', () => {
  it('before anything ends at once', async () => {
    const [a] = pair();
    const run = driveSession(sessionOf('initiator'), a, { ...PATIENT, signal: AbortSignal.abort() });
    expect(await ending(run)).toMatchObject({ code: 'session/cancelled', reportedBy: 'self' });
  });

  it('tells the peer even while it computes, and waits for no computation', async () => {
    const [a, b] = pair();
    const stop = new AbortController();
    const never = new Promise<void>(() => undefined);
    let computing = (): void => undefined;
    const started = new Promise<void>((resolve) => (computing = resolve));
    const busy = sessionOf('initiator', {
      settings: {
        operations: {
          ...operations,
          blind: async () => {
            computing();
            await never;
            return new Uint8Array(0);
          },
        },
      },
    });
    const run = ending(driveSession(busy, a, { ...PATIENT, signal: stop.signal }));
    const other = ending(driveSession(sessionOf('responder'), b, PATIENT));
    await started;
    stop.abort();
    expect(await run).toMatchObject({ code: 'session/cancelled', reportedBy: 'self' });
    expect(await other).toMatchObject({ code: 'session/cancelled', reportedBy: 'peer' });
  });
});
