import { Account } from './account.js';
import { holdsCells } from './counting.js';
import { requireSoundInventory } from './inventory.js';
import { costOfRelease, requireBoundedValues } from './measures.js';
import type { SessionBrief } from './session-types.js';
import { requireAllowedTerms } from './terms.js';
import type { Side } from './transcript.js';

/** A checked brief, and the account of what the session will cost. */
export interface SessionBriefing {
  readonly brief: SessionBrief;
  readonly account: Account;
}

/**
 * Checks what a party brings to a session, before the peer hears of any of it, and opens the account of what it will cost.
 *
 * @throws VesicaError when the party's own terms or list are not allowed.
 */
export function openBrief(brief: SessionBrief, side: Side): SessionBriefing {
  const { terms, list, inventory, ledger } = brief;
  requireAllowedTerms(terms);
  requireSoundInventory(inventory, terms, side);
  const holder = holdsCells(terms, side) ? 'cells' : 'measures';
  if (holder === 'measures') requireBoundedValues(terms, list);
  return { brief, account: new Account(ledger, costOfRelease(terms, holder)) };
}
