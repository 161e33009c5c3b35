import { readFile } from 'node:fs/promises';
import Type from 'typebox';
import { Check } from 'typebox/value';
import { asVesicaError, EXIT_CODES, VesicaError } from '../../errors.js';
import type { AuditCheckpoint, AuditVerdict } from '../../node/index.js';
import type { CommandContext } from '../action.js';
import { openClient, type ClientOptions } from '../client/terminal.js';
import { apiAddress, commandActor, withState } from './governed-state.js';

export interface AuditOptions extends ClientOptions {
  readonly config?: string;
  readonly against?: string;
}

const hexadecimal = (digits: number) => Type.String({ pattern: `^[0-9a-f]{${digits}}$` });
const CHECKPOINT = Type.Object(
  {
    sequence: Type.Integer({ minimum: 1 }),
    digest: hexadecimal(64),
    at: Type.String(),
    key: hexadecimal(64),
    signature: hexadecimal(128),
  },
  { additionalProperties: false },
);

/** How the process ends when the log is not as it was written. */
const BROKEN_EXIT = EXIT_CODES.refused;

/** `vesica audit verify`: of a node that does not run by its configuration, of one that runs by its API. */
export async function auditVerifyCommand(context: CommandContext, options: AuditOptions): Promise<void> {
  const against = options.against === undefined ? undefined : await readCheckpoint(options.against);
  const verdict =
    options.config === undefined
      ? await verifyRunning(context, options, against)
      : await verifyStopped(options.config, against);
  if (options.json === true) context.print(`${JSON.stringify(verdict, null, 2)}\n`);
  if (verdict.ok) {
    if (options.json === true) return;
    const kept = against === undefined ? '' : `, and goes on from checkpoint ${against.sequence}`;
    context.print(
      `The audit log holds: ${verdict.entries} entries, ${verdict.checkpoints} checkpoints${kept}.\n`,
    );
    if (against === undefined) {
      context.reporter.line(
        'next: vesica audit checkpoint, and keep its output where this machine cannot change it',
      );
    }
    return;
  }
  context.reporter.line(`The audit log does not hold (${verdict.fault}): ${verdict.message}.`);
  context.reporter.line(
    `next: keep this state as evidence and restore a backup from before entry ${verdict.sequence}`,
  );
  process.exitCode = BROKEN_EXIT;
}

/** `vesica audit checkpoint`: the node's signed word for its log as it is now, as JSON on standard output. */
export async function auditCheckpointCommand(context: CommandContext, options: AuditOptions): Promise<void> {
  let checkpoint: unknown;
  if (options.config === undefined) {
    const { connection } = await openClient(context, options);
    checkpoint = await connection.json({ method: 'POST', path: '/v1/audit/checkpoint' });
  } else {
    checkpoint = await withState(options.config, askApi('checkpoint'), (state) =>
      state.context.audit.checkpoint(),
    );
  }
  context.print(`${JSON.stringify(checkpoint, null, 2)}\n`);
}

const askApi =
  (verb: string) =>
  (plan: Parameters<typeof apiAddress>[0]): string =>
    `The node runs: ask it with vesica audit ${verb} --node ${apiAddress(plan)}`;

function verifyStopped(config: string, against: AuditCheckpoint | undefined): Promise<AuditVerdict> {
  return withState(config, askApi('verify'), async ({ context: { audit } }) => {
    const verdict = await audit.verify(against);
    if (!verdict.ok) return verdict;
    const { entries, checkpoints } = verdict;
    await audit.append({
      actor: commandActor('audit verify'),
      action: 'audit.verified',
      subject: { kind: 'audit', id: 'log' },
      detail: { entries, checkpoints },
    });
    return verdict;
  }).catch((error: unknown) => {
    // A migration, or an entry, needs an end of the log that can be trusted.
    const { code, field, message } = asVesicaError(error);
    if (code !== 'state/damaged' || field !== 'audit') throw error;
    return { ok: false, fault: 'truncated', sequence: 0, message };
  });
}

async function verifyRunning(
  context: CommandContext,
  options: AuditOptions,
  against: AuditCheckpoint | undefined,
): Promise<AuditVerdict> {
  const { connection } = await openClient(context, options);
  const body = against === undefined ? {} : { against };
  return (await connection.json({ method: 'POST', path: '/v1/audit/verify', body })) as AuditVerdict;
}

async function readCheckpoint(path: string): Promise<AuditCheckpoint> {
  const invalid = (what: string): VesicaError =>
    new VesicaError('config/invalid', `--against: ${path} ${what}`, { field: '--against' });
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    throw invalid('cannot be read, or is no JSON');
  }
  if (!Check(CHECKPOINT, value)) throw invalid('is not a checkpoint of vesica audit checkpoint');
  return value;
}
