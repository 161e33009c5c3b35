import { parseArgs } from 'node:util';
import { type Line, fitLine } from './fit-line.js';
import type { ScaleReport } from './scale.js';

/** Prices of a public cloud, in US dollars. */
export interface Prices {
  readonly coreHourUsd: number;
  readonly gigabyteSentUsd: number;
}

/** AWS list prices in us-east-1: half a c7i.large on demand, and data out to the internet. They change: see `--core-hour-usd`. */
export const PRICES: Prices = { coreHourUsd: 0.08925 / 2, gigabyteSentUsd: 0.09 };

/** A machine that a party might use. */
export interface PartyMachine {
  readonly name: string;
  readonly cores: number;
  readonly bitsPerSecond: number;
}

export const MACHINES: readonly PartyMachine[] = [
  { name: '2 cores, 100 Mbit/s', cores: 2, bitsPerSecond: 100e6 },
  { name: '32 cores, 10 Gbit/s', cores: 32, bitsPerSecond: 10e9 },
];

/** Keys of one party in one session (protocol-spec/limits.md). */
const SESSION_KEYS = 2 ** 27;
/** With tags on disk only the own list stays in memory: its keys, types, rows and cells, and their secret order. */
const OWN_KEY_BYTES = 45;
/** What is written to disk and read back for a pair of keys: both tags and a position. */
const SPOOLED_PAIR_BYTES = 28;
const DISK_BYTES_PER_SECOND = 200e6;
const ROWS = [1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

export type Bottleneck = 'processor' | 'one thread' | 'network' | 'disk';

export interface CostRow {
  readonly rows: number;
  readonly sessions: number;
  /** Of both parties. */
  readonly coreSeconds: number;
  /** Both ways. */
  readonly wireBytes: number;
  /** A party, in one session. */
  readonly memoryBytes: number;
  readonly memoryBytesSpooled: number;
  readonly usd: number;
  readonly times: readonly {
    readonly machine: string;
    readonly seconds: number;
    readonly bottleneck: Bottleneck;
  }[];
}

export interface CostReport {
  readonly benchmark: 'costs';
  readonly prices: Prices;
  /** By what was measured; x is the keys of each list. */
  readonly fits: Readonly<Record<'coreSeconds' | 'serialSeconds' | 'memoryBytes' | 'wireBytes', Line>>;
  readonly rows: readonly CostRow[];
}

/** Costs of two lists of equal length in mode psi, from what sessions of several lengths took. */
export function costReport({ results }: ScaleReport, prices: Prices = PRICES): CostReport {
  const fit = (of: (session: ScaleReport['results'][number]['session']) => number): Line =>
    fitLine(results.map(({ size, session }) => ({ x: size, y: of(session) })));
  const fits = {
    coreSeconds: fit(({ coreSeconds }) => coreSeconds),
    // What is not the engine's runs on the one thread that frames, sends and matches.
    serialSeconds: fit(({ coreSeconds, floorCoreSeconds }) =>
      Math.max(1e-3, (coreSeconds - floorCoreSeconds) / 2),
    ),
    memoryBytes: fit(({ peakRssBytes }) => Math.max(peakRssBytes.initiator, peakRssBytes.responder)),
    wireBytes: fit(({ initiator }) => initiator.bytesSent + initiator.bytesReceived),
  };
  const last = results.at(-1)?.session.initiator;
  const busier =
    last === undefined
      ? 1
      : Math.max(last.bytesSent, last.bytesReceived) / (last.bytesSent + last.bytesReceived);
  return {
    benchmark: 'costs',
    prices,
    fits,
    rows: ROWS.map((rows) => costRow(rows, { fits, prices, busier })),
  };
}

function costRow(
  rows: number,
  { fits, prices, busier }: Pick<CostReport, 'fits' | 'prices'> & { readonly busier: number },
): CostRow {
  const sessions = Math.ceil(rows / SESSION_KEYS);
  const keys = rows / sessions;
  const inAll = ({ fixed, perUnit }: Line): number => sessions * (fixed + perUnit * keys);
  const coreSeconds = inAll(fits.coreSeconds);
  const wireBytes = inAll(fits.wireBytes);
  const times = MACHINES.map(({ name, cores, bitsPerSecond }) => {
    const parts: Readonly<Record<Bottleneck, number>> = {
      processor: coreSeconds / 2 / cores,
      'one thread': inAll(fits.serialSeconds),
      network: (8 * busier * wireBytes) / bitsPerSecond,
      disk: (2 * SPOOLED_PAIR_BYTES * rows) / DISK_BYTES_PER_SECOND,
    };
    const [bottleneck, seconds] = (Object.entries(parts) as [Bottleneck, number][]).reduce((most, part) =>
      part[1] > most[1] ? part : most,
    );
    return { machine: name, seconds, bottleneck };
  });
  const { fixed } = fits.memoryBytes;
  return {
    rows,
    sessions,
    coreSeconds,
    wireBytes,
    memoryBytes: fixed + fits.memoryBytes.perUnit * keys,
    memoryBytesSpooled: fixed + OWN_KEY_BYTES * keys,
    usd: (coreSeconds / 3600) * prices.coreHourUsd + (wireBytes / 1e9) * prices.gigabyteSentUsd,
    times,
  };
}

/** Prices that the command line asks for. */
export function costSetting(rest: readonly string[]): { json: boolean; prices: Prices } {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...rest],
    options: { json: { type: 'boolean' }, 'core-hour-usd': text, 'sent-gb-usd': text },
  });
  const price = (name: 'core-hour-usd' | 'sent-gb-usd', fallback: number): number => {
    const value = Number(values[name] ?? fallback);
    if (!(value >= 0 && value < Infinity)) throw new RangeError(`--${name} must be a price of at least 0`);
    return value;
  };
  return {
    json: values.json ?? false,
    prices: {
      coreHourUsd: price('core-hour-usd', PRICES.coreHourUsd),
      gigabyteSentUsd: price('sent-gb-usd', PRICES.gigabyteSentUsd),
    },
  };
}

