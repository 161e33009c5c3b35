import type { AuditEntryRow, StateDatabase } from '../store/index.js';
import { digestOf } from './chain.js';
import { rowAt } from './rows.js';

/** What was done to the log. */
export type AuditFault = 'changed' | 'removed' | 'reordered' | 'inserted' | 'truncated' | 'checkpoint';

/** The first entry that is not as it was written. */
export interface Finding {
  readonly fault: AuditFault;
  readonly sequence: number;
}

/** A row that does not follow from the one before it. */
export interface Break {
  readonly row: AuditEntryRow;
  /** Digests of the two entries before it. */
  readonly before: readonly [string, string];
  /** No entry had a higher sequence number. */
  readonly last: number;
  /** Digest that a signature vouches for at this sequence number. */
  readonly vouched: string | undefined;
}

/**
 * Names what was done, from what the digests still tell: a row that was moved fits its digest under its own sequence
 * number only, and names the entry that it used to follow.
 */
export async function explain(db: StateDatabase, { row, before, last, vouched }: Break): Promise<Finding> {
  const { sequence } = row;
  const own = ownSequence(row, last);
  const next = await rowAt(db, sequence + 1);
  if (own === undefined) {
    const isExtra = next?.previous === before[1];
    return { fault: isExtra ? 'inserted' : 'changed', sequence };
  }
  if (own === sequence) {
    // The row is whole but names another one before it: whichever of the two was written anew is the changed one.
    const isGenuine = row.digest === (vouched ?? next?.previous);
    return { fault: 'changed', sequence: isGenuine && sequence > 1 ? sequence - 1 : sequence };
  }
  if (own < sequence) {
    return row.previous === before[0]
      ? { fault: 'inserted', sequence: sequence - 1 }
      : { fault: 'reordered', sequence };
  }
  const predecessor = await db
    .selectFrom('audit_entries')
    .select('sequence')
    .where('digest', '=', row.previous)
    .executeTakeFirst();
  return { fault: predecessor === undefined ? 'removed' : 'reordered', sequence };
}

/** The sequence number under which the row fits its digest. */
function ownSequence(row: AuditEntryRow, last: number): number | undefined {
  if (digestOf(row) === row.digest) return row.sequence;
  for (let sequence = 1; sequence <= last; sequence += 1) {
    if (digestOf({ ...row, sequence }) === row.digest) return sequence;
  }
  return undefined;
}
