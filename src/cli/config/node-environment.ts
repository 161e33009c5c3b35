import Type, { type TSchema } from 'typebox';
import { VesicaError } from '../../errors.js';
import { NODE_SCHEMA } from './node-schema.js';

const PREFIX = 'VESICA_NODE_';

/** A key of the configuration and the variable that overrides it. */
export interface Setting {
  /** As in the file: `api.listen`. */
  readonly key: string;
  /** `VESICA_NODE_API_LISTEN`. */
  readonly variable: string;
  readonly schema: TSchema;
  readonly description: string;
}

/** Every key that has a value of its own, in the order of the schema. */
export const SETTINGS: readonly Setting[] = settingsOf(NODE_SCHEMA, []);

const BY_VARIABLE = new Map(SETTINGS.map((setting) => [setting.variable, setting]));

/** Keys of which one excludes the others: naming one in the environment drops those of the file. */
const ALTERNATIVES = ['masterKey', 'alarms.webhook.secret'];

/** A configuration with what the environment says of it. */
export interface Overridden {
  readonly value: unknown;
  /** The variable that a key came from. */
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * `file` with the keys that `VESICA_NODE_…` variables give. Text and paths are taken as they are, numbers in decimal, lists
 * as JSON. An empty variable is as one that is not set.
 *
 * @throws VesicaError `config/invalid` naming the variable: when it is of no key, or cannot be read as what its key holds.
 */
export function withEnvironment(file: unknown, environment: NodeJS.ProcessEnv): Overridden {
  const value: unknown = structuredClone(file);
  const variables = new Map<string, string>();
  const given = Object.entries(environment).filter(([name, text]) => name.startsWith(PREFIX) && text !== '');
  for (const [name, text] of given.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const setting = BY_VARIABLE.get(name);
    if (setting === undefined) throw unknownVariable(name);
    place(value, setting, { value: readText(setting, text ?? ''), overridden: variables });
    variables.set(setting.key, name);
  }
  return { value, variables };
}

function settingsOf(schema: TSchema, path: readonly string[]): Setting[] {
  if (Type.IsObject(schema)) {
    return Object.entries(schema.properties).flatMap(([key, inner]) => settingsOf(inner, [...path, key]));
  }
  const description = 'description' in schema ? String(schema.description) : '';
  return [{ key: path.join('.'), variable: PREFIX + path.map(upperSnake).join('_'), schema, description }];
}

/** `memoryMiB` becomes `MEMORY_MIB`: an unit's own spelling is one word. */
function upperSnake(name: string): string {
  return name
    .replace(/MiB$/, 'Mib')
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase();
}

function readText({ key, variable, schema }: Setting, text: string): unknown {
  if (Type.IsArray(schema)) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw invalid(key, `${variable} (${key}) must be a list as JSON, such as ["pass", "show", "vesica"]`);
    }
  }
  if (!Type.IsInteger(schema) && !Type.IsNumber(schema)) return text;
  if (!/^-?(\d+|\d*\.\d+)$/.test(text.trim()))
    throw invalid(key, `${variable} (${key}) must be a decimal number`);
  return Number(text);
}

/** Puts a value into the plain object `root`, which is left alone where it has something else than an object. */
function place(
  root: unknown,
  { key }: Setting,
  { value, overridden }: { readonly value: unknown; readonly overridden: ReadonlyMap<string, string> },
): void {
  const path = key.split('.');
  const last = path.pop() ?? '';
  let at = root;
  for (const name of path) {
    if (!isObject(at)) return;
    at = at[name] ??= {};
  }
  if (!isObject(at)) return;
  const parent = path.join('.');
  if (ALTERNATIVES.includes(parent)) {
    for (const other of Object.keys(at)) if (!overridden.has(`${parent}.${other}`)) at[other] = undefined;
    for (const [name, held] of Object.entries(at)) if (held === undefined) Reflect.deleteProperty(at, name);
  }
  at[last] = value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownVariable(name: string): VesicaError {
  const words = name.slice(PREFIX.length).split('_');
  const likely = SETTINGS.find(({ variable }) => variable.endsWith(`_${words.at(-1) ?? ''}`));
  const hint = likely === undefined ? '' : `; ${likely.variable} is one`;
  return invalid(
    name,
    `the environment variable ${name} belongs to no key of the configuration${hint}; vesica node --variables lists them`,
  );
}

function invalid(field: string, message: string): VesicaError {
  return new VesicaError('config/invalid', message, { field });
}
