import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VesicaError } from '../../errors.js';
import {
  auditLog,
  DATABASE_FILE,
  idSource,
  openStore,
  type Actor,
  type NodeContext,
  type Store,
} from '../../node/index.js';
import { systemRandom } from '../../system-random.js';
import type { NodeIdentity } from '../../transport/index.js';
import { readNodePlan, type NodePlan } from '../config/node-plan.js';
import { loadNodeIdentity } from '../config/node-secrets.js';

/** The state of a node that does not run, open for a command. */
export interface GovernedState {
  readonly plan: NodePlan;
  readonly identity: NodeIdentity;
  readonly context: NodeContext;
}

/** What to do instead when the node runs. */
export type WhileRunning = (plan: NodePlan) => string;

const now = (): Date => new Date();

/** The command that acts, for the audit log. */
export const commandActor = (name: string): Actor => ({ kind: 'command', name: `vesica ${name}` });

/** Where the API of a node is asked, as `--node` takes it. */
export function apiAddress({ api }: NodePlan): string {
  const { host, port } = api.listen;
  const name = host.includes(':') ? `[${host}]` : host;
  return `${api.tls === undefined ? 'http' : 'https'}://${name}:${port}`;
}

/**
 * Opens the state that the configuration at `path` names, for as long as `work` takes.
 *
 * @param whileRunning - What to say when the node has it open.
 * @throws VesicaError `config/...`; `state/...`; and what `work` throws.
 */
export async function withState<Result>(
  path: string,
  whileRunning: WhileRunning,
  work: (state: GovernedState) => Promise<Result>,
): Promise<Result> {
  const plan = readNodePlan(path, process.env);
  const identity = await loadNodeIdentity(plan);
  await requireState(plan);
  const store = await open(plan, whileRunning);
  try {
    const audit = auditLog(store, identity, { now, formerKeys: plan.formerKeys });
    const context = {
      store,
      audit,
      now,
      random: systemRandom,
      newId: idSource({ now, random: systemRandom }),
    };
    for (const migration of store.migrated) {
      const subject = { kind: 'node', id: 'state' };
      await audit.append({
        actor: commandActor('node'),
        action: 'state.migrated',
        subject,
        detail: { migration },
      });
    }
    return await work({ plan, identity, context });
  } finally {
    await store.close();
  }
}

async function open(plan: NodePlan, whileRunning: WhileRunning): Promise<Store> {
  try {
    return await openStore(plan.stateFolder, { now });
  } catch (error) {
    if (!(error instanceof VesicaError) || error.code !== 'state/in-use') throw error;
    throw new VesicaError('state/in-use', `${error.message}. ${whileRunning(plan)}`, { field: 'state' });
  }
}

/** Opening makes what is not there, which is never what these commands are for. */
async function requireState({ stateFolder }: NodePlan): Promise<void> {
  try {
    await stat(join(stateFolder, DATABASE_FILE));
  } catch {
    const why = `there is no state in ${stateFolder}; vesica init makes a node`;
    throw new VesicaError('config/unreadable', why, { field: 'state' });
  }
}
