import { json, route, type Route } from '../route.js';
import { LEDGER_ACCOUNTS, LEDGER_HISTORY, LEDGER_PARAMS } from '../schemas/governance.js';

const tag = 'ledger';

export const ledgerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/ledger/accounts',
    operation: 'listLedgerAccounts',
    tag,
    summary: 'What each partner has learnt about each lineage, and what it still may',
    answer: json(LEDGER_ACCOUNTS, 'All accounts.'),
    run: async ({ services }) => ({ items: await services.budgets.accounts() }),
  }),
  route({
    method: 'GET',
    path: '/v1/ledger/accounts/:partner/:lineage/history',
    operation: 'getLedgerHistory',
    tag,
    summary: 'All that an account has spent, in order',
    params: LEDGER_PARAMS,
    answer: json(LEDGER_HISTORY, 'All entries; none if nothing was spent.'),
    errors: ['api/not-found'],
    run: async ({ services, params }) => {
      await services.partners.get(params.partner);
      return { items: await services.budgets.history(params.partner, params.lineage) };
    },
  }),
];
