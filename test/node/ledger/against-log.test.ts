import { expect, it } from 'vitest';
import { openNodeLedger } from '../../../src/node/ledger/index.js';
import { sql } from '../../../src/node/store/index.js';
import { ephemeralIdentity } from '../../../src/transport/index.js';
import { cost, newLedger, request, testCipher } from '../support/node-ledgers.js';
import { failure, now, openState } from '../support/states.js';
import { seededRandom } from '../../support/deterministic-random.js';

it.each([
  ['gone', sql`DELETE FROM ledger_entries`],
  ['no longer spent', sql`UPDATE ledger_entries SET state = 'reserved', spent_at = NULL`],
])('a ledger in which a cost of the log is %s is damaged', async (_, change) => {
  const [identity, cipher] = [ephemeralIdentity(), testCipher()];
  const first = await newLedger({ identity, cipher });
  await (await (await first.session()).reserve(request(1), cost('0.1'))).commit();
  const { folder, db } = first.store;
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('ledger_entries', 'input_sketches')`.execute(
    db,
  );
  for (const { name } of rows) await sql.raw(`DROP TRIGGER ${name}`).execute(db);
  await sql`PRAGMA foreign_keys = OFF`.execute(db);
  await change.execute(db);
  await first.store.close();
  const store = await openState(folder);
  const options = { identity, cipher, now, random: seededRandom(2) };
  const { code, field, message } = await failure(openNodeLedger(store, options));
  expect([code, field]).toEqual(['state/damaged', 'ledger']);
  expect(message).toContain('audit entry 1 ');
});
