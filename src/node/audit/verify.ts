import type { AuditCheckpointRow, AuditEntryRow, StateDatabase, Store } from '../store/index.js';
import { GENESIS, digestOf } from './chain.js';
import { isSigned, type AuditCheckpoint } from './checkpoint.js';
import { explain, type AuditFault, type Finding } from './explain.js';
import { rowAt, rowsUpTo } from './rows.js';

/** Whether the log is as it was written; if not, what was done to which entry first. */
export type AuditVerdict =
  | { readonly ok: true; readonly entries: number; readonly checkpoints: number }
  | {
      readonly ok: false;
      readonly fault: AuditFault;
      /**
       * The first entry that was changed, removed, moved or put in, or that a checkpoint speaks of. Where the entries
       * were written anew with sound digests, the first after the last checkpoint that still holds.
       */
      readonly sequence: number;
      readonly message: string;
    };

export interface VerifyOptions {
  /** Public keys, in hexadecimal, that may have signed. */
  readonly keys: ReadonlySet<string>;
  /** A checkpoint that was kept elsewhere. */
  readonly against: AuditCheckpoint | undefined;
}

/** What is there at one moment; entries that come later are not looked at. */
interface Snapshot {
  readonly checkpoints: readonly AuditCheckpointRow[];
  readonly last: number;
}

/** Walks the log from its start. */
export async function verifyLog(store: Store, { keys, against }: VerifyOptions): Promise<AuditVerdict> {
  const given = against && { kind: 'kept' as const, ...against };
  if (given !== undefined && !isSigned(given, keys)) {
    return broken(
      { fault: 'checkpoint', sequence: given.sequence },
      'the checkpoint given is not of this node',
    );
  }
  const { checkpoints, last } = await store.transaction(snapshot);
  const signed = checkpoints.filter((checkpoint) => isSigned(checkpoint, keys));
  const marks = given === undefined ? signed : [...signed, given];
  const finding = await walk(store.db, { marks, checkpoints, last });
  if (finding !== undefined) return broken(finding);
  const forged = checkpoints.find((checkpoint) => !signed.includes(checkpoint));
  if (forged !== undefined) return broken({ fault: 'checkpoint', sequence: forged.sequence });
  const head = checkpoints.find(({ kind }) => kind === 'head');
  if (last > (head?.sequence ?? 0)) {
    // Without a head there is no telling which entries are genuine, so the head itself is at fault.
    return head === undefined
      ? broken({ fault: 'checkpoint', sequence: last })
      : broken({ fault: 'inserted', sequence: head.sequence + 1 });
  }
  return { ok: true, entries: last, checkpoints: checkpoints.length - (head === undefined ? 0 : 1) };
}

async function snapshot(trx: StateDatabase): Promise<Snapshot> {
  const checkpoints = await trx.selectFrom('audit_checkpoints').selectAll().orderBy('sequence').execute();
  const entries = await trx
    .selectFrom('audit_entries')
    .select(({ fn }) => fn.max('sequence').as('last'))
    .executeTakeFirst();
  return { checkpoints, last: (entries?.last as number | null | undefined) ?? 0 };
}

interface Walk extends Snapshot {
  /** Checkpoints whose signatures are good. */
  readonly marks: readonly AuditCheckpoint[];
}

async function walk(db: StateDatabase, { marks, checkpoints, last }: Walk): Promise<Finding | undefined> {
  const vouched = new Map(marks.map(({ sequence, digest }) => [sequence, digest]));
  const kept = new Set(checkpoints.flatMap(({ kind, sequence }) => (kind === 'kept' ? [sequence] : [])));
  const covered = Math.max(0, ...marks.map(({ sequence }) => sequence));
  let before: readonly [string, string] = ['', GENESIS];
  let sequence = 0;
  let trusted = 0;
  for await (const row of rowsUpTo(db, last)) {
    sequence += 1;
    if (row.sequence !== sequence) {
      return { fault: row.sequence > sequence ? 'removed' : 'inserted', sequence };
    }
    if (row.previous !== before[1] || digestOf(row) !== row.digest) {
      const highest = Math.max(last, covered) + 1;
      return explain(db, { row, before, last: highest, vouched: vouched.get(sequence) });
    }
    const other = marks.find((mark) => mark.sequence === sequence && mark.digest !== row.digest);
    if (other !== undefined) {
      return disagreement(row, {
        vouched: other.digest,
        before: before[1],
        trusted,
        next: await rowAt(db, sequence + 1),
      });
    }
    if (vouched.has(sequence)) trusted = sequence;
    if (isCheckpoint(row) !== kept.has(sequence)) return { fault: 'checkpoint', sequence };
    before = [before[1], row.digest];
  }
  return covered > sequence ? { fault: 'truncated', sequence: sequence + 1 } : undefined;
}

/** A row that fits the one before it, and not the checkpoint: it alone is forged when the next one shows what was here. */
function disagreement(
  { sequence }: AuditEntryRow,
  place: { vouched: string; before: string; trusted: number; next: AuditEntryRow | undefined },
): Finding {
  const follows = place.next?.previous;
  if (follows === place.before) return { fault: 'inserted', sequence };
  return { fault: 'changed', sequence: follows === place.vouched ? sequence : place.trusted + 1 };
}

function isCheckpoint({ action }: AuditEntryRow): boolean {
  return action === 'audit.checkpoint';
}

const MESSAGES: Readonly<Record<AuditFault, (sequence: number) => string>> = {
  changed: (sequence) => `entry ${sequence} was changed`,
  removed: (sequence) => `entry ${sequence} was removed`,
  reordered: (sequence) => `entry ${sequence} is not where it was written`,
  inserted: (sequence) => `entry ${sequence} was put in`,
  truncated: (sequence) => `the log was cut off before entry ${sequence}`,
  checkpoint: (sequence) => `the checkpoint at entry ${sequence} is missing, put in or not of this node`,
};

function broken(finding: Finding, message = MESSAGES[finding.fault](finding.sequence)): AuditVerdict {
  return { ok: false, ...finding, message };
}
