/**
 * A node as a service: partners and agreements, datasets, sessions from either side, budgets, results, upkeep, and the
 * state they are kept in. `startNode` puts it together; the admin API and the commands are above it.
 */
export { openAtRest, SEALED_FOLDERS, type AtRest } from './at-rest.js';
export * from './audit/index.js';
export * from './backup/index.js';
export { Budgets, type BudgetAccount, type BudgetEntry } from './budgets.js';
export { found, NODE_ACTOR, type Actor, type NodeContext, type Page, type PageQuery } from './context.js';
export * from './datasets/index.js';
export * from './keys/index.js';
export { openNodeLedger, type NodeLedger } from './ledger/index.js';
export {
  NODE_DEFAULTS,
  type NodeAlarms,
  type NodeConfig,
  type NodeLimits,
  type NodeTimeouts,
} from './node-config.js';
export type { NodeHealth, NodeInfo, NodeServices, RunningNode } from './node-services.js';
export type { Overview, OverviewParts, OverviewView } from './overview.js';
export * from './partners/index.js';
export * from './results/index.js';
export * from './sessions/index.js';
export { startNode, type NodeMeans } from './start-node.js';
export * from './store/index.js';
export * from './tokens/index.js';
export { MAX_TREND_RUNS, TREND_KINDS, type TrendRun, type Trends } from './trends.js';
export type { Alarm, Alarms, NewSchedule, ScheduleChanges, Schedules, ScheduleView } from './upkeep/index.js';
