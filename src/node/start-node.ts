import type { RandomSource } from '../random.js';
import { fingerprint } from '../transport/index.js';
import { openAtRest } from './at-rest.js';
import { auditLog } from './audit/index.js';
import { Budgets } from './budgets.js';
import { NODE_ACTOR, type NodeContext } from './context.js';
import { Datasets, Definitions, SourceFolders, Versions } from './datasets/index.js';
import { openNodeLedger } from './ledger/index.js';
import type { NodeConfig } from './node-config.js';
import type { NodeServices, RunningNode } from './node-services.js';
import { sessionObserver } from './observer.js';
import { Overview } from './overview.js';
import { Agreements, Partners } from './partners/index.js';
import { Exports, MatchedRows, Reports, type RetentionDays } from './results/index.js';
import { EngineRoom, Sessions } from './sessions/index.js';
import { idSource, openStore, type Store } from './store/index.js';
import { SecondFactors, Tokens } from './tokens/index.js';
import { Alarms, Heartbeat, Schedules, Watch } from './upkeep/index.js';
import { Trends } from './trends.js';
import { retentionOf } from './retained.js';

const HOUR_MS = 3_600_000;
/** How often what is due is looked for. */
const UPKEEP_MS = 20_000;
const SWEEP_MS = 10 * 60_000;

export interface NodeMeans {
  readonly random: RandomSource;
  readonly now: () => Date;
  /** Where defects go that end no session and no request. */
  readonly onDefect: (where: string, error: unknown) => void;
}

/**
 * Starts a node: opens its state, settles what the run before left, and listens for partners.
 *
 * @throws VesicaError `state/...`, `keys/...`, `group/...`, `transport/address-in-use`, `config/invalid`; nothing is left
 * open then.
 */
export async function startNode(config: NodeConfig, means: NodeMeans): Promise<RunningNode> {
  const engines = new EngineRoom(config);
  const store = await openStore(config.stateFolder, means);
  try {
    return await start(store, { config, means, engines });
  } catch (error) {
    await engines.close();
    await store.close();
    throw error;
  }
}

interface Starting {
  readonly config: NodeConfig;
  readonly means: NodeMeans;
  readonly engines: EngineRoom;
}

