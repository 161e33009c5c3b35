import { wipe } from '../bytes.js';
import { draw } from '../dp/index.js';
import { VesicaError } from '../errors.js';
import type { FlatTable } from '../flat-table.js';
import { ELEMENT_BYTES } from '../group/index.js';
import { randomPermutation } from '../random.js';
import type { Terms } from './codec/index.js';
import type { CountResult } from './counting.js';
import { cellOffsets, countsOf, packCounts, receiverMechanism, senderMechanism } from './counting.js';
import { dummiesPerCell, dummyKeys } from './dummies.js';
import type { Inventories, ModeContext, ModeMachine, OwnList } from './mode.js';
import { gatherKeys, randomScalar } from './mode.js';
import { IncomingStage, OutgoingStage, chunkRange } from './stages.js';
import { duplicateElement, evaluatedTags, isNew, tagLength, tagTable } from './tags.js';

/**
 * The party that holds the cells: the receiver of `psi-ca`, the cohort party of `aggregate`.
 *
 * It sends its list blinded, cell by cell, in a secret order within each cell, and its share of the public dummies.
 * It gets the other's list, which hides dummies among the rows, and the sorted tags of its own cells, in which some of
 * the dummies are true and the rest decoys. Tags found in both make the counts; which of its rows matched, or which
 * matches are dummies, it cannot tell.
 */
export function countingReceiver(
  context: ModeContext,
  own: OwnList,
  { ownItems, peerItems, cells }: Inventories,
  terms: Terms,
): ModeMachine<CountResult> {
  const { operations, random, session } = context;
  const perCell = dummiesPerCell(terms, cells.length);
  const dummies = perCell * cells.length;
  const mechanism = receiverMechanism(terms, perCell);
  const ownMechanism = senderMechanism(terms);
  // Drawn before the first element is sent, so that the time on the wire says nothing about the noise.
  const ownNoise = cells.map(() => (ownMechanism === undefined ? 0 : Number(draw(ownMechanism, random))));

  const scalar = randomScalar(random);
  const order = cellOrder(randomPermutation(random, ownItems), own.cellOf, cells.length);
  const tagBytes = tagLength(ownItems + dummies, peerItems + dummies);
  const listTags = tagTable(peerItems + dummies, tagBytes, random);
  const offsets = cellOffsets(cells, perCell);
  const tags = new Uint8Array((ownItems + dummies) * tagBytes);

  const ownDummies = new OutgoingStage(
    { stage: 'dummies', items: dummies, itemBytes: ELEMENT_BYTES },
    (index) => {
      const { from, to } = chunkRange(dummies, index);
      return operations.blind(dummyKeys(session, perCell, from, to), scalar);
    },
  );
  const ownElements = new OutgoingStage(
    { stage: 'elements', items: ownItems, itemBytes: ELEMENT_BYTES },
    (index) => {
      const { from, to } = chunkRange(ownItems, index);
      return operations.blind(gatherKeys(own.batch, order, from, to), scalar);
    },
  );
  const peerList = new IncomingStage(
    { stage: 'list', items: peerItems + dummies, itemBytes: ELEMENT_BYTES },
    async (elements, from, consumed) => {
      const chunk = evaluatedTags(await operations.evaluate(elements, scalar), tagBytes, {
        stage: 'list',
        from,
      });
      for (let offset = 0; offset < chunk.length; offset += tagBytes) {
        if (!isNew(listTags, chunk, offset)) throw duplicateElement('list');
      }
      consumed();
    },
  );
  const peerTags = new IncomingStage(
    { stage: 'tags', items: ownItems + dummies, itemBytes: tagBytes },
    (chunk, from, consumed) => {
      tags.set(chunk, from * tagBytes);
      consumed();
      return Promise.resolve();
    },
  );

  let counts: readonly number[] | undefined;
  const streamsFinished = (): boolean =>
    [ownDummies, ownElements, peerList, peerTags].every((stage) => stage.finished);
  const countsNow = (): readonly number[] =>
    (counts ??= countMatches(tags, tagBytes, offsets, listTags).map((count) => count - perCell / 2));
  let countsSent = !terms.shareResults;

  return {
    incoming: [peerList, peerTags],
    outgoing: [ownDummies, ownElements],
    nextCounts: () => {
      if (countsSent || !streamsFinished()) return undefined;
      countsSent = true;
      return packCounts(countsNow().map((count, i) => count + (ownNoise[i] ?? 0)));
    },
    receiveCounts: () => {
      throw new VesicaError('peer/unexpected-message', 'counts from the party that has no cells', {
        field: 'counts',
      });
    },
    get finished() {
      return countsSent && streamsFinished();
    },
    result: () => ({ kind: 'counts', counts: countsOf(cells, countsNow()), mechanism }),
    wipe: () => {
      wipe(scalar);
      order.fill(0);
      ownNoise.fill(0);
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

/**
 * For each cell, how many of its tags are in the list.
 *
 * @throws VesicaError `peer/duplicate-element` when one list entry is matched twice.
 */
function countMatches(
  tags: Uint8Array,
  tagBytes: number,
  offsets: readonly number[],
  list: FlatTable,
): number[] {
  const used = new Uint8Array(list.size);
  return offsets.slice(1).map((end, cell) => {
    let matches = 0;
    for (let i = offsets[cell] ?? 0; i < end; i += 1) {
      const position = list.find(tags, i * tagBytes);
      if (position < 0) continue;
      if (used[position] === 1) throw duplicateElement('tags');
      used[position] = 1;
      matches += 1;
    }
    return matches;
  });
}
