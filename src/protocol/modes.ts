import type { Terms } from './codec/index.js';
import type { CountResult } from './counting.js';
import { holdsCells } from './counting.js';
import { countingReceiver } from './counting-receiver.js';
import { countingSender } from './counting-sender.js';
import type { Inventories, ModeContext, ModeMachine, OwnList } from './mode.js';
import type { PsiResult } from './psi.js';
import { psiMachine } from './psi.js';
import { roleOf } from './terms.js';
import type { Side } from './transcript.js';

/** The answer of a session: which rows matched, or how many by cell. */
export type ModeResult = PsiResult | CountResult;

/** The machine for this party's role, ready for the first stream. */
export function startMode(
  context: ModeContext,
  own: OwnList,
  inventories: Inventories,
  { terms, side }: { readonly terms: Terms; readonly side: Side },
): ModeMachine<ModeResult> {
  const role = roleOf(terms, side);
  if (terms.mode === 'psi') {
    return psiMachine(context, own, inventories, {
      ownLearns: role !== 'sender',
      peerLearns: role !== 'receiver',
    });
  }
  return (holdsCells(terms, side) ? countingReceiver : countingSender)(context, own, inventories, {
    terms,
    side,
  });
}
