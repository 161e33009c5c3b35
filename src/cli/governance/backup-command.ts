import { basename, dirname, resolve } from 'node:path';
import { VesicaError } from '../../errors.js';
import { restoreBackup, Tokens, verifyBackup, writeBackup, idSource } from '../../node/index.js';
import { systemRandom } from '../../system-random.js';
import type { CommandContext } from '../action.js';
import { readNodePlan, type NodePlan } from '../config/node-plan.js';
import { loadNodeSecrets } from '../config/node-secrets.js';
import { shellWord } from '../client/tables.js';
import { SOFTWARE } from '../version.js';
import { commandActor, withState } from './governed-state.js';
import { BACKED_UP } from './sealed-places.js';

export interface BackupCommandOptions {
  readonly config: string;
  readonly withKeys?: true;
  readonly json?: true;
}

export interface RestoreCommandOptions {
  readonly config: string;
  readonly check?: true;
  readonly acceptLostSpending?: true;
  readonly keepTokens?: true;
  readonly json?: true;
}

const now = (): Date => new Date();

/** `vesica backup`: of a node that does not run; a running one backs itself up. */
export async function backupCommand(
  { print, reporter }: CommandContext,
  target: string,
  options: BackupCommandOptions,
): Promise<void> {
  const manifest = await withState(options.config, whileRunning, ({ plan, identity, context }) =>
    writeBackup(target, {
      ...context,
      identity,
      party: plan.party,
      software: SOFTWARE,
      sealed: BACKED_UP,
      extras: { 'node.yaml': plan.file, ...(options.withKeys === true ? keysOf(plan) : {}) },
      actor: commandActor('backup'),
    }),
  );
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  if (options.json === true) {
    print(`${JSON.stringify(manifest, null, 2)}\n`);
    return;
  }
  print(`${resolve(target)}: ${manifest.files.length} files, ${bytes} bytes, as of ${manifest.createdAt}\n`);
  reporter.line(
    options.withKeys === true
      ? 'It holds the identity and the master key: whoever has it can be this node and read its lists.'
      : 'It holds neither the identity nor the master key; without a copy of both it cannot be restored.',
  );
  reporter.line(`next: vesica restore ${shellWord(target)} --config ${shellWord(options.config)} --check`);
}

function whileRunning(plan: NodePlan): string {
  return plan.backup === undefined
    ? 'The node runs: set backup.folder in its configuration and it backs itself up, or stop it first'
    : `The node runs and backs itself up to ${plan.backup.folder}; send it SIGUSR2 for a backup now`;
}

function keysOf(plan: NodePlan): Record<string, string> {
  if (!('file' in plan.masterKey)) {
    const why = 'masterKey is not in a file, so it cannot be put into a backup';
    throw new VesicaError('config/invalid', why, { field: '--with-keys' });
  }
  const names = { [`keys/${basename(plan.identityPath)}`]: plan.identityPath };
  return { ...names, [`keys/${basename(plan.masterKey.file)}`]: plan.masterKey.file };
}

/** `vesica restore`: puts a backup into the empty state folder that the configuration names. */
export async function restoreCommand(
  { print, reporter }: CommandContext,
  backup: string,
  options: RestoreCommandOptions,
): Promise<void> {
  const plan = readNodePlan(options.config, process.env);
  const { identity, masterKeys } = await loadNodeSecrets(plan, process.env);
  const means = {
    ...{ identity, now, keys: masterKeys, sealed: BACKED_UP, random: systemRandom },
    formerKeys: plan.formerKeys,
  };
  if (options.check === true) {
    const { manifest, auditEntries } = await verifyBackup(backup, dirname(plan.stateFolder), means);
    const { createdAt, files } = manifest;
    if (options.json === true) print(`${JSON.stringify({ createdAt, files, auditEntries }, null, 2)}\n`);
    else {
      print(`The backup of ${createdAt} is whole: ${files.length} files, ${auditEntries} audit entries.\n`);
    }
    return;
  }
  const actor = commandActor('restore');
  let token: string | undefined;
  const restored = await restoreBackup(backup, {
    ...means,
    stateFolder: plan.stateFolder,
    after: options.acceptLostSpending === true ? 'accept-lost-spending' : 'suspend-partners',
    tokens: options.keepTokens === true ? 'keep' : 'revoke',
    actor,
    finish: async (store, audit) => {
      if (options.keepTokens === true) return;
      const context = {
        store,
        audit,
        now,
        random: systemRandom,
        newId: idSource({ now, random: systemRandom }),
      };
      const name = `restored-admin-${now().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}`;
      token = (await new Tokens(context).create({ name, role: 'admin' }, actor)).secret;
    },
  });
  const { manifest, changes } = restored;
  if (options.json === true) {
    const { createdAt } = manifest;
    print(`${JSON.stringify({ createdAt, ...changes, token: token ?? null }, null, 2)}\n`);
    return;
  }
  print(`The state is as it was at ${manifest.createdAt}, in ${plan.stateFolder}.\n`);
  if (token !== undefined) print(`token        ${token}\n`);
  for (const line of consequences(restored.changes)) reporter.line(line);
  if (token !== undefined) {
    reporter.line(
      'All tokens were revoked, as one revoked since would be good again; the new admin token is shown only now.',
    );
  }
  reporter.line(`next: vesica node --config ${shellWord(options.config)}`);
}

function consequences(changes: Awaited<ReturnType<typeof restoreBackup>>['changes']): string[] {
  const { suspendedPartners, endedSessions, chargedReservations, lostExports } = changes;
  const lines = [
    'What was disclosed after the backup is not in this ledger or audit log. A critical alarm and an audit entry say so.',
  ];
  if (suspendedPartners.length > 0) {
    lines.push(
      `Partners are suspended until you have compared with their ledger: ${suspendedPartners.join(', ')}.`,
      'Then, for each: vesica partners activate <name>. With --accept-lost-spending they would have stayed active.',
    );
  }
  if (endedSessions > 0) lines.push(`${endedSessions} sessions were open and have failed.`);
  if (chargedReservations > 0) {
    lines.push(
      `${chargedReservations} costs were set aside and count as spent: their sessions may have gone on.`,
    );
  }
  if (lostExports > 0) lines.push(`${lostExports} exports had been deleted while the backup was made.`);
  return lines;
}
