import { createHash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { type VesicaError, asVesicaError } from '../../../src/errors.js';
import { type GroupOperations, keyTypeCode } from '../../../src/group/index.js';
import { NO_ARMS, type OwnList, Session, type SessionOutcome } from '../../../src/protocol/index.js';
import { systemRandom } from '../../../src/system-random.js';
import type { Channel, ChannelOptions, DriveOptions } from '../../../src/transport/index.js';
import {
  connectWithRetry,
  createIdentity,
  driveSession,
  fingerprint,
  listen,
  verifySignature,
} from '../../../src/transport/index.js';
import { cheapOperations } from '../../protocol/support/cheap-operations.js';
import { TERMS } from '../../support/session-pair.js';

/**
 * A group that does nothing: elements are keys, and every scalar is 1. It commutes, and costs so little that lists of
 * many windows take a second. What goes over the network, and when, does not depend on the group.
 */
export const idleOperations: GroupOperations = {
  ...cheapOperations,
  blind: ({ keys }) => Promise.resolve(keys.slice()),
  evaluate: (elements) => {
    const validity = new Uint8Array(Math.ceil(elements.length / 32 / 8)).fill(0xff);
    return Promise.resolve({ elements: elements.slice(), validity });
  },
};

/** The keys of persons `from` to `from + count - 1`. */
export function persons(from: number, count: number): OwnList {
  const keys = new Uint8Array(32 * count);
  for (let i = 0; i < count; i += 1) {
    const digest = createHash('sha256')
      .update(`${from + i}`)
      .digest();
    keys.set(digest, 32 * i);
  }
  return { batch: { types: new Uint8Array(count).fill(keyTypeCode('email')), keys } };
}

export interface PartySetting {
  readonly list: OwnList;
  readonly operations?: GroupOperations;
  readonly drive?: Partial<DriveOptions>;
}

/** How a party ended. */
export type End = { readonly outcome: SessionOutcome } | { readonly error: VesicaError };

export interface Meeting {
  readonly initiator: Channel;
  readonly responder: Channel;
}

const identities = { initiator: createIdentity('initiator'), responder: createIdentity('responder') };

/** A listener with TLS until the test ends, and a way for partners to call it through a port, again and again. */
export async function meetingPlace(
  options: ChannelOptions = {},
): Promise<{ port: number; meet: (through: number) => Promise<Meeting>; close: () => Promise<void> }> {
  const { initiator, responder } = identities;
  const listener = await listen({
    ...options,
    host: '127.0.0.1',
    port: 0,
    identity: responder,
    peerFingerprint: fingerprint(initiator.publicKey),
  });
  onTestFinished(() => listener.close());
  return {
    port: Number(new URL(listener.url).port),
    meet: async (through) => {
      const calling = connectWithRetry({
        ...options,
        url: `wss://127.0.0.1:${through}`,
        identity: initiator,
        peerFingerprint: fingerprint(responder.publicKey),
        deadlineMs: 30_000,
      });
      const [called, caller] = [await listener.next(), await calling];
      return { initiator: caller, responder: called };
    },
    close: () => listener.close(),
  };
}

/** Runs one party of a session in mode `psi` in which both learn. */
export async function runParty(
  side: 'initiator' | 'responder',
  channel: Channel,
  { list, operations = idleOperations, drive = {} }: PartySetting,
): Promise<End> {
  const session = new Session({
    side,
    party: side,
    software: 'test',
    identity: identities[side],
    verify: verifySignature,
    peerKey: channel.peerKey,
    operations,
    random: systemRandom,
    terms: { ...TERMS, initiatorRole: 'both' },
    list,
    inventory: { size: list.batch.types.length, dimensions: [], arms: NO_ARMS, cells: [] },
  });
  try {
    return { outcome: await driveSession(session, channel, { idleTimeoutMs: 60_000, ...drive }) };
  } catch (error) {
    return { error: asVesicaError(error) };
  }
}

/** How many rows both have, as this party found. */
export function matchesOf(end: End): number {
  if ('error' in end) throw end.error;
  if (end.outcome.result.kind !== 'rows') throw new Error('no rows');
  return end.outcome.result.matched?.length ?? NaN;
}

export function codeOf(end: End): string {
  return 'error' in end ? end.error.code : 'done';
}
