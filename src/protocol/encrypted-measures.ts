import { concatBytes, wipe } from '../bytes.js';
import { draw } from '../dp/index.js';
import { VesicaError } from '../errors.js';
import {
  type ColumnKeys,
  ELEMENT_BYTES,
  columnKeys,
  decryptRows,
  discreteLogarithms,
  encryptRows,
} from '../group/index.js';
import type { CountingShape } from './counting.js';
import { coins, columnValue } from './measures.js';
import type { ModeContext, OwnList } from './mode.js';
import { IncomingStage, OutgoingStage } from './stages.js';

/** The measure party's half of encrypted sums: it encrypts its rows' values and decrypts the noisy sums. */
export interface EncryptedMeasures {
  /** This party's public keys. */
  readonly keys: OutgoingStage;
  /** The sums of all cells, which hold the cohort party's noise. */
  readonly sums: IncomingStage;
  /** A row of ciphertexts for each position: of the list's values, or of zeros for a dummy (a position past the list). */
  encrypt(positions: Uint32Array): Promise<Uint8Array>;
  /** What this party learns: for each column one sum a cell. `undefined` until `sums` is there. */
  learned(): readonly (readonly number[])[] | undefined;
  /** What it tells: the same with its own noise, column after column. */
  disclosed(): number[];
  wipe(): void;
}

/**
 * @param listIsSent - whether all of this party's list has gone out: sums that come earlier are refused.
 * @throws VesicaError (its stage) `peer/invalid-element` for a sum that is no ciphertext, `peer/wrong-count` for one
 * that no honest sum with noise can be.
 */
export function encryptedMeasures(
  context: ModeContext,
  own: OwnList,
  { cells, columns }: CountingShape,
  listIsSent: () => boolean,
): EncryptedMeasures {
  const { operations, random } = context;
  // Drawn before the first element is sent, so that the time on the wire says nothing about the noise.
  const noise = columns.map(({ mechanism }) => cells.map(() => draw(mechanism, random)));
  const pair: Promise<ColumnKeys> = columnKeys(operations, random, columns.length);
  pair.catch(() => undefined);
  const itemBytes = (columns.length + 1) * ELEMENT_BYTES;
  const received: Uint8Array[] = [];
  let ended = false;
  let learned: number[][] | undefined = columns.length === 0 ? [] : undefined;

  async function decrypt(ciphertexts: Uint8Array): Promise<number[][]> {
    const { secrets } = await pair;
    // This party's own noise goes in before the search. How long that takes then tells the other party nothing but the
    // figure that it is told anyway.
    const added = cells.flatMap((_, cell) => columns.map((__, column) => noise[column]?.[cell] ?? 0n));
    const elements = await decryptRows(operations, secrets, { ciphertexts, added });
    if (elements === undefined) {
      throw new VesicaError('peer/invalid-element', 'a sum is not a ciphertext', { field: 'sums' });
    }
    const ranges = cells.flatMap(() => columns.map(({ minimum, maximum }) => ({ minimum, maximum })));
    const found = await discreteLogarithms(operations, {
      elements,
      ranges,
      whenMissing: 'end',
      isCancelled: () => ended,
    });
    return columns.map((_, column) =>
      cells.map((__, cell) => {
        const sum = found[cell * columns.length + column];
        if (sum !== undefined) return sum - Number(noise[column]?.[cell] ?? 0n);
        throw new VesicaError('peer/wrong-count', `the sum of cell ${cell} is out of range`, {
          field: 'sums',
        });
      }),
    );
  }

  return {
    keys: new OutgoingStage(
      { stage: 'keys', items: columns.length, itemBytes: ELEMENT_BYTES },
      async () => (await pair).publicKeys,
    ),
    sums: new IncomingStage(
      { stage: 'sums', items: columns.length === 0 ? 0 : cells.length, itemBytes },
      async (chunk, from, consumed) => {
        if (!listIsSent()) {
          throw new VesicaError('peer/unexpected-message', 'sums of a list that is not sent', {
            field: 'sums',
          });
        }
        received.push(chunk.slice());
        if (from + chunk.length / itemBytes === cells.length) {
          learned = await decrypt(concatBytes(...received));
        }
        consumed();
      },
    ),
    async encrypt(positions) {
      const values = new Float64Array(positions.length * columns.length);
      // One a value, used or not, so that the bytes drawn do not depend on the values.
      const draws = columns.some(({ unit }) => unit > 1) ? coins(random, values.length) : () => 0;
      positions.forEach((position, row) => {
        columns.forEach((column, i) => {
          const quanta = own.measures?.[column.measure]?.[position] ?? 0;
          values[row * columns.length + i] = columnValue(column, quanta, draws(column.unit));
        });
      });
      const ciphertexts = await encryptRows({ operations, random }, (await pair).secrets, values);
      values.fill(0);
      return ciphertexts;
    },
    learned: () => learned,
    disclosed: () =>
      (learned ?? []).flatMap((sums, column) =>
        sums.map((sum, cell) => sum + Number(noise[column]?.[cell] ?? 0n)),
      ),
    wipe() {
      // A search for a peer that is gone would go on for as long as the ranges are.
      ended = true;
      for (const row of noise) row.fill(0n);
      pair.then(
        ({ secrets }) => wipe(secrets),
        () => undefined,
      );
    },
  };
}
