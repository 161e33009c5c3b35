import { wipe } from '../bytes.js';
import { ELEMENT_BYTES, randomScalar } from '../group/index.js';
import { randomPermutation } from '../random.js';
import { tagMatching } from './matching.js';
import type { Inventories, ModeContext, ModeMachine, OwnList } from './mode.js';
import { gatherKeys, unexpectedFigures } from './mode.js';
import { IncomingStage, OutgoingStage, chunkRange } from './stages.js';
import { evaluatedTags, tagLength } from './tags.js';

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
  const tags = tagMatching(context, { tagBytes, peerItems, order, ownLearns });
  /** Tags of either list that are still to come. */
  let tagsDue = peerItems + (ownLearns ? ownItems : 0);
  let matched: Uint32Array = new Uint32Array(0);
  const take = async (count: number): Promise<void> => {
    tagsDue -= count;
    if (tagsDue === 0) matched = await tags.matched();
  };

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
      const evaluated = await operations.evaluate(elements, scalar);
      const chunk = evaluatedTags(evaluated, tagBytes, { stage: 'elements', from });
      await tags.addPeer(chunk);
      await take(chunk.length / tagBytes);
      // The chunk counts as consumed when its reply has left, so that the peer's window bounds our queue too.
      if (peerLearns) replies.push(chunk, consumed);
      else consumed();
    },
  );
  const answers = new IncomingStage(
    { stage: 'tags', items: ownLearns ? ownItems : 0, itemBytes: tagBytes },
    async (chunk, from, consumed) => {
      await tags.addOwn(chunk, from);
      await take(chunk.length / tagBytes);
      consumed();
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
    result: () => ({ kind: 'rows', matched: ownLearns ? matched : undefined }),
    wipe: () => {
      tags.close();
      wipe(scalar);
      order.fill(0);
    },
  };
}
