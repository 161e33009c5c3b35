import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Machine, machine } from './machine.js';
import { x25519Microseconds } from './openssl.js';
import { Stopped } from './party-process.js';
import type { PeerFigures, PeerOrder } from './peer-process.js';
import { sessionBenchmark } from './session.js';
import { median, spread } from './statistics.js';

/** How the same intersection is made by others, and by Vesica: the same lists, alternating rounds, one machine. */
export interface PeersSetting {
  /** Keys of each list. */
  readonly size: number;
  /** Keys for the loop over @noble/curves, which is slow enough to be measured on fewer. */
  readonly nobleSize: number;
  readonly rounds: number;
  readonly engines: readonly string[];
}

export interface PeerResult {
  readonly method: string;
  readonly size: number;
  /** Medians over the rounds; of both parties. */
  readonly coreSeconds: number;
  readonly wallSeconds: number;
  readonly microsecondsPerPair: number;
  readonly lowest: number;
  readonly highest: number;
  readonly bytesPerPair: number | null;
  readonly peakRssBytes: number | null;
  /** Its processor time a pair over that of the first method of the list. */
  readonly ratio: number;
}

export interface PeersReport extends Machine {
  readonly benchmark: 'peers';
  readonly setting: PeersSetting;
  readonly results: readonly PeerResult[];
  readonly skipped: readonly string[];
}

interface Round {
  readonly coreSeconds: number;
  readonly wallSeconds: number;
  readonly bytes: number | null;
  readonly peakRssBytes: number | null;
}

interface Method {
  readonly name: string;
  readonly size: number;
  readonly run: () => Promise<Round>;
}

const OVERLAP = 0.5;
/** Each of two keys is multiplied by each of two scalars. */
const MULTIPLICATIONS_A_PAIR = 4;
const PSI_JS = fileURLToPath(new URL('../../bench/peers/', import.meta.url));

