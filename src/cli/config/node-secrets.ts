import { createSecretKey, type KeyObject } from 'node:crypto';
import { VesicaError } from '../../errors.js';
import { KeyRing, loadMasterKey } from '../../node/index.js';
import { loadIdentity, type NodeIdentity } from '../../transport/index.js';
import type { NodePlan, SecretSource } from './node-plan.js';
import { readPrivateText, readText } from './private-text.js';

/** 128 bits in the densest writing there is. */
const MIN_WEBHOOK_SECRET_CHARS = 16;

/** What of a node is secret. Identity and keys print as nothing. */
export interface NodeSecrets {
  readonly identity: NodeIdentity;
  readonly masterKeys: KeyRing;
}

/**
 * The identity and the master keys that a plan names.
 *
 * @throws VesicaError as `loadIdentity` with field `identity`, as `loadMasterKey`.
 */
export async function loadNodeSecrets(plan: NodePlan, environment: NodeJS.ProcessEnv): Promise<NodeSecrets> {
  const identity = await loadNodeIdentity(plan);
  const current = await loadMasterKey(plan.masterKey, environment);
  const previous = await Promise.all(plan.previousKeys.map((source) => loadMasterKey(source, environment)));
  return { identity, masterKeys: new KeyRing(current, previous) };
}

/** @throws VesicaError as `loadIdentity`, with the key of the configuration as field. */
export async function loadNodeIdentity({
  identityPath,
}: Pick<NodePlan, 'identityPath'>): Promise<NodeIdentity> {
  try {
    return await loadIdentity(identityPath);
  } catch (error) {
    if (!(error instanceof VesicaError)) throw error;
    throw new VesicaError(error.code, error.message, { field: 'identity', cause: error });
  }
}

/** The secret that signs alarms. @throws VesicaError `config/unreadable`, `config/invalid`. */
export async function loadWebhookSecret(
  source: SecretSource,
  environment: NodeJS.ProcessEnv,
): Promise<KeyObject> {
  const field = 'alarms.webhook.secret';
  const text =
    'file' in source ? await readPrivateText(source.file, field) : (environment[source.environment] ?? '');
  const secret = Buffer.from(text.trim());
  if (secret.length < MIN_WEBHOOK_SECRET_CHARS) {
    const from = 'file' in source ? source.file : `the environment variable ${source.environment}`;
    const why = `${from} must hold at least ${MIN_WEBHOOK_SECRET_CHARS} characters`;
    throw new VesicaError('config/invalid', `${field}: ${why}`, { field });
  }
  const key = createSecretKey(secret);
  secret.fill(0);
  return key;
}

/** Certificate and key of the admin API, PEM. @throws VesicaError `config/unreadable`. */
export async function loadApiTls(
  tls: NonNullable<NodePlan['api']['tls']>,
): Promise<{ readonly cert: string; readonly key: string }> {
  const key = await readPrivateText(tls.keyPath, 'api.tls.key');
  return { key, cert: await readText(tls.certificatePath, { field: 'api.tls.certificate', others: 'may' }) };
}
