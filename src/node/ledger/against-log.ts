import { VesicaError } from '../../errors.js';
import { sql, type Store } from '../store/index.js';

/**
 * Checks that every cost which the audit log tells of is still spent in the ledger: a ledger that shows less would let a
 * partner learn it again. The log itself is signed; that it was put back together with the ledger is not seen here.
 *
 * @throws VesicaError `state/damaged` with field `ledger`, naming the first entry that is missing.
 */
export async function requireAllSpent({ db, folder }: Store): Promise<void> {
  const { rows } = await sql<{ sequence: number; entry: string }>`
    SELECT sequence, json_extract(detail, '$.entry') AS entry FROM audit_entries
    WHERE action = 'ledger.spent'
      AND NOT EXISTS (
        SELECT 1 FROM ledger_entries
        WHERE ledger_entries.id = json_extract(audit_entries.detail, '$.entry') AND ledger_entries.state = 'spent'
      )
    ORDER BY sequence LIMIT 1`.execute(db);
  const [missing] = rows;
  if (missing === undefined) return;
  throw new VesicaError(
    'state/damaged',
    `the state in ${folder}: audit entry ${missing.sequence} tells of a cost, ledger entry ${missing.entry}, that the ledger ` +
      'does not have any more',
    { field: 'ledger' },
  );
}
