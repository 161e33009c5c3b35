import type { PrivacyCost } from '../dp/index.js';
import { Account } from './account.js';
import type { Terms } from './codec/index.js';
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
  if (!holdsCells(terms, side)) requireBoundedValues(terms, list);
  return { brief, account: new Account(ledger, ownCost(terms, side)) };
}

/**
 * What a session costs the budget of the party on `side`: the noisy figures that its partner learns from it. `undefined`
 * when it tells none, or tells rows or an exact count, which no epsilon bounds.
 */
export function ownCost(terms: Terms, side: Side): PrivacyCost | undefined {
  return costOfRelease(terms, holdsCells(terms, side) ? 'cells' : 'measures');
}
