import type { AuditEntryRow, StateDatabase } from '../store/index.js';

const BATCH_ROWS = 1000;

/** All entries up to a sequence number, in its order, a batch at a time. */
export async function* rowsUpTo(db: StateDatabase, last: number): AsyncGenerator<AuditEntryRow> {
  let after: number | undefined;
  for (;;) {
    let query = db.selectFrom('audit_entries').selectAll().where('sequence', '<=', last);
    if (after !== undefined) query = query.where('sequence', '>', after);
    const rows = await query.orderBy('sequence').limit(BATCH_ROWS).execute();
    yield* rows;
    after = rows.at(-1)?.sequence;
    if (rows.length < BATCH_ROWS) return;
  }
}

/** The entry with a sequence number. */
export function rowAt(db: StateDatabase, sequence: number): Promise<AuditEntryRow | undefined> {
  return db.selectFrom('audit_entries').selectAll().where('sequence', '=', sequence).executeTakeFirst();
}
