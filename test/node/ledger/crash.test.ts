import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { rational } from '../../../src/dp/index.js';
import { createIdentity, loadIdentity, saveIdentity } from '../../../src/transport/index.js';
import { ACCOUNT, cost, newLedger, request } from '../support/node-ledgers.js';
import { startProcess } from '../support/processes.js';
import { addPartner, failure, newFolder, openState } from '../support/states.js';

// Runs the built program, as the tests of the command do.
const SCRIPT = fileURLToPath(new URL('../support/ledger-process.mjs', import.meta.url));
const plain = { seal: (bytes: Uint8Array) => bytes, open: (bytes: Uint8Array) => bytes };

/** The list of the script, or the same with somebody else in it. */
function people(changed: number): { batch: { types: Uint8Array; keys: Uint8Array } } {
  const keys = new Uint8Array(32 * 100);
  for (let i = 0; i < 100; i += 1) keys[32 * i] = i + 1;
  for (let i = 0; i < changed; i += 1) keys[32 * i + 1] = 1;
  return { batch: { types: new Uint8Array(100).fill(1), keys } };
}

/** A state folder with a partner, and the file of an identity. */
async function prepared(): Promise<[string, string]> {
  const [folder, identityFile] = [newFolder(), join(newFolder(), 'node.id')];
  await saveIdentity(createIdentity('node'), identityFile);
  const before = await openState(folder);
  await addPartner(before, 'acme');
  await before.close();
  return [folder, identityFile];
}

describe('a node that is killed', () => {
  it.each([
    { stage: 'open', freed: 0, spent: 0, answer: undefined },
    { stage: 'reserved', freed: 1, spent: 0, answer: undefined },
    { stage: 'committed', freed: 0, spent: 1, answer: undefined },
    { stage: 'finished', freed: 0, spent: 1, answer: '{"answer":1}' },
  ])('once it has $stage keeps what it spent and nothing else', async ({ stage, freed, spent, answer }) => {
    const [folder, identityFile] = await prepared();
    const node = startProcess(SCRIPT, folder, identityFile, stage);
    expect(await node.says()).toBe(stage);
    await node.kill();

    const store = await openState(folder);
    const identity = await loadIdentity(identityFile);
    const { ledger, audit } = await newLedger({ store, identity, cipher: plain });
    expect(ledger.freed).toBe(freed);
    expect((await audit.entries()).entries.map(({ action, detail }) => [action, detail])).toEqual(
      freed > 0 ? [['ledger.freed', { count: freed }]] : [],
    );
    const statement = await ledger.statement(ACCOUNT);
    expect(statement.spent.sessions).toBe(spent);
    expect(statement.left.epsilon).toEqual(spent > 0 ? rational(1n, 4n) : rational(1n));
    expect(await store.db.selectFrom('ledger_entries').select('state').execute()).toHaveLength(spent);

    const again = ledger.forSession({
      ...ACCOUNT,
      onUnanswered: 'charge',
      input: await ledger.input(people(0)),
    });
    expect(await again.recall(request(7))).toBe(answer);
    const alike = ledger.forSession({
      ...ACCOUNT,
      onUnanswered: 'charge',
      input: await ledger.input(people(5)),
    });
    const reserved = alike.reserve(request(8), cost('0.25'));
    if (spent > 0) expect((await failure(reserved)).code).toBe('budget/near-repeat');
    else await (await reserved).commit();
  });

  it.each([1, 5, 23])('somewhere after %i commits has not lost one that it spoke of', async (count) => {
    const [folder, identityFile] = await prepared();
    const node = startProcess(SCRIPT, folder, identityFile, 'loop');
    let told = 0;
    while (told < count) told = Number(await node.says());
    await node.kill();
    for (let line = await node.says(); line !== undefined; line = await node.says()) told = Number(line);

    const { ledger, store } = await newLedger({ store: await openState(folder), cipher: plain });
    const { spent } = await ledger.statement(ACCOUNT);
    // It may have been killed between a commit and telling of it.
    expect([told, told + 1]).toContain(spent.sessions);
    const rows = await store.db.selectFrom('ledger_entries').select('state').execute();
    expect(rows).toEqual(Array.from({ length: spent.sessions }, () => ({ state: 'spent' })));
  });
});
