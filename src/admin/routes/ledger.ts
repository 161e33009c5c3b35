import { json, route, type Route } from '../route.js';
import {
  LEDGER_ACCOUNTS,
  LEDGER_HISTORY,
  LEDGER_HISTORY_QUERY,
  LEDGER_PARAMS,
} from '../schemas/governance.js';

const tag = 'ledger';
const DEFAULT_ENTRIES = 200;

export const ledgerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/ledger/accounts',
    operation: 'listLedgerAccounts',
    tag,
    summary: 'What each partner has learnt about each lineage, and what it still may',
    answer: json(LEDGER_ACCOUNTS, 'All accounts.'),
    run: async ({ services: { budgets, partners } }) => {
      const named = (await budgets.accounts()).map(async (account) => {
        const { name: partnerName } = await partners.get(account.partnerId);
        return { ...account, partnerName };
      });
      return { items: await Promise.all(named) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/ledger/accounts/:partner/:lineage/history',
    operation: 'getLedgerHistory',
    tag,
    summary: 'All that an account has spent, in order',
    params: LEDGER_PARAMS,
    query: LEDGER_HISTORY_QUERY,
    answer: json(LEDGER_HISTORY, 'A page of entries, oldest first; none if nothing was spent.'),
    errors: ['api/not-found'],
    run: async ({ services, params, query: { after = '', limit = DEFAULT_ENTRIES } }) => {
      await services.partners.get(params.partner);
      const all = await services.budgets.history(params.partner, params.lineage);
      const rest = all.filter(({ id }) => id > after);
      const items = rest.slice(0, limit);
      return { items, next: rest.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  }),
];
