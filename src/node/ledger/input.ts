import { createHash } from 'node:crypto';
import { concatBytes } from '../../bytes.js';
import { VesicaError } from '../../errors.js';
import type { StateTransaction, Store } from '../store/index.js';
import type { SketchKeys, SketchedList } from './row-tags.js';
import { SKETCH_BYTES, changedKeys, sketchList } from './sketch.js';

/** Hides small values at rest. `open` gives back what was sealed, or throws. */
export interface ByteCipher {
  seal(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  open(sealed: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** What the ledger knows of a party's own list. */
export interface LedgerInput {
  /** The same for the same rows in any order; 64 hexadecimal digits. */
  readonly tag: string;
  /** Of the rows, each a match key with its cell and measures. */
  readonly rows: Uint8Array;
  /** Of the match keys alone, which a list has in common with itself under another mode or other measures. */
  readonly people: Uint8Array;
}

/** Sketches a list for the ledger. */
export async function inputOf(keys: SketchKeys, list: SketchedList): Promise<LedgerInput> {
  const rows = await sketchList(keys, list);
  const hasColumns = list.cellOf !== undefined || (list.measures?.length ?? 0) > 0;
  const people = hasColumns ? await sketchList(keys, { batch: list.batch }) : rows;
  // Two lists have one sketch only when they have the same rows, as no small difference peels to nothing.
  return { rows, people, tag: createHash('sha256').update(keys.keyId).update(rows).digest('hex') };
}

/** Whose budget it is: one for each partner and lineage. */
export interface AccountKey {
  /** Id of the partner. */
  readonly partner: string;
  readonly lineage: string;
}

export interface Sketches {
  readonly keys: SketchKeys;
  readonly cipher: ByteCipher;
  /** Inputs are too alike when they differ, but in fewer match keys than this. */
  readonly nearRepeatKeys: number;
}

/**
 * Checks that an input is not almost one for which the account has spent, or is about to: the two answers together would
 * tell of the few people in which they differ. Rows are compared, and match keys alone: under another mode or with other
 * measures every row is another one, while the people are the same but for a few. An equal input is no repeat of that
 * kind, and neither are the same people with other columns; the budget counts those. Sketches that another identity of the
 * node made cannot be compared and are passed over.
 *
 * @throws VesicaError `budget/near-repeat` with field `data`.
 */
export async function requireNoNearRepeat(
  trx: StateTransaction,
  { partner, lineage }: AccountKey,
  { keys, cipher, nearRepeatKeys }: Sketches,
  input: LedgerInput,
): Promise<void> {
  const earlier = await trx
    .selectFrom('input_sketches')
    .select(['input_tag', 'sealed'])
    .where('partner_id', '=', partner)
    .where('lineage', '=', lineage)
    .where('key_id', '=', keys.keyId)
    .where('input_tag', '<>', input.tag)
    .groupBy('input_tag')
    .execute();
  for (const { sealed } of earlier) {
    const before = await opened(cipher, sealed);
    const changed = [
      changedKeys(keys, input.people, before.people),
      changedKeys(keys, input.rows, before.rows),
    ]
      .filter((count) => count !== undefined)
      .find((count) => count > 0 && count < nearRepeatKeys);
    if (changed === undefined) continue;
    throw new VesicaError(
      'budget/near-repeat',
      `the list differs in ${changed} match keys from one of ${lineage} that this partner has an answer for; ` +
        `at least ${nearRepeatKeys} must have changed`,
      { field: 'data' },
    );
  }
}

/** The two sketches of an input as they are sealed: one after the other. */
async function sealInput(cipher: ByteCipher, { rows, people }: LedgerInput): Promise<Uint8Array> {
  return cipher.seal(concatBytes(rows, people));
}

async function opened(cipher: ByteCipher, sealed: Uint8Array): Promise<Omit<LedgerInput, 'tag'>> {
  const both = await cipher.open(sealed);
  return { rows: both.subarray(0, SKETCH_BYTES), people: both.subarray(SKETCH_BYTES) };
}

/** Keeps the sketches of an entry's input, unless they are there for a cost that stays spent. */
export async function keepSketch(
  trx: StateTransaction,
  { keys, cipher }: Sketches,
  { entry, at, partner, lineage }: AccountKey & { entry: string; at: string },
  input: LedgerInput,
): Promise<void> {
  const kept = await trx
    .selectFrom('input_sketches')
    .innerJoin('ledger_entries', 'ledger_entries.id', 'input_sketches.entry_id')
    .select('input_sketches.entry_id')
    .where('input_sketches.partner_id', '=', partner)
    .where('input_sketches.lineage', '=', lineage)
    .where('input_sketches.input_tag', '=', input.tag)
    .where('ledger_entries.state', '=', 'spent')
    .executeTakeFirst();
  if (kept !== undefined) return;
  await trx
    .insertInto('input_sketches')
    .values({
      entry_id: entry,
      partner_id: partner,
      lineage,
      input_tag: input.tag,
      key_id: keys.keyId,
      sealed: await sealInput(cipher, input),
      created_at: at,
    })
    .execute();
}

/**
 * Seals every sketch anew, each on the disk before the next, so that what opens them is the cipher's key of today; how many.
 * Broken off, it is done again from the start.
 *
 * @throws VesicaError what `cipher` throws when it cannot open one; `state/unwritable`.
 */
export async function resealSketches(store: Store, cipher: ByteCipher): Promise<number> {
  const rows = await store.db.selectFrom('input_sketches').select('entry_id').orderBy('entry_id').execute();
  let count = 0;
  for (const { entry_id: entry } of rows) {
    count += await store.transaction(async (trx) => {
      const query = trx.selectFrom('input_sketches').select('sealed').where('entry_id', '=', entry);
      const row = await query.executeTakeFirst();
      // One whose reservation was released meanwhile is gone.
      if (row === undefined) return 0;
      const sealed = await cipher.seal(await cipher.open(row.sealed));
      await trx.updateTable('input_sketches').set({ sealed }).where('entry_id', '=', entry).execute();
      return 1;
    });
  }
  return count;
}
