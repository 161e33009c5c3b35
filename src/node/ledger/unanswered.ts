import { VesicaError } from '../../errors.js';
import type { OnUnanswered, StateTransaction } from '../store/index.js';
import type { AccountKey } from './input.js';

/**
 * Checks that a request is not paid for, or about to be, without an answer to give again. The node or the connection may
 * have ended between the two; a partner who then asks anew would get the same figures with other noise, and learn more
 * from both than from one. So that is done only when somebody chose to pay twice.
 *
 * In the transaction that reserves: of two reservations of one request the second sees the first.
 *
 * @param request 64 hexadecimal digits.
 * @throws VesicaError `budget/unanswered` with field `onUnanswered`, unless that is `charge`.
 */
export async function requireAnswered(
  trx: StateTransaction,
  { partner, lineage }: AccountKey,
  request: string,
  onUnanswered: OnUnanswered,
): Promise<void> {
  if (onUnanswered === 'charge') return;
  const entries = await trx
    .selectFrom('ledger_entries')
    .leftJoin('ledger_answers', (join) =>
      join
        .onRef('ledger_answers.partner_id', '=', 'ledger_entries.partner_id')
        .onRef('ledger_answers.lineage', '=', 'ledger_entries.lineage')
        .onRef('ledger_answers.request_digest', '=', 'ledger_entries.request_digest'),
    )
    .select(['ledger_entries.state', 'ledger_answers.answered_at'])
    .where('ledger_entries.partner_id', '=', partner)
    .where('ledger_entries.lineage', '=', lineage)
    .where('ledger_entries.request_digest', '=', request)
    .execute();
  const isLost = entries.some(({ state, answered_at }) => state === 'spent' && answered_at === null);
  const isUnderWay = entries.some(({ state }) => state === 'reserved');
  if (!isLost && !isUnderWay) return;
  throw new VesicaError(
    'budget/unanswered',
    isLost
      ? `this request about ${lineage} was paid for, and there is no answer to give again`
      : `this request about ${lineage} is under way in another session`,
    { field: 'onUnanswered' },
  );
}
