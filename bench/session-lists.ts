import { createHash } from 'node:crypto';
import { keyTypeCode } from 'vesica/group';
import type { Inventory, OwnList, Terms } from 'vesica/protocol';
import { NO_ARMS } from 'vesica/protocol';
import { benchTerms } from './terms.js';

/** What a session benchmark runs. Both parties make their lists from it, so no list is read or sent. */
export interface SessionSetting {
  readonly mode: 'psi' | 'psi-ca' | 'aggregate';
  /** Keys of the receiver or cohort party, and of its partner. */
  readonly size: number;
  readonly peerSize: number;
  /** Share of the smaller list that the other has too. */
  readonly overlap: number;
  readonly cells: number;
  /** Columns of encrypted sums. */
  readonly measures: number;
  readonly engine: string | null;
  readonly threads: number;
  /** What each party may take in memory; tags that do not fit go to disk. No limit unless told. */
  readonly memoryMiB?: number;
}

/** Most that one person adds to a measure of the benchmark, in quanta. */
const BOUND = 10_000;

export function termsOf({ mode, measures }: SessionSetting): Terms {
  return benchTerms({
    mode,
    initiatorRole: mode === 'aggregate' ? 'cohorts' : 'receiver',
    disclosure: mode === 'psi' ? 'rows' : 'dp',
    measures: Array.from({ length: measures }, (_, i) => ({
      name: `measure ${i + 1}`,
      quantum: '0.01',
      bound: '100',
      statistic: 'sum',
    })),
  });
}

/**
 * The list of the initiator (it starts at person 0) or of the responder (it starts where the overlap begins). A person's
 * key is the SHA-256 of a number, the cell and the values follow from it.
 */
export function listOf(
  setting: SessionSetting,
  side: 'initiator' | 'responder',
): { readonly list: OwnList; readonly inventory: Inventory } {
  const { mode, size, peerSize, overlap, cells, measures } = setting;
  const common = Math.round(overlap * Math.min(size, peerSize));
  const own = side === 'initiator' ? size : peerSize;
  const first = side === 'initiator' ? 0 : size - common;
  const keys = new Uint8Array(32 * own);
  for (let i = 0; i < own; i += 1) {
    keys.set(
      createHash('sha256')
        .update(`person ${first + i}`)
        .digest(),
      32 * i,
    );
  }
  const email = keyTypeCode('email');
  const batch = { types: new Uint8Array(own).fill(email), keys };
  const empty = { dimensions: [], arms: NO_ARMS, cells: [] };
  if (mode !== 'aggregate') return { list: { batch }, inventory: { size: own, ...empty } };
  if (side === 'responder') {
    const columns = Array.from({ length: measures }, (_, m) =>
      Float64Array.from({ length: own }, (__, i) => ((first + i) * (m + 7)) % (BOUND + 1)),
    );
    return { list: { batch, measures: columns }, inventory: { size: own, ...empty } };
  }
  const cellOf = Uint32Array.from({ length: own }, (_, i) => i % cells);
  const inventory = {
    size: own,
    dimensions: ['cell'],
    arms: NO_ARMS,
    cells: Array.from({ length: cells }, (_, cell) => ({
      size: Math.floor((own - cell + cells - 1) / cells),
      label: [`cell ${cell}`],
    })),
  };
  return { list: { batch, cellOf }, inventory };
}
