import type { BudgetAccount, Budgets } from './budgets.js';
import type { NodeContext, Page, PageQuery } from './context.js';
import type { Agreements } from './partners/index.js';
import type { Reports, ReportView } from './results/index.js';
import type { Sessions, SessionView } from './sessions/index.js';
import type { Alarm, Alarms } from './upkeep/index.js';

const DAY_MS = 86_400_000;
/** Items of each part. */
const MOST_ITEMS = 10;
/** A budget is told of from here on. */
const NEAR_END_PERCENT = 80;
const ENDING_DAYS = 30;

/** How many there are, and the first of them. */
export interface OverviewPart<Item> {
  readonly count: number;
  readonly items: readonly Item[];
}

interface Named {
  readonly id: string;
  readonly name: string;
}

export interface NearBudget {
  readonly partner: Named;
  readonly lineage: string;
  readonly spentEpsilon: string | null;
  readonly limitEpsilon: string;
  /** Of epsilon or delta, whichever is nearer to its end. */
  readonly percent: number;
}

/** What needs somebody, and what is new. */
export interface OverviewParts {
  /** Offers of partners that nobody on this side decided on. */
  readonly approvals: OverviewPart<SessionView>;
  readonly running: OverviewPart<SessionView>;
  /** Open ones. */
  readonly alarms: OverviewPart<Alarm>;
  /** Budgets near their end, the nearest first. */
  readonly budgets: OverviewPart<NearBudget>;
  readonly reports: OverviewPart<ReportView>;
  /** Datasets in use of which no version was loaded by the definition they have. */
  readonly datasetsWithoutList: OverviewPart<Named>;
  /** Active agreements whose time ends soon, the soonest first. */
  readonly endingAgreements: OverviewPart<Named & { readonly partner: Named; readonly validUntil: string }>;
}

/** Each part, or `null` where it was not asked for. */
export type OverviewView = { readonly [Part in keyof OverviewParts]: OverviewParts[Part] | null };

interface OverviewOptions {
  readonly agreements: Agreements;
  readonly sessions: Sessions;
  readonly reports: Reports;
  readonly alarms: Alarms;
  readonly budgets: Budgets;
}

/** What a node shows to whoever comes to look after it. */
export class Overview {
  readonly #context: NodeContext;
  readonly #options: OverviewOptions;

  constructor(context: NodeContext, options: OverviewOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** @param isAsked whether a part may be seen by whoever looks. */
  async of(isAsked: (part: keyof OverviewParts) => boolean): Promise<OverviewView> {
    const part = <Part extends keyof OverviewParts>(
      name: Part,
      read: () => Promise<OverviewParts[Part]>,
    ): Promise<OverviewParts[Part] | null> => (isAsked(name) ? read() : Promise.resolve(null));
    return {
      approvals: await part('approvals', () => this.#approvals()),
      running: await part('running', () => this.#running()),
      alarms: await part('alarms', () => this.#alarms()),
      budgets: await part('budgets', () => this.#budgets()),
      reports: await part('reports', () => this.#reports()),
      datasetsWithoutList: await part('datasetsWithoutList', () => this.#datasetsWithoutList()),
      endingAgreements: await part('endingAgreements', () => this.#endingAgreements()),
    };
  }

  async #approvals(): Promise<OverviewPart<SessionView>> {
    const offered = { state: 'offered', side: 'responder' } as const;
    const all = await allOf((page) => this.#options.sessions.list({ ...offered, ...page }));
    return partOf(all.filter(({ ownConsent }) => ownConsent === null));
  }

  async #running(): Promise<OverviewPart<SessionView>> {
    const state = ['accepted', 'running'] as const;
    return partOf(await allOf((page) => this.#options.sessions.list({ state, ...page })));
  }

  async #alarms(): Promise<OverviewPart<Alarm>> {
    return partOf(await allOf((page) => this.#options.alarms.list({ state: 'open', ...page })));
  }

  async #budgets(): Promise<OverviewPart<NearBudget>> {
    const names = await this.#partnerNames();
    const near = (await this.#options.budgets.accounts()).flatMap((account) => {
      const { limit, partnerId, lineage, spent } = account;
      const percent = percentOf(account);
      if (limit === null || percent < NEAR_END_PERCENT) return [];
      const partner = { id: partnerId, name: names.get(partnerId) ?? partnerId };
      return [{ partner, lineage, spentEpsilon: spent.epsilon, limitEpsilon: limit.epsilon, percent }];
    });
    return partOf(near.sort((a, b) => b.percent - a.percent));
  }

  async #reports(): Promise<OverviewPart<ReportView>> {
    const { items } = await this.#options.reports.list({ limit: MOST_ITEMS });
    const rows = this.#context.store.db.selectFrom('reports');
    const { count } = await rows
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return { count, items };
  }

  async #datasetsWithoutList(): Promise<OverviewPart<Named>> {
    const rows = await this.#context.store.db
      .selectFrom('datasets')
      .leftJoin('dataset_versions', (join) =>
        join
          .onRef('dataset_versions.dataset_id', '=', 'datasets.id')
          .onRef('dataset_versions.definition_digest', '=', 'datasets.definition_digest')
          .on('dataset_versions.state', '=', 'ready'),
      )
      .select(['datasets.id', 'datasets.name'])
      .where('datasets.state', '=', 'active')
      .where('dataset_versions.id', 'is', null)
      .orderBy('datasets.id', 'desc')
      .execute();
    return partOf(rows);
  }

  async #endingAgreements(): Promise<OverviewParts['endingAgreements']> {
    const names = await this.#partnerNames();
    const until = new Date(this.#context.now().getTime() + ENDING_DAYS * DAY_MS).toISOString();
    const active = await allOf((page) => this.#options.agreements.list({ state: 'active', ...page }));
    const ending = active.filter(({ terms }) => Date.parse(terms.validUntil) <= Date.parse(until));
    const items = ending.map(({ id, name, partnerId, terms }) => ({
      ...{ id, name, validUntil: terms.validUntil },
      partner: { id: partnerId, name: names.get(partnerId) ?? partnerId },
    }));
    return partOf(items.sort((a, b) => Date.parse(a.validUntil) - Date.parse(b.validUntil)));
  }

  async #partnerNames(): Promise<Map<string, string>> {
    const rows = this.#context.store.db.selectFrom('partners').select(['id', 'name']);
    return new Map((await rows.execute()).map(({ id, name }) => [id, name]));
  }
}

/** How much of a budget is spent, in whole percent. */
function percentOf({ limit, spent }: BudgetAccount): number {
  if (limit === null) return 0;
  // Releases that have no epsilon at the delta of the limit are beyond it.
  const epsilon = spent.epsilon === null ? 1 : Number(spent.epsilon) / Number(limit.epsilon);
  const delta = Number(limit.delta) > 0 ? Number(spent.delta) / Number(limit.delta) : 0;
  return Math.round(100 * Math.max(epsilon, delta));
}

function partOf<Item>(all: readonly Item[]): OverviewPart<Item> {
  return { count: all.length, items: all.slice(0, MOST_ITEMS) };
}

async function allOf<Item>(list: (page: PageQuery) => Promise<Page<Item>>): Promise<Item[]> {
  const all: Item[] = [];
  for (let after: string | undefined; ;) {
    const { items, next } = await list({ limit: 200, after });
    all.push(...items);
    if (next === null) return all;
    after = next;
  }
}