/** @throws Error when a method finds another intersection than the lists have. */
export async function peersBenchmark(
  setting: PeersSetting,
  signal = new AbortController().signal,
): Promise<PeersReport> {
  const { size, nobleSize, engines, rounds } = setting;
  const skipped: string[] = [];
  const methods: Method[] = engines.map((engine) => ({
    name: `vesica ${engine}`,
    size,
    run: () => vesicaRound(size, engine, signal),
  }));
  if (existsSync(`${PSI_JS}node_modules/@openmined/psi.js`)) {
    methods.push({
      name: '@openmined/psi.js',
      size,
      run: () => processRound(`${PSI_JS}psi-js.mjs`, { size, signal }),
    });
  } else skipped.push('@openmined/psi.js: not installed (npm ci --ignore-scripts in bench/peers)');
  const own = fileURLToPath(new URL('./peer-process.js', import.meta.url));
  methods.push({
    name: '@noble/curves loop',
    size: nobleSize,
    run: () => processRound(own, { size: nobleSize, signal, method: 'noble-loop' }),
  });
  if (x25519Microseconds(1) === undefined) skipped.push('OpenSSL X25519: there is no openssl command');
  else methods.push({ name: 'OpenSSL X25519', size, run: () => Promise.resolve(opensslRound(size)) });
  methods.push({
    name: 'SQL join',
    size,
    run: () => processRound(own, { size, signal, method: 'sql-join' }),
  });

  const seen = new Map<Method, Round[]>(methods.map((method) => [method, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [method, figures] of seen) {
      if (signal.aborted) throw new Stopped();
      figures.push(await method.run());
    }
  }
  const results = methods.map((method) => resultOf(method, seen.get(method) ?? []));
  const base = results[0]?.microsecondsPerPair ?? NaN;
  return {
    benchmark: 'peers',
    ...machine(),
    setting,
    results: results.map((result) => ({ ...result, ratio: result.microsecondsPerPair / base })),
    skipped,
  };
}

function resultOf({ name, size }: Method, rounds: readonly Round[]): Omit<PeerResult, 'ratio'> {
  const perPair = rounds.map(({ coreSeconds }) => (1e6 * coreSeconds) / size);
  const bytes = rounds[0]?.bytes ?? null;
  const peaks = rounds.map(({ peakRssBytes }) => peakRssBytes ?? NaN);
  return {
    method: name,
    size,
    coreSeconds: median(rounds.map(({ coreSeconds }) => coreSeconds)),
    wallSeconds: median(rounds.map(({ wallSeconds }) => wallSeconds)),
    microsecondsPerPair: median(perPair),
    ...spread(perPair),
    bytesPerPair: bytes === null ? null : bytes / size,
    peakRssBytes: peaks.some(Number.isNaN) ? null : Math.max(...peaks),
  };
}

/** Two processes over TLS, as two companies would run it; the others have no network between them. */
async function vesicaRound(size: number, engine: string, signal: AbortSignal): Promise<Round> {
  const setting = { mode: 'psi', size, peerSize: size, overlap: OVERLAP, engine, threads: 1 } as const;
  const { coreSeconds, wallSeconds, bytesPerPair, initiator, responder } = await sessionBenchmark(
    { ...setting, cells: 1, measures: 0 },
    { signal, name: `vesica ${engine}` },
  );
  const peakRssBytes = Math.max(initiator.peakRssBytes, responder.peakRssBytes);
  return { coreSeconds, wallSeconds, bytes: bytesPerPair * size, peakRssBytes };
}

/** As many key agreements as a pair of keys needs multiplications; nothing is hashed, sent or matched. */
function opensslRound(size: number): Round {
  const seconds = ((x25519Microseconds(1) ?? NaN) * MULTIPLICATIONS_A_PAIR * size) / 1e6;
  return { coreSeconds: seconds, wallSeconds: seconds, bytes: null, peakRssBytes: null };
}

function processRound(
  program: string,
  {
    size,
    signal,
    method,
  }: { readonly size: number; readonly signal: AbortSignal; readonly method?: PeerOrder['method'] },
): Promise<Round> {
  const common = Math.round(OVERLAP * size);
  const child = spawn(process.execPath, [program, JSON.stringify({ method, size, common })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', end, { once: true });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', end);
      if (signal.aborted) {
        reject(new Stopped());
        return;
      }
      if (code !== 0) {
        reject(new Error(`${program} ended with exit code ${code ?? 'none'}`));
        return;
      }
      const figures = JSON.parse(text) as PeerFigures;
      if (figures.matched === common) resolve(figures);
      else reject(new Error(`${method ?? program} found ${figures.matched} matches of ${common}`));
    });
  });
}

/** The setting that the command line asks for. */
export function peersSetting(rest: readonly string[]): { json: boolean; setting: PeersSetting } {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...rest],
    options: { json: { type: 'boolean' }, size: text, 'noble-size': text, rounds: text, engines: text },
  });
  const whole = (name: string, given: string | undefined, fallback: number): number => {
    const value = given === undefined ? fallback : Number(given);
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`--${name} must be a whole number of at least 1`);
    return value;
  };
  const size = whole('size', values.size, 2 ** 14);
  const setting = {
    size,
    nobleSize: whole('noble-size', values['noble-size'], Math.min(size, 2 ** 11)),
    rounds: whole('rounds', values.rounds, 3),
    engines: (values.engines ?? 'native,wasm').split(','),
  };
  return { json: values.json ?? false, setting };
}

/** The figures as text. */
export function printPeers({ node, processor, setting, results, skipped }: PeersReport): string {
  const rows = results.map(({ method, size, microsecondsPerPair, lowest, highest, bytesPerPair, ratio }) =>
    [
      method.padEnd(20),
      String(size).padStart(9),
      microsecondsPerPair.toFixed(1).padStart(11),
      `${lowest.toFixed(1)} - ${highest.toFixed(1)}`.padStart(19),
      ratio.toFixed(2).padStart(8),
      (bytesPerPair === null ? '-' : bytesPerPair.toFixed(0)).padStart(7),
    ].join(' '),
  );
  return [
    `${processor}, Node ${node}; medians of ${setting.rounds} alternating rounds, half of each list in both`,
    'method                   pairs us/pair,cpu  lowest - highest    ratio  B/pair',
    ...rows,
    ...skipped.map((line) => `left out: ${line}`),
    '',
  ].join('\n');
}
