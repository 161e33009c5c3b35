import { concatBytes } from '../bytes.js';
import { draw } from '../dp/index.js';
import { VesicaError } from '../errors.js';
import { ELEMENT_BYTES, addAndRerandomise, firstInvalid } from '../group/index.js';
import type { CountingShape } from './counting.js';
import type { ModeContext } from './mode.js';
import { IncomingStage, OutgoingStage, chunkRange } from './stages.js';
import { invalidElement } from './tags.js';

/** The cohort party's half of encrypted sums: it adds ciphertexts it cannot read. */
export interface CellSums {
  /** The measure party's public keys, one a column. */
  readonly keys: IncomingStage;
  /** The sums of all cells, with this party's noise, for the measure party to decrypt; held until `close`. */
  readonly outgoing: OutgoingStage;
  /** Adds one row of ciphertexts for each entry of `cellOfRow`; `from` is the first row's place in the list. */
  add(ciphertexts: Uint8Array, cellOfRow: Uint32Array, from: number): Promise<void>;
  /** No more rows: puts this party's noise into every sum and lets them go. */
  close(): Promise<void>;
  /** The measure party's answer, column after column, without this party's own noise. */
  withoutOwnNoise(answer: readonly number[]): number[][];
  wipe(): void;
}

const ONE = Uint8Array.of(1, ...new Uint8Array(31));

/**
 * Refuses sums that no honest party can tell: outside the range in which sums with both parties' noise lie.
 *
 * @throws VesicaError `peer/wrong-count`.
 */
export function requireSumsInRange({ cells, columns }: CountingShape, sums: readonly number[]): number[] {
  return sums.map((sum, i) => {
    const column = columns[Math.floor(i / cells.length)];
    if (column !== undefined && sum >= column.minimum && sum <= column.maximum) return sum;
    throw new VesicaError('peer/wrong-count', `figure ${i} is out of the range of its column`, {
      field: 'figures',
    });
  });
}

/** @throws VesicaError (its methods) `peer/invalid-element` for a ciphertext or key that is no group element. */
export function cellSums(context: ModeContext, { cells, columns }: CountingShape): CellSums {
  const { operations, random } = context;
  const width = columns.length + 1;
  // One more group takes the rows that match no cell, so that every row is added somewhere: leaving rows out would tell
  // the other party, by the clock, how many of a chunk matched. (How many cells a chunk touches still shows a little.)
  const groups = cells.length + 1;
  // Drawn before the first element is sent, so that the time on the wire says nothing about the noise.
  const noise = cells.map(() => columns.map(({ mechanism }) => draw(mechanism, random)));
  let publicKeys = new Uint8Array(0);
  let running = new Uint8Array(columns.length === 0 ? 0 : groups * width * ELEMENT_BYTES);
  let answer = new Uint8Array(0);

  const shape = {
    stage: 'sums',
    items: columns.length === 0 ? 0 : cells.length,
    itemBytes: width * ELEMENT_BYTES,
  } as const;
  const keys = new IncomingStage(
    { stage: 'keys', items: columns.length, itemBytes: ELEMENT_BYTES },
    async (chunk, _, consumed) => {
      // Now, and not when they are used: by then this party's cost is spent.
      const { validity } = await operations.evaluate(chunk, ONE);
      const invalid = firstInvalid(validity, columns.length);
      if (invalid >= 0) throw invalidElement('keys', invalid);
      publicKeys = chunk.slice();
      consumed();
    },
  );
  const outgoing = new OutgoingStage(shape, (index) => {
    const { from, to } = chunkRange(shape, index);
    return Promise.resolve(answer.subarray(from * shape.itemBytes, to * shape.itemBytes));
  }).hold();

  return {
    keys,
    outgoing,
    async add(ciphertexts, cellOfRow, from) {
      if (columns.length === 0) return;
      keys.requireFinishedBefore('list');
      const groupOf = Uint32Array.from({ length: groups + cellOfRow.length }, (_, i) =>
        i < groups ? i : (cellOfRow[i - groups] ?? 0),
      );
      const { sums, validity } = await operations.sum(
        concatBytes(running, ciphertexts),
        width,
        groupOf,
        groups,
      );
      const invalid = firstInvalid(validity, groupOf.length);
      if (invalid >= 0) throw invalidElement('list', from + invalid - groups);
      running = new Uint8Array(sums);
    },
    async close() {
      if (columns.length === 0) return;
      const own = running.subarray(0, cells.length * shape.itemBytes);
      const noisy = await addAndRerandomise({ operations, random }, publicKeys, {
        ciphertexts: own,
        values: noise.flat(),
      });
      if (noisy === undefined) {
        throw new VesicaError('peer/invalid-element', 'a public key is not a group element', {
          field: 'keys',
        });
      }
      answer = new Uint8Array(noisy);
      outgoing.open();
    },
    withoutOwnNoise: (values) =>
      columns.map((_, column) =>
        cells.map(
          (__, cell) => (values[column * cells.length + cell] ?? 0) - Number(noise[cell]?.[column] ?? 0n),
        ),
      ),
    wipe() {
      for (const row of noise) row.fill(0n);
    },
  };
}
