import { LIMITS } from '../../../src/protocol/index.js';
import type { Meeting } from './parties.js';

/** Bytes of the items of a full chunk of elements. */
export const CHUNK_BYTES = 32 * LIMITS.chunkItems;
/** More than a frame adds to its chunk: envelope, WebSocket header, and the 256 bytes for its keeping in a queue. */
export const FRAME_COST_BYTES = 512;

/** The most that ever waited in each queue of the two channels, in bytes. */
export interface QueueWatch {
  /** Of the party that sends much: going out. */
  readonly mostOutbound: number;
  /** Of the party that is slow: received and not yet taken. */
  readonly mostInbound: number;
  /** Sent and not yet worked on, wherever it is: in a queue, in the system's buffers or in hand. */
  readonly mostUnderWay: number;
  /** Looks at the queues. To be called wherever they may have grown. */
  readonly look: () => void;
}

/**
 * Watches what the initiator sends to a slow responder.
 *
 * @param doneBytes how much of it the responder has done with.
 */
export function watchQueues({ initiator, responder }: Meeting, doneBytes: () => number): QueueWatch {
  const most = { outbound: 0, inbound: 0, underWay: 0 };
  return {
    get mostOutbound() {
      return most.outbound;
    },
    get mostInbound() {
      return most.inbound;
    },
    get mostUnderWay() {
      return most.underWay;
    },
    look: () => {
      const { outboundBytes, bytesSent } = initiator.traffic;
      const { inboundBytes } = responder.traffic;
      most.outbound = Math.max(most.outbound, outboundBytes);
      most.inbound = Math.max(most.inbound, inboundBytes);
      most.underWay = Math.max(most.underWay, bytesSent - doneBytes());
    },
  };
}

/** Lets the event loop turn, looking at the queues, until a while of turns has brought the slow party nothing new. */
export async function untilQuiet({ responder }: Meeting, look: () => void): Promise<void> {
  let received = -1;
  for (let quiet = 0; quiet < 20; quiet += 1) {
    const { bytesReceived } = responder.traffic;
    if (bytesReceived !== received) quiet = 0;
    received = bytesReceived;
    look();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
