import { startAdmin, type RunningAdmin } from '../../admin/index.js';
import { VesicaError, asVesicaError } from '../../errors.js';
import { SourceFolders, startNode, type NodeConfig, type RunningNode } from '../../node/index.js';
import { systemRandom } from '../../system-random.js';
import type { CommandContext } from '../action.js';
import { table } from '../client/tables.js';
import { SETTINGS } from '../config/node-environment.js';
import { readNodePlan, type NodePlan } from '../config/node-plan.js';
import { loadApiTls, loadNodeSecrets, loadWebhookSecret, type NodeSecrets } from '../config/node-secrets.js';
import { SOFTWARE } from '../version.js';
import { adminLogOf } from './admin-log.js';
import { createLog, errorFields, type Log } from './log.js';
import { ScheduledBackups } from './scheduled-backups.js';

export interface NodeOptions {
  readonly config: string;
  readonly check?: true;
  readonly variables?: true;
}

/** A defect of the program; 1 is kept for it. */
const DEFECT_EXIT = 1;
const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 } as const;
/** Of the deadline of a shutdown, what the API may take to finish requests. */
const API_SHARE = 0.25;

/**
 * `vesica node`: runs a node until SIGTERM or SIGINT, then lets running sessions end within `timeouts.shutdownSeconds`. A
 * second signal ends it at once; the state is made for that.
 */
export async function nodeCommand(
  { print, reporter, signal }: CommandContext,
  options: NodeOptions,
): Promise<void> {
  if (options.variables === true) {
    const rows = SETTINGS.map(({ key, variable, description }) => [key, variable, description]);
    print(table(['key', 'variable', 'what'], rows, ''));
    return;
  }
  const plan = readNodePlan(options.config, process.env);
  if (options.check === true) {
    await configOf(plan, await loadNodeSecrets(plan, process.env));
    await SourceFolders.open({ folders: plan.dataFolders, keepOut: [plan.stateFolder, ...plan.keepOut] });
    reporter.line(`${plan.file} is complete: every key and every secret it names is there.`);
    return;
  }
  const isText = plan.log.format === 'text' || (plan.log.format === 'auto' && process.stderr.isTTY);
  const log = createLog({
    level: plan.log.level,
    format: isText ? 'text' : 'json',
    write: (line) => void process.stderr.write(line),
    now: () => new Date(),
  });
  const stopWatching = watchForDefects(log);
  try {
    await runNode(plan, log, signal);
  } catch (error) {
    if (isText) throw error;
    const failure = asVesicaError(error);
    log.error('the node ended', errorFields(failure));
    process.exitCode = failure.exitCode;
  } finally {
    stopWatching();
  }
}

async function runNode(plan: NodePlan, log: Log, signal: AbortSignal): Promise<void> {
  const secrets = await loadNodeSecrets(plan, process.env);
  const config = await configOf(plan, secrets);
  const tls = plan.api.tls === undefined ? undefined : await loadApiTls(plan.api.tls);
  const node = await startNode(config, {
    random: systemRandom,
    now: () => new Date(),
    onDefect: (where, error) => log.error(`${where} failed`, errorFields(error)),
  });
  let admin: RunningAdmin | undefined;
  let backups: ScheduledBackups | undefined;
  const shutdown = async (): Promise<void> => {
    await backups?.stop();
    await admin?.close(plan.shutdownMs * API_SHARE);
    await node.close(plan.shutdownMs);
  };
  try {
    admin = await startAdmin(node.services, {
      listen: plan.api.listen,
      ...(tls === undefined ? {} : { tls }),
      hostNames: plan.api.names,
      console: plan.api.console,
      log: adminLogOf(log, plan.log.level),
    });
    backups = new ScheduledBackups({ plan, identity: secrets.identity, context: node.services.context, log });
    tellStart(log, { plan, node, admin });
    backups.start();
    await untilTold(signal);
  } catch (error) {
    await shutdown().catch((failure: unknown) => log.error('stopping failed', errorFields(failure)));
    throw error;
  }
  await stopped(shutdown, plan, log);
}

async function stopped(shutdown: () => Promise<void>, { shutdownMs }: NodePlan, log: Log): Promise<void> {
  for (const [name, code] of Object.entries(SIGNAL_EXIT)) {
    process.once(name, () => {
      log.warn('stopping at once: a second signal came', { signal: name });
      process.exit(code);
    });
  }
  log.info('stopping: running sessions may finish; a second signal stops at once', {
    deadlineSeconds: shutdownMs / 1000,
  });
  await shutdown();
  log.info('stopped');
}

/** What `startNode` takes, of a plan and the secrets it names. */
async function configOf(plan: NodePlan, { identity, masterKeys }: NodeSecrets): Promise<NodeConfig> {
  const { dataFolders, keepOut } = plan;
  const { party, stateFolder, listen, engine, threads, limits, timeouts, retention, formerKeys } = plan;
  const { webhook, ...alarms } = plan.alarms;
  const secret = webhook && (await loadWebhookSecret(webhook.secret, process.env));
  return {
    party,
    software: SOFTWARE,
    stateFolder,
    dataFolders,
    keepOut,
    identity,
    formerKeys,
    masterKeys,
    listen,
    engine,
    threads,
    limits,
    timeouts,
    retention,
    alarms: {
      ...alarms,
      webhook: webhook === undefined || secret === undefined ? undefined : { url: webhook.url, secret },
    },
  };
}

function tellStart(
  log: Log,
  {
    plan,
    node,
    admin,
  }: { readonly plan: NodePlan; readonly node: RunningNode; readonly admin: RunningAdmin },
): void {
  const { party, fingerprint, engine, software } = node.services.info;
  log.info(`${software}: node ${party} is ready`, {
    partners: node.partnerUrl,
    api: admin.url,
    ...(admin.consoleUrl === undefined ? {} : { console: admin.consoleUrl }),
    engine,
    threads: plan.threads,
    state: plan.stateFolder,
    fingerprint,
    pid: process.pid,
  });
}

function untilTold(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * What nobody caught is a defect, after which nothing is known of what is in memory: it is logged, without a stack of what
 * was in it, and the process ends as if it had been killed, which the state is made for.
 */
function watchForDefects(log: Log): () => void {
  const onDefect = (error: unknown): void => {
    const { exitCode, code } = asVesicaError(error);
    log.error('a defect ended the node', { ...errorFields(error), ...placesOf(error) });
    process.exit(error instanceof VesicaError && code !== 'internal/defect' ? exitCode : DEFECT_EXIT);
  };
  process.on('uncaughtException', onDefect);
  return () => void process.removeListener('uncaughtException', onDefect);
}

function placesOf(error: unknown): { readonly places?: readonly string[] } {
  if (!(error instanceof Error)) return {};
  const lines = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return { places: lines.slice(0, 8).map((line) => line.trim()) };
}
