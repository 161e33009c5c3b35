import { describe, expect, it } from 'vitest';
import { open, seal, type Sealing } from '../../../src/node/keys/index.js';
import type { ByteCipher } from '../../../src/node/ledger/index.js';
import type { Identity } from '../../../src/protocol/index.js';
import { ephemeralIdentity } from '../../../src/transport/index.js';
import { sealing } from '../keys/support.js';
import { listOf, rows } from '../support/lists.js';
import { cost, newLedger, request } from '../support/node-ledgers.js';
import { failure, openState } from '../support/states.js';

const CONTEXT = { purpose: 'sketch', id: 'ledger' };
const cipherOf = (own: Sealing): ByteCipher => ({
  seal: (bytes) => seal(bytes, CONTEXT, own),
  open: (sealed) => open(sealed, CONTEXT, own.keys),
});

/** The code that a ledger under these keys ends with, for a list that is almost one of before. */
async function codeUnder(
  cipher: ByteCipher,
  { folder, identity, columns = 'all' }: { folder: string; identity: Identity; columns?: 'keys' | 'all' },
): Promise<string> {
  const test = await newLedger({ store: await openState(folder), identity, cipher });
  const next = await test.session({ input: await test.ledger.input(listOf(rows(0, 1001), columns)) });
  const { code } = await failure(next.reserve(request(9), cost('0.1')));
  await test.store.close();
  return code;
}

describe('rotating the keys of sketches', () => {
  it('makes the earlier key needless', async () => {
    const identity = ephemeralIdentity();
    const first = await newLedger({ identity, cipher: cipherOf(sealing(1)) });
    const folder = first.store.folder;
    for (const size of [1000, 1200, 1400]) {
      const session = await first.session({ input: await first.people(0, size) });
      await (await session.reserve(request(1), cost('0.1'))).commit();
    }
    expect(await first.ledger.rotate()).toBe(3);
    await first.store.close();
    const place = { folder, identity };
    expect(await codeUnder(cipherOf(sealing(2)), place)).toBe('keys/wrong-key');
    expect(await codeUnder(cipherOf(sealing(2, 1)), place)).toBe('budget/near-repeat');

    const both = await newLedger({
      store: await openState(folder),
      identity,
      cipher: cipherOf(sealing(2, 1)),
    });
    expect(await both.ledger.rotate()).toBe(3);
    await both.store.close();
    expect(await codeUnder(cipherOf(sealing(2)), place)).toBe('budget/near-repeat');
    expect(await codeUnder(cipherOf(sealing(2)), { ...place, columns: 'keys' })).toBe('budget/near-repeat');
    expect(await codeUnder(cipherOf(sealing(1)), place)).toBe('keys/wrong-key');
  });

  it('changes nothing of a sketch that no key opens', async () => {
    const first = await newLedger({ identity: ephemeralIdentity(), cipher: cipherOf(sealing(1)) });
    await (await (await first.session()).reserve(request(1), cost('0.1'))).commit();
    const sketches = () => first.store.db.selectFrom('input_sketches').selectAll().execute();
    expect(await sketches()).toHaveLength(1);
    await first.store.db
      .updateTable('input_sketches')
      .set({ sealed: Buffer.alloc(200) })
      .execute();
    expect((await failure(first.ledger.rotate())).code).toMatch(/^keys\//);
    expect((await sketches())[0]?.sealed).toEqual(new Uint8Array(200));
  });
});
