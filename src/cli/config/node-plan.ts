import { availableParallelism } from 'node:os';
import { dirname, relative, resolve } from 'node:path';
import { fromHex } from '../../bytes.js';
import { VesicaError } from '../../errors.js';
import { NODE_DEFAULTS, type KeySource, type NodeConfig } from '../../node/index.js';
import { isLoopback } from '../../loopback.js';
import { parseListenAddress, type ListenAddress } from '../../transport/index.js';
import { withEnvironment, type Overridden } from './node-environment.js';
import { NODE_SCHEMA, type LogLevel, type NodeFile } from './node-schema.js';
import { checkedValue, readYamlValue } from './read-yaml.js';

/** Where the secret of a webhook is. */
export type SecretSource = { readonly file: string } | { readonly environment: string };

/** What a node's configuration means: every default filled in, every path absolute, no secret read yet. */
export interface NodePlan extends Pick<
  NodeConfig,
  | 'party'
  | 'stateFolder'
  | 'dataFolders'
  | 'keepOut'
  | 'listen'
  | 'engine'
  | 'threads'
  | 'limits'
  | 'timeouts'
  | 'retention'
> {
  /** The configuration file, absolute. */
  readonly file: string;
  readonly identityPath: string;
  readonly formerKeys: readonly Uint8Array[];
  readonly masterKey: KeySource;
  readonly previousKeys: readonly KeySource[];
  readonly api: {
    readonly listen: ListenAddress;
    readonly tls: { readonly certificatePath: string; readonly keyPath: string } | undefined;
    readonly names: readonly string[];
    readonly console: 'on' | 'off';
  };
  readonly alarms: Omit<NodeConfig['alarms'], 'webhook'> & {
    readonly webhook: { readonly url: string; readonly secret: SecretSource } | undefined;
  };
  /** How long running sessions may take to end once the node is told to stop. */
  readonly shutdownMs: number;
  readonly log: { readonly level: LogLevel; readonly format: 'auto' | 'json' | 'text' };
  readonly backup: { readonly folder: string; readonly everyMs: number; readonly keep: number } | undefined;
}

const DEFAULTS = {
  ...NODE_DEFAULTS,
  shutdownSeconds: 30,
  console: 'on',
  log: { level: 'info', format: 'auto' },
  backup: { everyHours: 24, keep: 7 },
} as const;

const HOUR_MS = 3_600_000;

/**
 * Reads the configuration of a node: the file, and what the environment overrides. Relative paths, of both, are taken from
 * the file's own folder.
 *
 * @throws VesicaError `config/unreadable`, `config/invalid`, `config/insecure-transport`, naming the key and, for a value
 * from the environment, the variable.
 */
export function readNodePlan(path: string, environment: NodeJS.ProcessEnv): NodePlan {
  const file = resolve(path);
  const overridden = withEnvironment(readYamlValue(file), environment);
  const fields = new Fields(file, overridden);
  const value: NodeFile = checkedValue(overridden.value, NODE_SCHEMA, (field) => fields.sourceOf(field));
  const plan = planOf(value, fields, environment);
  requireOutside(plan, fields);
  return plan;
}

/** Every file and folder that a configuration names and no dataset may be read from. */
function keepOutOf(plan: Omit<NodePlan, 'keepOut'>): string[] {
  const { file, identityPath, masterKey, previousKeys, api, alarms, backup } = plan;
  const paths = [file, identityPath];
  for (const source of [masterKey, ...previousKeys]) if ('file' in source) paths.push(source.file);
  if (api.tls !== undefined) paths.push(api.tls.keyPath);
  if (alarms.webhook !== undefined && 'file' in alarms.webhook.secret) paths.push(alarms.webhook.secret.file);
  if (backup !== undefined) paths.push(backup.folder);
  return paths;
}