/** The table as text. */
export function printCosts({ fits, prices, rows }: CostReport): string {
  const perKey = ({ perUnit }: Line, factor: number): string => (factor * perUnit).toPrecision(3);
  const worst = Math.max(...Object.values(fits).map(({ worstShare }) => worstShare));
  return [
    `for each pair of keys: ${perKey(fits.coreSeconds, 1e6)} us of processor time of both parties, of which ` +
      `${perKey(fits.serialSeconds, 2e6)} us outside the engine, ${perKey(fits.wireBytes, 1)} bytes on the wire, ` +
      `${perKey(fits.memoryBytes, 1)} bytes of memory a party; the fit is off by at most ${(100 * worst).toFixed(0)} %`,
    `${prices.coreHourUsd.toFixed(4)} USD a core and hour, ${prices.gigabyteSentUsd.toFixed(2)} USD a GB sent, both parties together`,
    '',
    [
      'rows a list',
      'sessions',
      'core hours',
      'GB sent',
      'GB memory',
      'tags on disk',
      'USD',
      ...MACHINES.map(({ name }) => name),
    ]
      .map((head, i) => head.padStart(WIDTHS[i] ?? 28))
      .join(''),
    ...rows.map((row) =>
      [
        row.rows.toExponential(0).replace('e+', 'e'),
        String(row.sessions),
        short(row.coreSeconds / 3600),
        short(row.wireBytes / 1e9),
        short(row.memoryBytes / 1e9),
        short(row.memoryBytesSpooled / 1e9),
        short(row.usd),
        ...row.times.map(({ seconds, bottleneck }) => `${duration(seconds)}, ${bottleneck}`),
      ]
        .map((cell, i) => cell.padStart(WIDTHS[i] ?? 28))
        .join(''),
    ),
    '',
  ].join('\n');
}

const WIDTHS = [11, 10, 12, 10, 11, 14, 10];

function short(value: number): string {
  return value < 1000 ? String(Number(value.toPrecision(2))) : String(Math.round(value));
}

function duration(seconds: number): string {
  if (seconds < 120) return `${short(seconds)} s`;
  return seconds < 7200 ? `${short(seconds / 60)} min` : `${short(seconds / 3600)} h`;
}
