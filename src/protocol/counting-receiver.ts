import { wipe } from '../bytes.js';
import { draw } from '../dp/index.js';
import { ELEMENT_BYTES, randomScalar } from '../group/index.js';
import { randomPermutation } from '../random.js';
import type { Terms } from './codec/index.js';
import type { CountResult } from './counting.js';
import { countResult, countingShape, packFigures, senderMechanism, unpackFigures } from './counting.js';
import { distinctTags } from './distinct-tags.js';
import { dummyKeys } from './dummies.js';
import type { Inventories, ModeContext, ModeMachine, OwnList } from './mode.js';
import { gatherKeys, unexpectedFigures } from './mode.js';
import { IncomingStage, OutgoingStage, chunkRange } from './stages.js';
import { cellSums, requireSumsInRange } from './sums.js';
import { duplicateElement, evaluatedTags, isNew, tagTable } from './tags.js';
import type { Side } from './transcript.js';

/**
 * The party that holds the cells: the receiver of `psi-ca`, the cohort party of `aggregate`.
 *
 * It sends its list blinded, cell by cell, in a secret order within each cell, and its share of the public dummies.
 * It gets the sorted tags of its own cells, in which some of the dummies are true and the rest decoys, and then the
 * other's list, which hides dummies among the rows. Tags found in both make the counts; which of its rows matched, or
 * which matches are dummies, it cannot tell. With measures every list entry carries ciphertexts; it adds up those that
 * matched, cell by cell, without reading them, and gives the sums back with its own noise inside.
 */
export function countingReceiver(
  context: ModeContext,
  own: OwnList,
  inventories: Inventories,
  { terms, side }: { readonly terms: Terms; readonly side: Side },
): ModeMachine<CountResult> {
  const { operations, random, session } = context;
  const { ownItems } = inventories;
  const shape = countingShape(terms, inventories, true);
  const { cells, perCell, dummies, offsets, columns, tagBytes } = shape;
  const ownMechanism = senderMechanism(terms);
  // Drawn before the first element is sent, so that the time on the wire says nothing about the noise.
  const ownNoise = cells.map(() => (ownMechanism === undefined ? 0 : Number(draw(ownMechanism, random))));
  const sums = cellSums(context, shape);

  const scalar = randomScalar(random);
  const order = cellOrder(randomPermutation(random, ownItems), own.cellOf, cells.length);
  const cellTags = tagTable(ownItems + dummies, tagBytes, random);
  const listTags = distinctTags(context, shape.listItems, tagBytes);
  const matches = cells.map(() => 0);

  const dummyShape = { stage: 'dummies', items: dummies, itemBytes: ELEMENT_BYTES } as const;
  const ownDummies = new OutgoingStage(dummyShape, (index) => {
    const { from, to } = chunkRange(dummyShape, index);
    return operations.blind(dummyKeys(session, perCell, from, to), scalar);
  });
  const elementShape = { stage: 'elements', items: ownItems, itemBytes: ELEMENT_BYTES } as const;
  const ownElements = new OutgoingStage(elementShape, (index) => {
    const { from, to } = chunkRange(elementShape, index);
    return operations.blind(gatherKeys(own.batch, order, from, to), scalar);
  });
  const peerTags = new IncomingStage(
    { stage: 'tags', items: ownItems + dummies, itemBytes: tagBytes },
    (chunk, _, consumed) => {
      for (let offset = 0; offset < chunk.length; offset += tagBytes) {
        if (!isNew(cellTags, chunk, offset)) throw duplicateElement('tags');
      }
      consumed();
      return Promise.resolve();
    },
  );
  const peerList: IncomingStage = new IncomingStage(
    { stage: 'list', items: shape.listItems, itemBytes: shape.listItemBytes },
    async (rows, from, consumed) => {
      peerTags.requireFinishedBefore('list');
      const { elements, ciphertexts } = splitRows(rows, shape.listItemBytes);
      const chunk = evaluatedTags(await operations.evaluate(elements, scalar), tagBytes, {
        stage: 'list',
        from,
      });
      await listTags.add(chunk, 'list');
      const cellOfRow = new Uint32Array(elements.length / ELEMENT_BYTES);
      for (const [row] of cellOfRow.entries()) {
        const cell = cellAt(cellTags.find(chunk, row * tagBytes), offsets);
        cellOfRow[row] = cell;
        if (cell < cells.length) matches[cell] = (matches[cell] ?? 0) + 1;
      }
      await sums.add(ciphertexts, cellOfRow, from);
      consumed();
      if (!peerList.finished) return;
      await listTags.settle();
      // What follows carries this party's noise.
      await context.commit();
      committed = true;
      await sums.close();
    },
  );

  let committed = shape.listItems === 0;
  let countsSent = !terms.shareResults;
  let answered: number[] | undefined = columns.length === 0 ? [] : undefined;
  const countsNow = (): number[] => matches.map((count) => count - perCell / 2);
  const streamsFinished = (): boolean =>
    committed && [ownDummies, ownElements, peerTags, peerList].every((stage) => stage.finished);

  return {
    incoming: [sums.keys, peerTags, peerList],
    outgoing: [sums.outgoing, ownDummies, ownElements],
    nextFigures: () => {
      if (countsSent || !streamsFinished()) return undefined;
      countsSent = true;
      return packFigures(countsNow().map((count, i) => count + (ownNoise[i] ?? 0)));
    },
    receiveFigures: (message) => {
      if (answered !== undefined || !sums.outgoing.sent) throw unexpectedFigures();
      answered = requireSumsInRange(shape, unpackFigures(message, cells.length * columns.length));
    },
    get finished() {
      return countsSent && answered !== undefined && streamsFinished() && sums.outgoing.finished;
    },
    result: () =>
      countResult(terms, side, inventories, {
        counts: countsNow(),
        columns: sums.withoutOwnNoise(answered ?? []),
      }),
    wipe: () => {
      wipe(scalar);
      order.fill(0);
      ownNoise.fill(0);
      sums.wipe();
      listTags.close();
    },
  };
}

