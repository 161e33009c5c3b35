import { wipe } from '../bytes.js';
import { draw } from '../dp/index.js';
import { allocateBytes } from '../growing.js';
import { ELEMENT_BYTES, randomScalar, randomScalars } from '../group/index.js';
import { randomPermutation } from '../random.js';
import type { Terms } from './codec/index.js';
import type { CountResult } from './counting.js';
import { countResult, countingShape, packFigures, receiverMechanism, unpackFigures } from './counting.js';
import { distinctTags } from './distinct-tags.js';
import { gatherWithDummies } from './dummies.js';
import { encryptedMeasures } from './encrypted-measures.js';
import type { Inventories, ModeContext, ModeMachine, OwnList } from './mode.js';
import { unexpectedFigures } from './mode.js';
import { sortRecords } from './sort-records.js';
import { IncomingStage, OutgoingStage, chunkRange } from './stages.js';
import { evaluatedTags, tagsOf } from './tags.js';
import type { Side } from './transcript.js';

/**
 * The party without cells: the sender of `psi-ca`, the measure party of `aggregate`.
 *
 * It evaluates the other's cells and gives their tags back sorted, cell by cell, so that nobody can tell whose they are;
 * to each cell it adds the true tags of d of the cell's D dummies and D - d decoys, with d secret: that is the noise on
 * the count. Then it sends one list in secret order: its own rows and every dummy, under its own scalar, with measures
 * each with ciphertexts of its values. It decrypts the sums that come back, and tells them with its own noise.
 */
export function countingSender(
  context: ModeContext,
  own: OwnList,
  inventories: Inventories,
  { terms, side }: { readonly terms: Terms; readonly side: Side },
): ModeMachine<CountResult> {
  const { operations, random, session } = context;
  const { peerItems } = inventories;
  const shape = countingShape(terms, inventories, false);
  const { cells, perCell, dummies, offsets, columns, tagBytes } = shape;
  const mechanism = receiverMechanism(terms);
  const ownNoise = cells.map(() => (mechanism === undefined ? 0 : Number(draw(mechanism, random))));
  const measures = encryptedMeasures(context, own, shape, () => ownList.sent);

  const scalar = randomScalar(random);
  const order = randomPermutation(random, shape.listItems);
  const seen = distinctTags(context, peerItems + dummies, tagBytes);
  const tags = allocateBytes((peerItems + dummies) * tagBytes);
  const dummyTags = new Uint8Array(dummies * tagBytes);
  // As many decoys as dummies whatever the noise is: making only the D - d that are used would tell d by the clock.
  const decoys = operations
    .multiplyBase(randomScalars(random, dummies))
    .then((elements) => tagsOf(elements, tagBytes));
  decoys.catch(() => undefined);

  const listShape = { stage: 'list', items: shape.listItems, itemBytes: shape.listItemBytes } as const;
  const ownList: OutgoingStage = new OutgoingStage(listShape, async (index) => {
    const { from, to } = chunkRange(listShape, index);
    const positions = order.subarray(from, to);
    const elements = operations.blind(gatherWithDummies(own.batch, positions, { session, perCell }), scalar);
    if (columns.length === 0) return elements;
    return joinRows(await elements, await measures.encrypt(positions));
  }).hold();
  const tagShape = { stage: 'tags', items: peerItems + dummies, itemBytes: tagBytes } as const;
  const sortedTags = new OutgoingStage(tagShape, (index) => {
    const { from, to } = chunkRange(tagShape, index);
    return Promise.resolve(tags.subarray(from * tagBytes, to * tagBytes));
  })
    .hold()
    // The receiver adds up what it finds as the list comes in, so it needs its tags first.
    .whenSent(() => ownList.open());

  const peerDummies = new IncomingStage(
    { stage: 'dummies', items: dummies, itemBytes: ELEMENT_BYTES },
    async (elements, from, consumed) => {
      const chunk = evaluatedTags(await operations.evaluate(elements, scalar), tagBytes, {
        stage: 'dummies',
        from,
      });
      await seen.add(chunk, 'dummies');
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
      await seen.add(chunk, 'elements');
      for (let offset = 0; offset < chunk.length; offset += tagBytes) {
        while (placed >= (cells[cell]?.size ?? Infinity)) {
          cell += 1;
          placed = 0;
        }
        tags.set(chunk.subarray(offset, offset + tagBytes), ((offsets[cell] ?? 0) + placed) * tagBytes);
        placed += 1;
      }
      consumed();
      await completeCellsWhenReceived();
    },
  );

  const received = (): boolean => peerDummies.finished && peerElements.finished;

  /** Puts the dummies and decoys behind each cell's own tags, and sorts each cell, once all of them are here. */
  async function completeCellsWhenReceived(): Promise<void> {
    if (!received()) return;
    await seen.settle();
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
    // The tags carry this party's noise.
    await context.commit();
    sortedTags.open();
  }

  // Nothing is received when the receiver has neither keys nor dummies; then no tags go either.
  if (tagShape.items === 0) ownList.open();
  let counts: readonly number[] | undefined;
  let sumsSent = columns.length === 0;

  return {
    incoming: [measures.sums, peerDummies, peerElements],
    outgoing: [measures.keys, sortedTags, ownList],
    nextFigures: () => {
      if (sumsSent || measures.learned() === undefined) return undefined;
      sumsSent = true;
      return packFigures(measures.disclosed());
    },
    receiveFigures: (message) => {
      if (!terms.shareResults || counts !== undefined || !received() || !sortedTags.sent || !ownList.sent) {
        throw unexpectedFigures();
      }
      counts = unpackFigures(message, cells.length);
    },
    get finished() {
      return (
        received() &&
        measures.keys.finished &&
        sortedTags.finished &&
        ownList.finished &&
        sumsSent &&
        (counts !== undefined || !terms.shareResults)
      );
    },
    result: () =>
      countResult(terms, side, inventories, {
        // The receiver's counts hold our own dummies' noise too. We know it, so we take it out again.
        counts: counts?.map((count, i) => count - (ownNoise[i] ?? 0)),
        columns: measures.learned() ?? [],
      }),
    wipe: () => {
      wipe(scalar);
      order.fill(0);
      ownNoise.fill(0);
      measures.wipe();
      seen.close();
    },
  };
}

/** List entries: each element with its row of ciphertexts. */
function joinRows(elements: Uint8Array, ciphertexts: Uint8Array): Uint8Array {
  const count = elements.length / ELEMENT_BYTES;
  const rest = ciphertexts.length / count;
  const rows = new Uint8Array(elements.length + ciphertexts.length);
  for (let row = 0; row < count; row += 1) {
    const to = row * (ELEMENT_BYTES + rest);
    rows.set(elements.subarray(row * ELEMENT_BYTES, (row + 1) * ELEMENT_BYTES), to);
    rows.set(ciphertexts.subarray(row * rest, (row + 1) * rest), to + ELEMENT_BYTES);
  }
  return rows;
}
