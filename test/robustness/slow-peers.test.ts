import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/protocol/index.js';
import { startForwarder } from './support/forwarder.js';
import { liveResources, untilNothingIsLeft } from './support/leftovers.js';
import { codeOf, idleOperations, matchesOf, meetingPlace, persons, runParty } from './support/parties.js';
import { CHUNK_BYTES } from './support/queues.js';

/** Partners that are slow and connections that break: a session goes on or ends with a code. */

/** Chunks that fit the window of a stream, and the two that are computed ahead. */
const MOST_AHEAD = LIMITS.windowBytes / CHUNK_BYTES + 2;

describe('a partner that takes its time', () => {
  it('makes the other wait before it blinds more than a window ahead, and gets the right answer', async () => {
    const chunks = 40;
    const list = persons(0, chunks * LIMITS.chunkItems);
    let [blinded, evaluated, mostAhead] = [0, 0, 0];
    const counting = {
      ...idleOperations,
      blind: (...given: Parameters<typeof idleOperations.blind>) => {
        blinded += 1;
        mostAhead = Math.max(mostAhead, blinded - evaluated);
        return idleOperations.blind(...given);
      },
    };
    const slow = {
      ...idleOperations,
      evaluate: async (elements: Uint8Array) => {
        // It takes a chunk only when the other has blinded all that it may: so the other is always at its bound.
        const due = Math.min(chunks, evaluated + MOST_AHEAD);
        while (blinded < due) await new Promise((resolve) => setImmediate(resolve));
        const result = await idleOperations.evaluate(elements, new Uint8Array(32));
        evaluated += 1;
        return result;
      },
    };
    const { port, meet } = await meetingPlace();
    const { initiator, responder } = await meet(port);
    const [ours, theirs] = await Promise.all([
      runParty('initiator', initiator, { list, operations: counting }),
      runParty('responder', responder, { list: persons(5, 10), operations: slow }),
    ]);
    expect([matchesOf(ours), matchesOf(theirs)]).toEqual([10, 10]);
    expect(blinded).toBe(chunks);
    expect(mostAhead).toBe(MOST_AHEAD);
  });
});

describe('a connection that breaks', () => {
  it.each([20_000, 300_000, 900_000])(
    'after %i bytes ends both sides with a code, the next session goes well, and nothing is left',
    async (bytesBefore) => {
      const before = liveResources();
      const { port, meet, close } = await meetingPlace();
      const forwarder = await startForwarder(port, (bytes, self) => {
        if (bytes > bytesBefore) self.cut();
      });
      const lists = [{ list: persons(0, 30_000) }, { list: persons(10_000, 30_000) }] as const;
      const broken = await meet(forwarder.port);
      const ends = await Promise.all([
        runParty('initiator', broken.initiator, lists[0]),
        runParty('responder', broken.responder, lists[1]),
      ]);
      expect(ends.map(codeOf)).toEqual(['transport/closed', 'transport/closed']);
      const whole = await meet(port);
      const next = await Promise.all([
        runParty('initiator', whole.initiator, lists[0]),
        runParty('responder', whole.responder, lists[1]),
      ]);
      expect(next.map(matchesOf)).toEqual([20_000, 20_000]);
      await close();
      await forwarder.close();
      await untilNothingIsLeft(before);
    },
    // What must not be left behind lives longer.
    30_000,
  );
});
