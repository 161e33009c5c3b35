import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/protocol/index.js';
import { freePort } from './support/free-port.js';
import {
  type PairOptions,
  bothEnded,
  expectFailure,
  reportOf,
  startPair,
  writeParty,
} from './support/two-terminals.js';
import { VesicaProcess } from './support/vesica-process.js';
import { Workspace } from './support/workspace.js';

/** A session that is cut off in the middle: the first elements of the initiator never arrive. */

const isChunk = (message: Message): boolean => message.type === 'chunk';
const OUTPUTS: PairOptions = {
  record: true,
  initiator: { session: { output: 'audience.csv' } },
  responder: { session: { output: 'audience.parquet' } },
};
const NOTHING_LEFT = ['news/list.csv', 'news/session.yaml', 'shop/list.csv', 'shop/session.yaml'];

async function midSession(options: PairOptions = {}) {
  const terminals = await startPair({ ...OUTPUTS, ...options });
  await terminals.proxy.hold('initiator', isChunk);
  return terminals;
}

describe('in the middle of a session', () => {
  it.each([
    ['Ctrl-C', 'SIGINT', 'initiator'],
    ['Ctrl-C', 'SIGINT', 'responder'],
    ['SIGTERM', 'SIGTERM', 'initiator'],
  ] as const)('%s (%s) on the %s ends both sides', async (_, signal, side) => {
    const terminals = await midSession();
    terminals[side].signal(signal);
    await terminals.proxy.seen(({ message }) => message.type === 'abort');
    terminals.proxy.release('initiator');
    const ended = await bothEnded(terminals);
    const other = side === 'initiator' ? 'responder' : 'initiator';
    expectFailure(ended[side], 'session/cancelled', 'cancelled on this side');
    expectFailure(ended[other], 'session/cancelled', 'told by the partner');
    expect(terminals.workspace.files()).toEqual(NOTHING_LEFT);
  });

  it('a partner that dies is noticed at once', async () => {
    const terminals = await midSession();
    terminals.initiator.signal('SIGKILL');
    terminals.proxy.release('initiator');
    expectFailure(await terminals.responder.ended, 'transport/closed');
    expect(terminals.workspace.files()).toEqual(NOTHING_LEFT);
  });

  const impatient: PairOptions = {
    responder: {
      session: { output: 'audience.parquet', timeouts: { idleSeconds: 0.5, connectSeconds: 90 } },
    },
  };

  it('a partner that freezes for ever is given up', async () => {
    const terminals = await midSession(impatient);
    terminals.initiator.signal('SIGSTOP');
    expectFailure(await terminals.responder.ended, 'transport/timeout', '0.5 s');
    expect(terminals.workspace.files()).toEqual(NOTHING_LEFT);
  });

  it('a partner that freezes too long learns it when it wakes', async () => {
    const terminals = await midSession(impatient);
    terminals.initiator.signal('SIGSTOP');
    await terminals.proxy.seen(({ from, message }) => from === 'responder' && message.type === 'abort');
    terminals.initiator.signal('SIGCONT');
    terminals.proxy.release('initiator');
    const ended = await bothEnded(terminals);
    expectFailure(ended.initiator, 'peer/stopped');
    expectFailure(ended.responder, 'transport/timeout');
    expect(terminals.workspace.files()).toEqual(NOTHING_LEFT);
  });

  it('a pause shorter than the deadline harms nothing', async () => {
    const terminals = await midSession();
    terminals.initiator.signal('SIGSTOP');
    terminals.proxy.release('initiator');
    await terminals.proxy.seen(({ from, message }) => from === 'responder' && message.type === 'ack');
    terminals.initiator.signal('SIGCONT');
    const ended = await bothEnded(terminals);
    expect(reportOf(ended.initiator).matchedKeys).toBe(2);
    expect(reportOf(ended.responder).matchedKeys).toBe(2);
  });
});

describe('before a session', () => {
  it.each(['connect', 'listen'])('Ctrl-C ends a side that waits (%s)', async (how) => {
    const workspace = new Workspace();
    const port = await freePort();
    const meeting =
      how === 'listen' ? { listen: `127.0.0.1:${port}` } : { connect: `ws://127.0.0.1:${port}` };
    const path = writeParty(workspace, 'shop', { ...meeting, output: 'audience.csv' });
    const waiting = new VesicaProcess(['run', path]);
    await waiting.says('waiting for the partner');
    waiting.signal('SIGINT');
    expectFailure(await waiting.ended, 'session/cancelled');
    expect(workspace.files()).toEqual(['shop/list.csv', 'shop/session.yaml']);
  });
});
