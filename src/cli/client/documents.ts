import { isAbsolute, dirname, resolve } from 'node:path';
import { VesicaError } from '../../errors.js';
import { readYamlValue } from '../config/read-yaml.js';
import { isItem } from './answers.js';

/** Keys that hold decimals. The API takes them as texts, so that 0.10 is what both sides wrote. */
const DECIMALS = new Set([
  'epsilonPerRelease',
  'deltaPerRelease',
  'epsilonTotal',
  'deltaTotal',
  'quantum',
  'bound',
]);

/** The YAML or JSON document in a file. @throws VesicaError `config/unreadable`, `config/invalid`. */
export function readDocument(path: string): Record<string, unknown> {
  const value = readYamlValue(path);
  if (isItem(value)) return value;
  throw new VesicaError('config/invalid', `${path}: the file must hold keys and values`);
}

/** `value` with the numbers that stand for decimals as texts. */
export function withDecimalTexts(value: unknown, key = ''): unknown {
  if (typeof value === 'number' && DECIMALS.has(key)) return String(value);
  if (Array.isArray(value)) return value.map((item: unknown) => withDecimalTexts(item));
  if (!isItem(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, withDecimalTexts(item, name)]),
  );
}

/** The definition of a dataset with its source as a path that the node finds: relative ones are taken from the file. */
export function withAbsoluteSource(definition: unknown, file: string): unknown {
  if (!isItem(definition) || !isItem(definition['data'])) return definition;
  const { source } = definition['data'];
  if (typeof source !== 'string' || isAbsolute(source)) return definition;
  return { ...definition, data: { ...definition['data'], source: resolve(dirname(resolve(file)), source) } };
}
