import { VesicaError } from '../../errors.js';
import type { OnUnanswered, StateTransaction } from '../store/index.js';
import type { AccountKey } from './input.js';

/**
 * Checks that a request was not paid for before, and is not about to be. When both sides keep the answer it is given again and
 * nothing is reserved; so one of them has lost it, because its node or the connection ended between paying and keeping. A
 * partner who then asks anew would get the same figures with other noise, and learn more from both than from one. That is
 * done only when somebody on this side chose to pay twice, whichever side lost the answer.
 *
 * In the transaction that reserves: of two reservations of one request the second sees the first.
 *
 * @param request 64 hexadecimal digits.
 * @throws VesicaError `budget/unanswered` with field `onUnanswered`, unless that is `charge`.
 */
export async function requireUnpaid(
  trx: StateTransaction,
  { partner, lineage }: AccountKey,
  request: string,
  onUnanswered: OnUnanswered,
): Promise<void> {
  if (onUnanswered === 'charge') return;
  const entry = await trx
    .selectFrom('ledger_entries')
    .select('state')
    .where('partner_id', '=', partner)
    .where('lineage', '=', lineage)
    .where('request_digest', '=', request)
    .orderBy('state', 'desc')
    .executeTakeFirst();
  if (entry === undefined) return;
  throw new VesicaError(
    'budget/unanswered',
    entry.state === 'spent'
      ? `this request about ${lineage} was paid for, and a side has no answer to give again`
      : `this request about ${lineage} is under way in another session`,
    { field: 'onUnanswered' },
  );
}
