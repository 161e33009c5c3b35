import { parseArgs } from 'node:util';
import { type SessionReport, sessionBenchmark } from './session.js';
import type { SessionSetting } from './session-lists.js';
import { SESSION_OPTIONS, settingOf, wholeNumber } from './session-options.js';

/** What an element, a key of either list, costs at one size. */
export interface ScaleResult {
  readonly size: number;
  /** Processor time of both parties by the keys of both lists. */
  readonly microsecondsPerElement: number;
  readonly wallMicrosecondsPerElement: number;
  /** Peak resident memory of the larger party above what it had before its list, by the keys of both lists. */
  readonly memoryBytesPerElement: number;
  /** Processor time an element over that at the first size. */
  readonly growth: number;
  readonly session: SessionReport;
}

export interface ScaleReport {
  readonly benchmark: 'scale';
  readonly results: readonly ScaleResult[];
}

/** The same session between two lists of each size. */
export async function scaleBenchmark(
  { setting, sizes }: { readonly setting: SessionSetting; readonly sizes: readonly number[] },
  signal: AbortSignal,
): Promise<ScaleReport> {
  const results: ScaleResult[] = [];
  for (const size of sizes) {
    const session = await sessionBenchmark(
      { ...setting, size, peerSize: size },
      { signal, name: `${size} keys` },
    );
    const elements = 2 * size;
    const memory = [session.initiator, session.responder].map(
      ({ peakRssBytes, baselineRssBytes }) => peakRssBytes - baselineRssBytes,
    );
    const microsecondsPerElement = (1e6 * session.coreSeconds) / elements;
    results.push({
      size,
      microsecondsPerElement,
      wallMicrosecondsPerElement: (1e6 * session.wallSeconds) / elements,
      memoryBytesPerElement: Math.max(...memory) / elements,
      growth: microsecondsPerElement / (results[0]?.microsecondsPerElement ?? microsecondsPerElement),
      session,
    });
  }
  return { benchmark: 'scale', results };
}

/** What the command line asks for. */
export function scaleSetting(rest: readonly string[]): {
  json: boolean;
  setting: SessionSetting;
  sizes: readonly number[];
} {
  // Both lists have each of the sizes in turn.
  const { size: _size, 'peer-size': _peerSize, ...others } = SESSION_OPTIONS;
  const { values } = parseArgs({ args: [...rest], options: { ...others, sizes: { type: 'string' } } });
  const sizes = (values.sizes ?? '10000,100000,1000000,10000000')
    .split(',')
    .map((one) => wholeNumber('sizes', one, { fallback: 1, least: 1 }));
  return { json: values.json ?? false, setting: settingOf(values), sizes };
}

/** The figures as text. */
export function printScale({ results }: ScaleReport): string {
  const [first] = results;
  if (first === undefined) return 'no size\n';
  const { processor, node, setting, engine } = first.session;
  return [
    `${processor}, Node ${node}; ${engine}, ${setting.mode}, two lists of each size, processor time of both parties`,
    'keys a list  us/element   growth  wall us/element  x floor  B/pair  memory B/element',
    ...results.map((result) =>
      [
        String(result.size).padStart(11),
        result.microsecondsPerElement.toFixed(2).padStart(11),
        result.growth.toFixed(2).padStart(8),
        result.wallMicrosecondsPerElement.toFixed(2).padStart(16),
        (result.session.coreSeconds / result.session.floorCoreSeconds).toFixed(2).padStart(8),
        result.session.bytesPerPair.toFixed(1).padStart(7),
        result.memoryBytesPerElement.toFixed(0).padStart(17),
      ].join(' '),
    ),
    '',
  ].join('\n');
}
