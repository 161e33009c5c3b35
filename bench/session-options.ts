import { parseArgs } from 'node:util';
import type { SessionSetting } from './session-lists.js';

const text = { type: 'string' } as const;

/** The options that every benchmark of whole sessions takes. */
export const SESSION_OPTIONS = {
  json: { type: 'boolean' },
  mode: text,
  size: text,
  'peer-size': text,
  overlap: text,
  cells: text,
  measures: text,
  engine: text,
  threads: text,
  'memory-mib': text,
} as const;

type Given = Readonly<Record<string, string | boolean | undefined>>;

/** The setting that the command line asks for. Unknown options are refused. */
export function sessionSetting(rest: readonly string[]): { json: boolean; setting: SessionSetting } {
  const { values } = parseArgs({ args: [...rest], options: SESSION_OPTIONS });
  return { json: values.json ?? false, setting: settingOf(values) };
}

/** @throws RangeError naming the option that has no meaning. */
export function settingOf(values: Given): SessionSetting {
  const mode = values['mode'] ?? 'psi';
  if (mode !== 'psi' && mode !== 'psi-ca' && mode !== 'aggregate') {
    throw new RangeError('--mode must be psi, psi-ca or aggregate');
  }
  const size = wholeNumber('size', values['size'], { fallback: 2 ** 16, least: 1 });
  const measures = wholeNumber('measures', values['measures'], { fallback: 0, least: 0 });
  const cells = wholeNumber('cells', values['cells'], { fallback: 1, least: 1 });
  if (mode !== 'aggregate' && (measures > 0 || cells > 1)) {
    throw new RangeError('--cells and --measures need --mode aggregate');
  }
  return {
    mode,
    size,
    peerSize: wholeNumber('peer-size', values['peer-size'], { fallback: size, least: 1 }),
    overlap: share('overlap', values['overlap'], 0.5),
    cells,
    measures,
    engine: typeof values['engine'] === 'string' ? values['engine'] : null,
    threads: wholeNumber('threads', values['threads'], { fallback: 2, least: 1 }),
    ...(values['memory-mib'] === undefined
      ? {}
      : { memoryMiB: wholeNumber('memory-mib', values['memory-mib'], { fallback: 1, least: 1 }) }),
  };
}

/** The whole number that option `--name` gives. */
export function wholeNumber(
  name: string,
  given: string | boolean | undefined,
  { fallback, least }: { readonly fallback: number; readonly least: number },
): number {
  const value = given === undefined ? fallback : Number(given);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`--${name} must be a whole number of at least ${least}`);
  }
  return value;
}

/** The share from 0 to 1 that option `--name` gives. */
export function share(name: string, given: string | boolean | undefined, fallback: number): number {
  const value = given === undefined ? fallback : Number(given);
  if (!(value >= 0 && value <= 1)) throw new RangeError(`--${name} must be a share from 0 to 1`);
  return value;
}
