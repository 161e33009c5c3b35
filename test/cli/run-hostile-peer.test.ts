import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/errors.js';
import { encodeMessage } from '../../src/protocol/index.js';
import { freePort } from './support/free-port.js';
import { type Lie, lyingPeer } from './support/lying-peer.js';
import { type SessionContent, expectFailure, reportOf, writeParty } from './support/two-terminals.js';
import { VesicaProcess } from './support/vesica-process.js';
import { Workspace } from './support/workspace.js';

/** A real `vesica run` against a peer that breaks the rules. */

const NAMES = ['a', 'b', 'c'];

async function against(lie: Lie, session: SessionContent = {}) {
  const workspace = new Workspace();
  const port = await freePort();
  const path = writeParty(workspace, 'news', {
    listen: `127.0.0.1:${port}`,
    output: 'audience.csv',
    ...session,
  });
  const liar = writeParty(workspace, 'liar', { connect: `ws://127.0.0.1:${port}` });
  const before = workspace.files();
  const honest = new VesicaProcess(['run', path, '--json']);
  const told = await lyingPeer(liar, NAMES, lie);
  return { told, ended: await honest.ended, workspace, before };
}

/** Changes the first chunk of elements. */
const elements =
  (change: (items: Uint8Array) => Uint8Array): Lie =>
  (message, frame) =>
    message.type === 'chunk' && message.stage === 'elements'
      ? encodeMessage({ ...message, items: change(message.items) })
      : frame;
/** Sends other bytes instead of the message of this type. */
const instead =
  (type: string, bytes: (frame: Uint8Array) => Uint8Array | undefined): Lie =>
  (message, frame) =>
    message.type === type ? bytes(frame) : frame;

const LIES: readonly (readonly [name: string, lie: Lie, code: ErrorCode, field: string])[] = [
  [
    'a frame that is no message',
    instead('offer', () => Uint8Array.of(0xc1)),
    'peer/malformed-message',
    'byte',
  ],
  [
    'a frame cut short',
    instead('inventory', (frame) => frame.slice(0, -1)),
    'peer/malformed-message',
    'byte',
  ],
  [
    'a frame with a tail',
    instead('chunk', (frame) => Uint8Array.of(...frame, 0)),
    'peer/malformed-message',
    'byte',
  ],
  ['a frame over the limit', instead('chunk', () => new Uint8Array(2 ** 21)), 'limit/frame', '1114112'],
  [
    'an element that is none',
    elements((items) => items.slice().fill(0xff, 32, 64)),
    'peer/invalid-element',
    'item 1 of elements',
  ],
  [
    'the identity',
    elements((items) => items.slice().fill(0, 0, 32)),
    'peer/invalid-element',
    'item 0 of elements',
  ],
  [
    'an element twice',
    elements((items) => items.slice().copyWithin(64, 0, 32)),
    'peer/duplicate-element',
    'elements',
  ],
  ['fewer elements than it said', elements((items) => items.slice(32)), 'peer/wrong-count', 'elements'],
  [
    'messages out of order',
    instead('offer', () => encodeMessage({ type: 'accept' })),
    'peer/unexpected-message',
    'accept',
  ],
];

describe('a peer that sends', () => {
  it.each(LIES)('%s', async (_, lie, code, field) => {
    const { told, ended, workspace, before } = await against(lie);
    expectFailure(ended, code, field);
    expect(told).toMatchObject({ code, reportedBy: 'peer' });
    expect(workspace.files()).toEqual(before);
  });

  it('nothing wrong, so that the others fail for their lie alone', async () => {
    const { told, ended, workspace } = await against((_, frame) => frame);
    expect(told).toBeUndefined();
    expect(reportOf(ended).lists).toEqual({ own: 2, partner: 3 });
    expect(workspace.read('news/audience.csv')).toBe('email\n');
  });

  /** Says nothing more from its first message of this type on. */
  function silentFrom(type: string): Lie {
    let silent = false;
    return (message, frame) => {
      silent ||= message.type === type;
      return silent ? undefined : frame;
    };
  }

  it.each([
    // Before it greets, a partner may still be reading its list, so it is given as long as it may take to come.
    ['hello', { idleSeconds: 0.5, connectSeconds: 4 }, '4 s'],
    ['inventory', { idleSeconds: 0.5, connectSeconds: 60 }, '0.5 s'],
    ['chunk', { idleSeconds: 0.5, connectSeconds: 60 }, '0.5 s'],
  ])('nothing any more instead of its %s', async (type, timeouts, says) => {
    const { told, ended, workspace, before } = await against(silentFrom(type), { timeouts });
    expectFailure(ended, 'transport/timeout', says);
    // Why one's own side stopped stays there; that it stopped is told.
    expect(told).toMatchObject({ code: 'peer/stopped', reportedBy: 'peer' });
    expect(workspace.files()).toEqual(before);
  });

  it('everything but its receipt, and leaves', async () => {
    const { told, ended, workspace, before } = await against(silentFrom('receipt'));
    expectFailure(ended, 'transport/closed');
    expect(told).toBeUndefined();
    expect(workspace.files()).toEqual(before);
  });
});
