import {
  Agreements,
  Budgets,
  Datasets,
  openAtRest,
  openNodeLedger,
  Partners,
  SourceFolders,
  Versions,
  type BudgetAccount,
  type BudgetEntry,
} from '../../node/index.js';
import { systemRandom } from '../../system-random.js';
import { fingerprint } from '../../transport/index.js';
import type { CommandContext } from '../action.js';
import { itemOf, listOf, minuteOf, textOf } from '../client/answers.js';
import { namesById } from '../client/resources.js';
import { sheet, table } from '../client/tables.js';
import { openClient, type ClientOptions } from '../client/terminal.js';
import { loadNodeSecrets } from '../config/node-secrets.js';
import { apiAddress, withState, type GovernedState } from './governed-state.js';

export interface LedgerOptions extends ClientOptions {
  readonly config?: string;
  readonly partner?: string;
  readonly lineage?: string;
}

/** What `vesica ledger show --json` prints. */
interface Ledger {
  readonly accounts: readonly (BudgetAccount & {
    readonly partner: string;
    readonly history: readonly BudgetEntry[];
  })[];
}

/** `vesica ledger show`: what each partner has learnt about each lineage, what it still may, and how it came to that. */
export async function ledgerShowCommand(context: CommandContext, options: LedgerOptions): Promise<void> {
  const all =
    options.config === undefined ? await fromApi(context, options) : await fromState(options.config);
  const { partner, lineage } = options;
  const accounts = all.accounts.filter(
    (account) =>
      (partner === undefined || partner === account.partner || partner === account.partnerId) &&
      (lineage === undefined || lineage === account.lineage),
  );
  if (options.json === true) context.print(`${JSON.stringify({ accounts }, null, 2)}\n`);
  else context.print(rendered(accounts));
}

function rendered(accounts: Ledger['accounts']): string {
  const overview = table(
    ['partner', 'lineage', 'sessions', 'epsilon spent', 'left', 'of', 'delta'],
    accounts.map(({ partner, lineage, sessions, spent, left, limit }) => [
      partner,
      lineage,
      String(sessions),
      spent.epsilon ?? 'no epsilon',
      left?.epsilon ?? '-',
      limit?.epsilon ?? 'no active agreement',
      limit?.delta ?? '-',
    ]),
    'Nothing was spent, and no active agreement states a budget.',
  );
  const histories = accounts
    .filter(({ history }) => history.length > 0)
    .map(
      ({ partner, lineage, history }) =>
        `\n${sheet([[partner, lineage]])}${table(
          ['when', 'epsilon', 'delta', 'rho', 'spent after it', 'session', 'answer kept'],
          history.map((entry) => [
            minuteOf(entry, 'at'),
            textOf(entry, 'cost', 'epsilon'),
            textOf(entry, 'cost', 'delta'),
            textOf(entry, 'cost', 'rho'),
            textOf(entry, 'spentEpsilon'),
            textOf(entry, 'sessionId'),
            entry.isAnswered ? 'yes' : 'no',
          ]),
          '',
        )}`,
    );
  return overview + histories.join('');
}

async function fromApi(context: CommandContext, options: LedgerOptions): Promise<Ledger> {
  const { connection } = await openClient(context, options);
  const items = listOf(await connection.json({ path: '/v1/ledger/accounts' }), 'items');
  const names = await namesById(connection, 'partner');
  const accounts: Ledger['accounts'][number][] = [];
  for (const item of items) {
    const account = itemOf(item) as unknown as BudgetAccount;
    const path = `/v1/ledger/accounts/${account.partnerId}/${encodeURIComponent(account.lineage)}/history`;
    const history: BudgetEntry[] = [];
    for (let after = ''; ;) {
      const page = await connection.json({ path: `${path}?limit=1000${after}` });
      history.push(...(listOf(page, 'items') as BudgetEntry[]));
      const { next } = itemOf(page);
      if (typeof next !== 'string') break;
      after = `&after=${next}`;
    }
    accounts.push({ ...account, partner: names.get(account.partnerId) ?? account.partnerId, history });
  }
  return { accounts };
}

function fromState(config: string): Promise<Ledger> {
  const running = (plan: Parameters<typeof apiAddress>[0]): string =>
    `The node runs: ask it with vesica ledger show --node ${apiAddress(plan)}`;
  return withState(config, running, async (state) => {
    const budgets = await budgetsOf(state);
    const { db } = state.context.store;
    const names = new Map(
      (await db.selectFrom('partners').select(['id', 'name']).execute()).map(({ id, name }) => [id, name]),
    );
    const accounts: Ledger['accounts'][number][] = [];
    for (const account of await budgets.accounts()) {
      const { partnerId, lineage } = account;
      const partner = names.get(partnerId) ?? partnerId;
      accounts.push({ ...account, partner, history: await budgets.history(partnerId, lineage) });
    }
    return { accounts };
  });
}

async function budgetsOf({ plan, identity, context }: GovernedState): Promise<Budgets> {
  const { masterKeys } = await loadNodeSecrets(plan, process.env);
  const { store, audit, now, random } = context;
  const atRest = await openAtRest(store.folder, { keys: masterKeys, random: systemRandom }, systemRandom);
  const ledger = await openNodeLedger(store, { identity, cipher: atRest.sketches, audit, now, random });
  const partners = await Partners.open(context);
  const agreements = new Agreements(context, { ownFingerprint: fingerprint(identity.publicKey), partners });
  const sources = SourceFolders.none;
  const versions = new Versions({ ...context, folder: atRest.staging, sources, secret: atRest.listSecret });
  return new Budgets({ ledger, agreements, datasets: new Datasets(context, versions) });
}
