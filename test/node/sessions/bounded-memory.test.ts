import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionAsk, SessionView } from '../../../src/node/index.js';
import { KillableNode } from '../crash/support/killable-node.js';
import { AGREEMENT, OPERATOR } from '../support/nodes.js';

/**
 * Two nodes in processes of their own, and what those take. The publisher's list is long and the advertiser's short, so
 * that lists and not curve operations are what fifty sessions are made of; most of them repeat a request whose answer
 * both sides keep, which takes the memory for the list and no curve operation at all.
 */

const MEMORY_MIB = 192;
const KEYS = { publisher: 60_000, advertiser: 1_000 };
const SESSIONS = 50;
const ENDED = ['done', 'failed', 'rejected', 'cancelled', 'expired'] as const;
const PSI: SessionAsk = { mode: 'psi', purpose: 'audience' };
const COUNT: SessionAsk = { mode: 'psi-ca', purpose: 'audience', epsilon: '2' };
const ROLES = { publisher: 'sender', advertiser: 'receiver' } as const;
const uses = [
  { mode: 'psi', roles: ROLES },
  { mode: 'psi-ca', roles: ROLES },
];

type Name = keyof typeof KEYS;
interface Party {
  readonly node: KillableNode;
  agreement: string;
  dataset: string;
}

const folders: string[] = [];

function partyOf(name: Name): Party & { readonly source: string } {
  const folder = mkdtempSync(join(tmpdir(), 'vesica-bounded-'));
  folders.push(folder);
  const source = join(folder, 'list.csv');
  const lines = Array.from({ length: KEYS[name] }, (_, i) => `person${i}@example.com`);
  writeFileSync(source, ['email', ...lines, ''].join('\n'));
  const limits = { openSessions: 2 * SESSIONS, runningSessions: SESSIONS, memoryMiB: MEMORY_MIB };
  const node = new KillableNode(name, {}, { dataFolders: [folder], limits, threads: 1 });
  return { node, source, agreement: '', dataset: '' };
}

describe('fifty sessions at once, whose lists together are larger than the memory', () => {
  const parties = { publisher: partyOf('publisher'), advertiser: partyOf('advertiser') };
  const { publisher, advertiser } = parties;
  const both = [publisher, advertiser];

  async function run(by: Party, ask: SessionAsk): Promise<SessionView> {
    const request = { agreement: by.agreement, dataset: by.dataset, ask };
    const { id } = await by.node.call('sessions', 'create', request, OPERATOR);
    return by.node.until(id, ENDED);
  }

  beforeAll(async () => {
    await Promise.all(both.map(({ node }) => node.start()));
    const prints = {
      publisher: (await publisher.node.info()).fingerprint,
      advertiser: (await advertiser.node.info()).fingerprint,
    };
    for (const name of ['publisher', 'advertiser'] as const) {
      const party = parties[name];
      const other = name === 'publisher' ? 'advertiser' : 'publisher';
      const { node } = party;
      const reached = { name: other, fingerprint: prints[other], address: parties[other].node.url };
      const { id: partner } = await node.call('partners', 'add', reached, OPERATOR);
      const data = { source: party.source, identifiers: { email: { type: 'email' } }, profile: 'uid2' };
      const definition = { name: 'list', lineage: 'people', role: ROLES[name], data };
      party.dataset = (await node.call('datasets', 'define', definition, OPERATOR)).id;
      const terms = { ...AGREEMENT, uses, measures: [], parties: prints };
      const asked = { partner, terms, approval: 'automatic', datasets: [party.dataset] };
      const { id } = await node.call('agreements', 'create', asked, OPERATOR);
      party.agreement = (await node.call('agreements', 'activate', id, OPERATOR)).id;
    }
  });

  afterAll(async () => {
    await Promise.all(both.map(({ node }) => node.remove()));
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('all finish, and no node takes more than its configuration says', async () => {
    // The first ones read the lists, make the answers that are repeated, and grow what a process takes once.
    for (const by of both) expect(await run(by, COUNT)).toMatchObject({ state: 'done', error: null });
    const before = await Promise.all(both.map(({ node }) => node.memory()));
    const grownMiB = async (): Promise<number> => {
      const after = await Promise.all(both.map(({ node }) => node.memory()));
      return Math.max(...after.map(({ most }, i) => (most - before[i]!.now) / 2 ** 20));
    };
    const load = { isOver: false };
    const all = Promise.all(
      Array.from({ length: SESSIONS }, (_, i) => run(both[i % 2]!, i % 25 < 2 ? PSI : COUNT)),
    ).finally(() => (load.isOver = true));
    all.catch(() => undefined);
    // Not only at the end: without a bound the machine may be out of memory before.
    while (!load.isOver) {
      expect(await grownMiB()).toBeLessThan(MEMORY_MIB);
      await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 200))]);
    }
    const ends = await all;
    expect(ends.filter(({ state }) => state !== 'done').map(({ error }) => error)).toEqual([]);
    expect(await grownMiB()).toBeLessThan(MEMORY_MIB);
    for (const { node } of both) expect(await node.defects()).toEqual([]);
  });
});
