import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/errors.js';
import { freePort } from './support/free-port.js';
import { addresses, csvOf } from './support/lists.js';
import {
  type Party,
  type SessionContent,
  expectFailure,
  runPair,
  startPair,
  bothEnded,
  writeParty,
} from './support/two-terminals.js';
import { VesicaProcess, vesica } from './support/vesica-process.js';
import { Workspace } from './support/workspace.js';

/** Bad input ends with a coded error on both sides, its exit code, and nothing left in the folder. */

const from = (data: SessionContent): SessionContent => ({
  data: { source: 'list.csv', identifiers: { email: 'email' }, ...data },
});

const LATIN_1 = Buffer.from('email\nann@example.com\nj\xf6rg@example.com\n', 'latin1');

interface Ending {
  readonly own: ErrorCode;
  readonly told: ErrorCode;
  /** What the message names. */
  readonly says: string;
}
const stopped = (own: ErrorCode, says: string): Ending => ({ own, told: 'peer/stopped', says });

type Case = readonly [name: string, party: Party, ending: Ending];
const CASES: readonly Case[] = [
  [
    'a missing column',
    { session: from({ identifiers: { mail: 'email' } }) },
    stopped('data/missing-column', 'mail'),
  ],
  [
    'a file that is not there',
    { session: from({ source: 'absent.csv' }) },
    stopped('data/unreadable', 'absent.csv'),
  ],
  ['a folder as file', { session: from({ source: '../shop.csv' }) }, stopped('data/unreadable', 'shop.csv')],
  ['invalid UTF-8', { csv: LATIN_1 }, stopped('data/invalid-utf8', 'line 3')],
  ['a row too wide', { csv: 'email\na@example.com,x,y\n' }, stopped('data/malformed', 'line 2')],
  [
    'a list over the limit',
    { csv: csvOf(addresses(0, 12)), session: { maxElements: 11 } },
    { own: 'limit/elements', told: 'limit/elements', says: '11' },
  ],
  [
    'less memory than the program itself takes',
    { session: { memory: { limitMiB: 100 } } },
    { own: 'limit/elements', told: 'limit/elements', says: 'memory.limitMiB is 100' },
  ],
  [
    'SQL that is none',
    { session: { data: { sql: 'selec 1', identifiers: { email: 'email' } } } },
    stopped('data/invalid-query', 'data.sql'),
  ],
  [
    'an output folder that is not there',
    { session: { output: 'absent/report.json' } },
    stopped('output/unwritable', 'absent'),
  ],
  [
    'an engine that is not here',
    { session: { engine: 'abacus' } },
    stopped('group/engine-unavailable', 'abacus'),
  ],
];

describe('one side has', () => {
  it.each(CASES)('%s', async (_, party, { own, told, says }) => {
    const workspace = new Workspace();
    const port = await freePort();
    // A folder by the name of a list, for the case that wants one.
    workspace.write('shop.csv/x', '');
    const news = writeParty(workspace, 'news', { listen: `127.0.0.1:${port}`, output: 'out.json' });
    const shop = writeParty(
      workspace,
      'shop',
      { connect: `ws://127.0.0.1:${port}`, output: 'out.json', ...party.session },
      party.csv,
    );
    const before = workspace.files();
    const responder = new VesicaProcess(['run', news, '--json']);
    await responder.says('waiting for the partner to connect');
    const initiator = await vesica('run', shop, '--json');
    expectFailure(initiator, own, says);
    expectFailure(await responder.ended, told);
    expect(workspace.files()).toEqual(before);
  });

  it('bad data, and listens', async () => {
    const terminals = await startPair({
      first: 'initiator',
      initiator: { session: { output: 'audience.csv' } },
      responder: { csv: 'other\nx\n' },
    });
    const ended = await bothEnded(terminals);
    expectFailure(ended.responder, 'data/missing-column', 'email');
    expectFailure(ended.initiator, 'peer/stopped');
    expect(terminals.workspace.files('shop')).toEqual(['list.csv', 'session.yaml']);
  });
});

describe('a partner', () => {
  const impatient = { timeouts: { connectSeconds: 0.5 } };

  it('who is not there', async () => {
    const workspace = new Workspace();
    const port = await freePort();
    const calling = writeParty(workspace, 'shop', { connect: `ws://127.0.0.1:${port}`, ...impatient });
    const waiting = writeParty(workspace, 'news', { listen: `127.0.0.1:${port + 1}`, ...impatient });
    const [caller, waiter] = await Promise.all([vesica('run', calling), vesica('run', waiting)]);
    expectFailure(caller, 'transport/unreachable', String(port));
    expectFailure(waiter, 'transport/timeout', '0.5 s');
    expect(workspace.files()).toHaveLength(4);
  });

  const WRONG = `sha256:${'0'.repeat(64)}`;
  // The listener goes on waiting for the right partner, so it ends with its own deadline.
  const listens = { timeouts: { connectSeconds: 4 } };

  it('whose key the initiator does not know', async () => {
    const { ended } = await runPair({
      tls: { initiatorExpects: WRONG },
      first: 'initiator',
      responder: { session: listens },
    });
    expectFailure(ended.initiator, 'transport/wrong-peer', 'sha256');
    expectFailure(ended.responder, 'transport/timeout');
  });

  it('whose key the responder does not know', async () => {
    const { ended } = await runPair({
      tls: { responderExpects: WRONG },
      first: 'initiator',
      responder: { session: listens },
    });
    expectFailure(ended.initiator, 'transport/wrong-peer');
    expectFailure(ended.responder, 'transport/timeout');
    expect(ended.responder.stderr).toContain('refused a connection');
    expect(ended.responder.stderr).toContain('transport/wrong-peer');
  });

  it('who wants to listen on the same port', async () => {
    const workspace = new Workspace();
    const port = await freePort();
    const listening = writeParty(workspace, 'news', { listen: `127.0.0.1:${port}` });
    const first = new VesicaProcess(['run', listening]);
    await first.says('waiting for the partner to connect');
    expectFailure(await vesica('run', listening), 'transport/address-in-use', String(port));
    first.signal('SIGINT');
    expectFailure(await first.ended, 'session/cancelled');
  });

  it('for whom plain ws would leave this machine', async () => {
    const workspace = new Workspace();
    const session = writeParty(workspace, 'shop', { connect: 'ws://192.0.2.1:7701' });
    expectFailure(await vesica('run', session), 'config/insecure-transport');
  });
});

describe('a command line that makes no sense', () => {
  it.each(['fly', 'run', 'run --no-such-option x', 'data check x.csv', 'demo --party nobody'])(
    'vesica %s',
    async (parameters) => {
      const ended = await vesica(...parameters.split(' '));
      expect(ended.code).toBe(2);
      expect(ended.stdout).toBe('');
      expect(ended.stderr).toMatch(/^error(:| config\/invalid:)/);
      expect(ended.stderr).not.toMatch(/^\s+at\s/m);
    },
  );
});