async function start(store: Store, { config, means, engines }: Starting): Promise<RunningNode> {
  const { identity, limits, timeouts, party, software } = config;
  const { random, now, onDefect } = means;
  const audit = auditLog(store, identity, { now, formerKeys: config.formerKeys ?? [] });
  const context: NodeContext = { store, audit, newId: idSource({ now, random }), now, random };
  const sealing = { keys: config.masterKeys, random };
  const atRest = await openAtRest(store.folder, sealing, random);
  const ledger = await openNodeLedger(store, { identity, cipher: atRest.sketches, audit, now, random });
  const partners = await Partners.open(context);
  const ownFingerprint = fingerprint(identity.publicKey);
  const agreements = new Agreements(context, { ownFingerprint, partners });
  const definitions = new Definitions(store.db, context);
  const sources = await SourceFolders.open({
    folders: config.dataFolders,
    keepOut: [store.folder, ...config.keepOut],
  });
  const versions = new Versions({
    ...context,
    sources,
    folder: atRest.staging,
    secret: atRest.listSecret,
  });
  const datasets = new Datasets(context, versions);
  const reports = new Reports(context);
  const matched = new MatchedRows(context, atRest.results);
  const exportDays: RetentionDays = async ({ agreement_id: id }) =>
    id === null ? null : ((await agreements.find(id))?.terms.retentionDays.exports ?? null);
  const exportsOfNode = new Exports(context, {
    folder: atRest.exports,
    matched,
    definitions,
    sources,
    retentionDays: exportDays,
  });
  const alarms = new Alarms(context, { node: party, webhook: config.alarms.webhook });
  const watch = new Watch(context, { ...config.alarms, alarms });
  const budgets = new Budgets({ ledger, agreements, datasets });
  const sessions = new Sessions({
    ...{ context, party, software, identity, partners, agreements, datasets, ledger, reports, matched },
    ...{ engines, limits, timeouts },
    observer: sessionObserver({ context, watch, budgets, datasets, onDefect }),
  });
  const endUnusable = (): void => {
    sessions.endUnusable().catch((error: unknown) => onDefect('ending sessions', error));
  };
  agreements.listeners.add(endUnusable);
  partners.listeners.add(endUnusable);
  const schedules = new Schedules(context, {
    agreements,
    definitions,
    alarms,
    start: async ({ id, agreementId, datasetId, request }) => {
      const asked = { agreement: agreementId, dataset: datasetId, ask: request, schedule: id };
      return (await sessions.create(asked, NODE_ACTOR)).id;
    },
  });
  const retention = retentionOf(context, {
    ...{ alarms, reports, exports: exportsOfNode, matched, datasets, exportDays },
    stagedMs: config.retention.stagedHours * HOUR_MS,
  });

  await tellOfStart(context, { config, engines });
  // In this order: what sessions hold is known only once those of the run before have ended.
  const interrupted = await sessions.settle();
  const { deleted } = await versions.recover();
  const swept = [...deleted, ...(await matched.recover()), ...(await exportsOfNode.recover())];
  if (interrupted > 0 || swept.length > 0 || ledger.freed > 0) {
    const detail = { sessions: interrupted, files: swept.length, reservations: ledger.freed };
    const subject = { kind: 'node', id: 'state' };
    await audit.append({ actor: NODE_ACTOR, action: 'node.crash-cleaned', subject, detail });
  }
  await sessions.start(config.listen);

  const beat = (where: string, everyMs: number, work: () => Promise<unknown>): Heartbeat =>
    new Heartbeat({ everyMs, work, onError: (error) => onDefect(where, error) });
  const heartbeats = [
    beat('upkeep', UPKEEP_MS, async () => {
      await sessions.expireDue();
      await agreements.expireDue();
      await sessions.endUnusable();
      await schedules.tick();
      await alarms.deliver();
    }),
    beat('retention', SWEEP_MS, () => retention.sweep()),
  ];
  for (const heartbeat of heartbeats) heartbeat.start();

  const startedAt = now().toISOString();
  const { name, variant } = engines.engine;
  let isReady = true;
  const services: NodeServices = {
    info: { party, fingerprint: ownFingerprint, software, engine: `${name}:${variant}`, startedAt },
    ...{ context, partners, agreements, definitions, versions, datasets, sessions, budgets, reports },
    ...{ exports: exportsOfNode, schedules, alarms, watch, ledger, matched },
    trends: new Trends(context, { schedules, reports, ledger }),
    overview: new Overview(context, { agreements, sessions, reports, alarms, budgets }),
    tokens: new Tokens(context),
    secondFactors: new SecondFactors(context, { cipher: atRest.factors, issuer: `Vesica ${party}` }),
    health: () => ({ isReady, ...sessions.load, totals: sessions.totals }),
  };
  let closing: Promise<void> | undefined;
  const close = async (deadlineMs: number): Promise<void> => {
    isReady = false;
    const deadline = AbortSignal.timeout(deadlineMs);
    await Promise.all(heartbeats.map((heartbeat) => heartbeat.stop()));
    await sessions.stop(deadline);
    await exportsOfNode.stop();
    await ledger.settled();
    await engines.close();
    const subject = { kind: 'node', id: 'state' };
    await audit.append({ actor: NODE_ACTOR, action: 'node.stopped', subject, detail: {} });
    await store.close();
  };
  return {
    services,
    partnerUrl: sessions.partnerUrl,
    close: (deadlineMs) => (closing ??= close(deadlineMs)),
  };
}

async function tellOfStart(
  { audit, store }: NodeContext,
  { config, engines }: Pick<Starting, 'config' | 'engines'>,
): Promise<void> {
  const subject = { kind: 'node', id: 'state' };
  for (const migration of store.migrated) {
    await audit.append({ actor: NODE_ACTOR, action: 'state.migrated', subject, detail: { migration } });
  }
  const { name, variant } = engines.engine;
  const detail = {
    software: config.software,
    engine: `${name}:${variant}`,
    ownFingerprint: fingerprint(config.identity.publicKey),
    masterKey: config.masterKeys.current.id,
  };
  await audit.append({ actor: NODE_ACTOR, action: 'node.started', subject, detail });
}
