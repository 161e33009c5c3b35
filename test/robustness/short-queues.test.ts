import { describe, expect, it, onTestFinished } from 'vitest';
import { startShapingProxy } from '../../bench/shaping-proxy.js';
import { LIMITS } from '../../src/protocol/index.js';
import { startForwarder } from './support/forwarder.js';
import type { Meeting } from './support/parties.js';
import { idleOperations, matchesOf, meetingPlace, persons, runParty } from './support/parties.js';
import { CHUNK_BYTES, FRAME_COST_BYTES, type QueueWatch, untilQuiet, watchQueues } from './support/queues.js';

/** What waits between a party that sends as fast as it may and one that takes little is bounded, wherever it waits. */

const CHUNKS = 24;
const WINDOW_CHUNKS = LIMITS.windowBytes / CHUNK_BYTES;

/** Runs a session whose responder takes a chunk only after `ready`, and gives what waited meanwhile. */
async function runSlowly(
  meeting: Meeting,
  ready: (taken: number, queues: QueueWatch) => Promise<void>,
): Promise<QueueWatch> {
  let taken = 0;
  const queues = watchQueues(meeting, () => taken * CHUNK_BYTES);
  const { look } = queues;
  const hasty: typeof idleOperations = {
    ...idleOperations,
    blind: (...given) => {
      look();
      return idleOperations.blind(...given);
    },
  };
  const slow: typeof idleOperations = {
    ...idleOperations,
    evaluate: async (...given) => {
      await ready(taken, queues);
      taken += 1;
      return idleOperations.evaluate(...given);
    },
  };
  const ends = await Promise.all([
    runParty('initiator', meeting.initiator, {
      list: persons(0, CHUNKS * LIMITS.chunkItems),
      operations: hasty,
      drive: { onFrame: look },
    }),
    runParty('responder', meeting.responder, {
      list: persons(5, 10),
      operations: slow,
      drive: { onFrame: look },
    }),
  ]);
  expect(ends.map(matchesOf)).toEqual([10, 10]);
  expect(taken).toBe(CHUNKS);
  return queues;
}

describe('a partner that takes nothing for a while', () => {
  it('has at most a window of the stream waiting for it, wherever it is', async () => {
    const { port, meet } = await meetingPlace();
    const meeting = await meet(port);
    const queues = await runSlowly(meeting, async (taken, { look }) => {
      // At the first chunk it waits until the whole window is there: the one in its hands, and all others in the queue.
      const whole = (WINDOW_CHUNKS - 1) * CHUNK_BYTES;
      while (taken === 0 && meeting.responder.traffic.inboundBytes < whole) {
        look();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await untilQuiet(meeting, look);
    });
    // Every frame of the session has its envelope; those of the handshake and of acknowledgements are small.
    const most = LIMITS.windowBytes + (2 * CHUNKS + 10) * FRAME_COST_BYTES;
    expect(queues.mostUnderWay).toBeGreaterThanOrEqual(LIMITS.windowBytes);
    expect(queues.mostUnderWay).toBeLessThanOrEqual(most);
    expect(queues.mostOutbound).toBeLessThanOrEqual(most);
    expect(queues.mostInbound).toBeLessThanOrEqual(most);
  });

  it('has no more waiting in either queue than the bound of its channel, and a frame', async () => {
    const bound = LIMITS.windowBytes / 8;
    const { port, meet } = await meetingPlace({ maxInboundBytes: bound, maxOutboundBytes: bound });
    const meeting = await meet(port);
    const queues = await runSlowly(meeting, async (taken, { look }) => {
      while (taken === 0 && meeting.responder.traffic.inboundBytes <= bound) {
        look();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await untilQuiet(meeting, look);
    });
    const aFrame = CHUNK_BYTES + FRAME_COST_BYTES;
    expect(queues.mostInbound).toBeGreaterThan(bound);
    expect(queues.mostInbound).toBeLessThanOrEqual(bound + aFrame);
    expect(queues.mostOutbound).toBeLessThanOrEqual(bound + aFrame);
  });
});

describe('a slow network that loses packets', () => {
  it('holds no more than fits it: what it does not take stays with the sender', async () => {
    const link = { name: 'slow', bitsPerSecond: 50e6, delayMs: 10, loss: 0.001 };
    // Twice the bandwidth-delay product and two reads, as the link says of itself, and one read that goes over it.
    const onTheWay = (2 * link.delayMs * link.bitsPerSecond) / 8000 + 3 * 64 * 1024;
    const { port, meet } = await meetingPlace();
    let [mostHeld, arrived] = [0, 0];
    const behind = await startForwarder(port, (bytes) => {
      arrived = bytes;
      look();
    });
    let draw = 0;
    const uniform = (): number => ((draw = (draw + 1) % 40) === 0 ? 0 : 0.999);
    const proxy = await startShapingProxy(behind.port, { link, uniform });
    onTestFinished(proxy.close);
    const look = (): void => void (mostHeld = Math.max(mostHeld, proxy.traffic.bytesForward - arrived));
    const { initiator, responder } = await meet(proxy.port);
    const drive = { onFrame: look };
    const ends = await Promise.all([
      runParty('initiator', initiator, { list: persons(0, 60_000), drive }),
      runParty('responder', responder, { list: persons(50_000, 60_000), drive }),
    ]);
    expect(ends.map(matchesOf)).toEqual([10_000, 10_000]);
    // What has left the link and what has come to it since may both be counted before the next look.
    expect(mostHeld).toBeLessThanOrEqual(2 * onTheWay);
    expect(arrived).toBeGreaterThan(3 * onTheWay);
  });
});
