import { wipe } from '../bytes.js';
import { ELEMENT_BYTES, randomScalar } from '../group/index.js';
import type { FlatTable } from '../flat-table.js';
import { randomPermutation } from '../random.js';
import type { Inventories, ModeContext, ModeMachine, OwnList } from './mode.js';
import { gatherKeys, unexpectedFigures } from './mode.js';
import { IncomingStage, OutgoingStage, chunkRange } from './stages.js';
import { duplicateElement, evaluatedTags, isNew, tagLength, tagTable } from './tags.js';

/** Who learns the intersection. */
export interface PsiRoles {
  readonly ownLearns: boolean;
  readonly peerLearns: boolean;
}

/** Positions in the party's own list, ascending, of the keys that both lists have; `undefined` when it may not learn. */
export interface PsiResult {
  readonly kind: 'rows';
  readonly matched: Uint32Array | undefined;
}

/**
 * Mode `psi` (protocol-spec/modes.md): both parties do the same. Each sends its list blinded under its own scalar in a
 * secret order, and evaluates the other's. A party that may learn gets the tags of its own evaluated elements back, in
 * the order it sent them, and looks for them among the tags it made of the peer's elements.
 */
export function psiMachine(
  context: ModeContext,
  own: OwnList,
  { ownItems, peerItems }: Inventories,
  { ownLearns, peerLearns }: PsiRoles,
): ModeMachine<PsiResult> {
  const { operations, random } = context;
  const scalar = randomScalar(random);
  const order = randomPermutation(random, ownItems);
  const tagBytes = tagLength(ownItems, peerItems);
  const peerTags = tagTable(peerItems, tagBytes, random);
  const ownTags = new Uint8Array(ownLearns ? ownItems * tagBytes : 0);

  const elementShape = { stage: 'elements', items: ownItems, itemBytes: ELEMENT_BYTES } as const;
  const ownElements = new OutgoingStage(elementShape, (index) => {
    const { from, to } = chunkRange(elementShape, index);
    return operations.blind(gatherKeys(own.batch, order, from, to), scalar);
  });
  const replies = new OutgoingStage({
    stage: 'tags',
    items: peerLearns ? peerItems : 0,
    itemBytes: tagBytes,
  });

  const peerElements = new IncomingStage(
    { stage: 'elements', items: peerItems, itemBytes: ELEMENT_BYTES },
    async (elements, from, consumed) => {
      const tags = evaluatedTags(await operations.evaluate(elements, scalar), tagBytes, {
        stage: 'elements',
        from,
      });
      for (let offset = 0; offset < tags.length; offset += tagBytes) {
        if (!isNew(peerTags, tags, offset)) throw duplicateElement('elements');
      }
      // The chunk counts as consumed when its reply has left, so that the peer's window bounds our queue too.
      if (peerLearns) replies.push(tags, consumed);
      else consumed();
    },
  );
  const answers = new IncomingStage(
    { stage: 'tags', items: ownLearns ? ownItems : 0, itemBytes: tagBytes },
    (tags, from, consumed) => {
      ownTags.set(tags, from * tagBytes);
      consumed();
      return Promise.resolve();
    },
  );

  return {
    incoming: [peerElements, answers],
    outgoing: [replies, ownElements],
    nextFigures: () => undefined,
    receiveFigures: () => {
      throw unexpectedFigures();
    },
    get finished() {
      return [peerElements, answers, replies, ownElements].every((stage) => stage.finished);
    },
    result: () => ({
      kind: 'rows',
      matched: ownLearns ? matchedPositions(ownTags, tagBytes, peerTags, order) : undefined,
    }),
    wipe: () => {
      wipe(scalar);
      order.fill(0);
    },
  };
}

/** Positions, ascending, of the own keys whose tags are among the peer's. `order[i]` is the key that went out as i-th. */
function matchedPositions(
  ownTags: Uint8Array,
  tagBytes: number,
  peerTags: FlatTable,
  order: Uint32Array,
): Uint32Array {
  const matched = new Uint32Array(order.length);
  let count = 0;
  for (let i = 0; i < order.length; i += 1) {
    if (peerTags.find(ownTags, i * tagBytes) < 0) continue;
    matched[count] = order[i] ?? 0;
    count += 1;
  }
  return matched.slice(0, count).sort();
}