/** `order` sorted by cell, keeping its random order within each cell (a counting sort). */
function cellOrder(order: Uint32Array, cellOf: Uint32Array | undefined, cells: number): Uint32Array {
  if (cellOf === undefined) return order;
  const next = new Uint32Array(cells + 1);
  for (const cell of cellOf) next[cell + 1] = (next[cell + 1] ?? 0) + 1;
  for (let cell = 1; cell <= cells; cell += 1) next[cell] = (next[cell] ?? 0) + (next[cell - 1] ?? 0);
  const sorted = new Uint32Array(order.length);
  for (const position of order) {
    const cell = cellOf[position] ?? 0;
    const place = next[cell] ?? 0;
    sorted[place] = position;
    next[cell] = place + 1;
  }
  return sorted;
}

/** The cell in whose tags entry `position` of the stream lies; one past the last cell for -1, a row that matches none. */
function cellAt(position: number, offsets: readonly number[]): number {
  let low = 0;
  let high = offsets.length - 1;
  if (position < 0) return high;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) <= position) low = middle;
    else high = middle;
  }
  return low;
}

/** The element of each list entry, and the ciphertexts that follow it, each end to end. */
function splitRows(
  rows: Uint8Array,
  rowBytes: number,
): { readonly elements: Uint8Array; readonly ciphertexts: Uint8Array } {
  const count = rows.length / rowBytes;
  const rest = rowBytes - ELEMENT_BYTES;
  if (rest === 0) return { elements: rows, ciphertexts: new Uint8Array(0) };
  const elements = new Uint8Array(count * ELEMENT_BYTES);
  const ciphertexts = new Uint8Array(count * rest);
  for (let row = 0; row < count; row += 1) {
    const from = row * rowBytes;
    elements.set(rows.subarray(from, from + ELEMENT_BYTES), row * ELEMENT_BYTES);
    ciphertexts.set(rows.subarray(from + ELEMENT_BYTES, from + rowBytes), row * rest);
  }
  return { elements, ciphertexts };
}
