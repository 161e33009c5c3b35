import { wipe } from '../bytes.js';
import { draw } from '../dp/index.js';
import { VesicaError } from '../errors.js';
import { ELEMENT_BYTES } from '../group/index.js';
import { randomPermutation } from '../random.js';
import type { Terms } from './codec/index.js';
import type { CountResult } from './counting.js';
import { cellOffsets, countsOf, receiverMechanism, senderMechanism, unpackCounts } from './counting.js';
import { dummiesPerCell, gatherWithDummies } from './dummies.js';
import type { Inventories, ModeContext, ModeMachine, OwnList } from './mode.js';
import { randomScalar, randomScalars } from './mode.js';
import { sortRecords } from './sort-records.js';
import { IncomingStage, OutgoingStage, chunkRange } from './stages.js';
import { duplicateElement, evaluatedTags, isNew, tagLength, tagTable, tagsOf } from './tags.js';

/**
 * The party without cells: the sender of `psi-ca`, the measure party of `aggregate`.
 *
 * It sends one list in secret order: its own rows and every dummy, under its own scalar. It evaluates the other's cells
 * and gives their tags back sorted, cell by cell, so that nobody can tell whose they are; to each cell it adds the true
 * tags of d of the cell's D dummies and D - d decoys, with d secret: that is the noise on the count.
 */
export function countingSender(
  context: ModeContext,
  own: OwnList,
  { ownItems, peerItems, cells }: Inventories,
  terms: Terms,
): ModeMachine<CountResult> {
  const { operations, random, session } = context;
  const perCell = dummiesPerCell(terms, cells.length);
  const dummies = perCell * cells.length;
  const mechanism = receiverMechanism(terms, perCell);
  const ownNoise = cells.map(() => (mechanism === undefined ? 0 : Number(draw(mechanism, random))));

  const scalar = randomScalar(random);
  const order = randomPermutation(random, ownItems + dummies);
  const tagBytes = tagLength(ownItems + dummies, peerItems + dummies);
  const seen = tagTable(peerItems + dummies, tagBytes, random);
  const offsets = cellOffsets(cells, perCell);
  const tags = new Uint8Array((peerItems + dummies) * tagBytes);
  const dummyTags = new Uint8Array(dummies * tagBytes);
  // As many decoys as dummies whatever the noise is: making only the D - d that are used would tell d by the clock.
  const decoys = operations
    .multiplyBase(randomScalars(random, dummies))
    .then((elements) => tagsOf(elements, tagBytes));
  decoys.catch(() => undefined);

  const ownList = new OutgoingStage(
    { stage: 'list', items: ownItems + dummies, itemBytes: ELEMENT_BYTES },
    (index) => {
      const { from, to } = chunkRange(ownItems + dummies, index);
      return operations.blind(
        gatherWithDummies(own.batch, order.subarray(from, to), { session, perCell }),
        scalar,
      );
    },
  );
  const sortedTags = new OutgoingStage(
    { stage: 'tags', items: peerItems + dummies, itemBytes: tagBytes },
    (index) => {
      const { from, to } = chunkRange(peerItems + dummies, index);
      return Promise.resolve(tags.subarray(from * tagBytes, to * tagBytes));
    },
  ).hold();

  const remember = (
    chunk: Uint8Array,
    place: (offset: number) => void,
    stage: 'dummies' | 'elements',
  ): void => {
    for (let offset = 0; offset < chunk.length; offset += tagBytes) {
      if (!isNew(seen, chunk, offset)) throw duplicateElement(stage);
      place(offset);
    }
  };
  const peerDummies = new IncomingStage(
    { stage: 'dummies', items: dummies, itemBytes: ELEMENT_BYTES },
    async (elements, from, consumed) => {
      const chunk = evaluatedTags(await operations.evaluate(elements, scalar), tagBytes, {
        stage: 'dummies',
        from,
      });
      remember(chunk, () => undefined, 'dummies');
      dummyTags.set(chunk, from * tagBytes);
      consumed();
      await completeCellsWhenReceived();
    },
  );
  let cell = 0;
  let placed = 0;
  const peerElements = new IncomingStage(
    { stage: 'elements', items: peerItems, itemBytes: ELEMENT_BYTES },
    async (elements, from, consumed) => {
      const chunk = evaluatedTags(await operations.evaluate(elements, scalar), tagBytes, {
        stage: 'elements',
        from,
      });
      remember(
        chunk,
        (offset) => {
          while (placed >= (cells[cell]?.size ?? Infinity)) {
            cell += 1;
            placed = 0;
          }
          tags.set(chunk.subarray(offset, offset + tagBytes), ((offsets[cell] ?? 0) + placed) * tagBytes);
          placed += 1;
        },
        'elements',
      );
      consumed();
      await completeCellsWhenReceived();
    },
  );

  const received = (): boolean => peerDummies.finished && peerElements.finished;

  /** Puts the dummies and decoys behind each cell's own tags, and sorts each cell, once all of them are here. */
  async function completeCellsWhenReceived(): Promise<void> {
    if (!received()) return;
    const decoyTags = await decoys;
    for (const [index, { size }] of cells.entries()) {
      const start = offsets[index] ?? 0;
      const trueDummies = perCell / 2 + (ownNoise[index] ?? 0);
      for (let k = 0; k < perCell; k += 1) {
        const from = (index * perCell + k) * tagBytes;
        const source = k < trueDummies ? dummyTags : decoyTags;
        tags.set(source.subarray(from, from + tagBytes), (start + size + k) * tagBytes);
      }
      sortRecords(tags.subarray(start * tagBytes, (offsets[index + 1] ?? 0) * tagBytes), tagBytes);
    }
    sortedTags.open();
  }

  let counts: readonly number[] | undefined;

  return {
    incoming: [peerDummies, peerElements],
    outgoing: [sortedTags, ownList],
    nextCounts: () => undefined,
    receiveCounts: (message) => {
      if (!terms.shareResults || counts !== undefined || !received() || !sortedTags.sent || !ownList.sent) {
        throw new VesicaError('peer/unexpected-message', 'counts that are not due', { field: 'counts' });
      }
      counts = unpackCounts(message, cells.length);
    },
    get finished() {
      return (
        received() && sortedTags.finished && ownList.finished && (counts !== undefined || !terms.shareResults)
      );
    },
    result: () => ({
      kind: 'counts',
      // The receiver's counts hold our own dummies' noise too. We know it, so we take it out again.
      counts:
        counts === undefined
          ? undefined
          : countsOf(
              cells,
              counts.map((count, i) => count - (ownNoise[i] ?? 0)),
            ),
      mechanism: senderMechanism(terms),
    }),
    wipe: () => {
      wipe(scalar);
      order.fill(0);
      ownNoise.fill(0);
    },
  };
}