function withoutKeepOut(
  file: NodeFile,
  fields: Fields,
  environment: NodeJS.ProcessEnv,
): Omit<NodePlan, 'keepOut'> {
  const { limits, timeouts, alarms = {}, backup } = file;
  const { shutdownSeconds = DEFAULTS.shutdownSeconds, ...nodeTimeouts } = timeouts ?? {};
  const { webhook, ...alarmLimits } = alarms;
  const forced = environment['VESICA_ENGINE'];
  return {
    file: fields.file,
    party: file.party,
    identityPath: fields.path(file.identity),
    formerKeys: (file.formerIdentityKeys ?? []).flatMap((digits) => fromHex(digits) ?? []),
    stateFolder: fields.path(file.state),
    dataFolders: file.data.folders.map((folder) => fields.path(folder)),
    masterKey: fields.keySource(file.masterKey, 'masterKey'),
    previousKeys: (file.previousKeys ?? []).map((source, i) => fields.keySource(source, `previousKeys.${i}`)),
    listen: fields.address(file.listen, 'listen'),
    api: apiOf(file.api, fields),
    engine: forced === undefined || forced === '' ? file.engine : forced,
    threads: file.threads ?? Math.min(64, availableParallelism()),
    limits: { ...DEFAULTS.limits, ...limits },
    timeouts: { ...DEFAULTS.timeouts, ...nodeTimeouts },
    retention: { ...DEFAULTS.retention, ...file.retention },
    alarms: {
      ...DEFAULTS.alarms,
      ...alarmLimits,
      webhook: webhook && { url: webhook.url, secret: fields.secretSource(webhook.secret) },
    },
    shutdownMs: 1000 * shutdownSeconds,
    log: { ...DEFAULTS.log, ...file.log },
    backup: backup && {
      folder: fields.path(backup.folder),
      everyMs: HOUR_MS * (backup.everyHours ?? DEFAULTS.backup.everyHours),
      keep: backup.keep ?? DEFAULTS.backup.keep,
    },
  };
}

function planOf(file: NodeFile, fields: Fields, environment: NodeJS.ProcessEnv): NodePlan {
  const plan = withoutKeepOut(file, fields, environment);
  return { ...plan, keepOut: keepOutOf(plan) };
}

function apiOf(
  { listen, tls, names = [], console = DEFAULTS.console }: NodeFile['api'],
  fields: Fields,
): NodePlan['api'] {
  const address = fields.address(listen, 'api.listen');
  if (tls === undefined && !isLoopback(address.host)) {
    throw new VesicaError(
      'config/insecure-transport',
      `${fields.sourceOf('api.listen')}: api.listen is not on this machine alone, so the API needs api.tls: tokens would ` +
        'go over the network as plain text',
      { field: 'api.listen' },
    );
  }
  return {
    listen: address,
    tls: tls && { certificatePath: fields.path(tls.certificate), keyPath: fields.path(tls.key) },
    names,
    console,
  };
}

/** A key beside the state that it opens would be in every copy of that folder. */
function requireOutside(plan: NodePlan, fields: Fields): void {
  const secrets: [string, string][] = [['identity', plan.identityPath]];
  if ('file' in plan.masterKey) secrets.push(['masterKey.file', plan.masterKey.file]);
  if (plan.backup !== undefined) secrets.push(['backup.folder', plan.backup.folder]);
  for (const [field, path] of secrets) {
    const way = relative(plan.stateFolder, path);
    if (way !== '' && (way.startsWith('..') || way === path)) continue;
    throw fields.invalid(field, 'must be outside of the state folder');
  }
}

/** The keys of one configuration: where each was read, and what its paths are relative to. */
class Fields {
  readonly file: string;
  readonly #variables: Overridden['variables'];

  constructor(file: string, { variables }: Overridden) {
    this.file = file;
    this.#variables = variables;
  }

  /** The file, or the variable that gave `field` or what is in it. */
  sourceOf(field: string): string {
    const parts = field.split('.');
    for (let length = parts.length; length > 0; length -= 1) {
      const variable = this.#variables.get(parts.slice(0, length).join('.'));
      if (variable !== undefined) return `environment variable ${variable}`;
    }
    return this.file;
  }

  invalid(field: string, what: string): VesicaError {
    return new VesicaError('config/invalid', `${this.sourceOf(field)}: ${field} ${what}`, { field });
  }

  path(text: string): string {
    return resolve(dirname(this.file), text);
  }

  address(text: string, field: string): ListenAddress {
    try {
      return parseListenAddress(text);
    } catch {
      throw this.invalid(field, 'must be host:port, such as 127.0.0.1:7701');
    }
  }

  keySource(given: NodeFile['masterKey'], field: string): KeySource {
    this.#requireOne(Object.keys(given), field, 'file, environment or command');
    if (given.file !== undefined) return { file: this.path(given.file) };
    if (given.environment !== undefined) return { environment: given.environment };
    return { command: given.command ?? [] };
  }

  secretSource(given: { file?: string; environment?: string }): SecretSource {
    this.#requireOne(Object.keys(given), 'alarms.webhook.secret', 'file or environment');
    return given.file === undefined
      ? { environment: given.environment ?? '' }
      : { file: this.path(given.file) };
  }

  #requireOne(keys: readonly string[], field: string, choice: string): void {
    if (keys.length === 1) return;
    const [first] = keys;
    throw this.invalid(first === undefined ? field : `${field}.${first}`, `must be one of: ${choice}`);
  }
}
