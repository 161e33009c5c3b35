import { randomBytes } from 'node:crypto';
import {
  DiscreteLogTable,
  type Engine,
  type GroupOperations,
  availableEngines,
  bigIntToScalar,
  chooseEngine,
  discreteLogarithms,
  inlineOperations,
  startPool,
  tableEntriesFor,
} from 'vesica/group';
import { type Machine, machine } from './machine.js';

/** Processor and wall seconds of the whole process, all its threads counted. */
interface Seconds {
  readonly processorSeconds: number;
  readonly wallSeconds: number;
}

/** The decryption of one set of sums by one engine. */
export interface DiscreteLogarithmFigure {
  /** `name:variant`. */
  readonly engine: string;
  /** `inline`: all on the calling thread. `pool`: walks on one worker thread, look-ups on the calling one. */
  readonly operations: 'inline' | 'pool';
  readonly tableEntries: number;
  readonly table: Seconds;
  readonly search: Seconds;
  readonly processorMillisecondsPerSum: number;
  /** Table and search together. */
  readonly processorSeconds: number;
}

export interface DiscreteLogarithmReport extends Machine {
  readonly benchmark: 'discrete-logarithms';
  readonly sums: number;
  readonly range: number;
  readonly results: readonly DiscreteLogarithmFigure[];
}

const RANGE = 2 ** 36;

/** Decrypts `sums` uniformly random numbers below 2^36, with a fresh table each time, on every engine but the reference. */
export async function discreteLogarithmBenchmark(sums: number): Promise<DiscreteLogarithmReport> {
  const results: DiscreteLogarithmFigure[] = [];
  for (const { name, variant } of availableEngines()) {
    if (name === 'noble') continue;
    const engine = chooseEngine(`${name}:${variant}`);
    const pool = startPool({ engine, threads: 1 });
    try {
      // The first call starts the thread.
      await pool.multiplyBase(bigIntToScalar(1n));
      results.push({ operations: 'inline', ...(await measure(engine, inlineOperations(engine), sums)) });
      results.push({ operations: 'pool', ...(await measure(engine, pool, sums)) });
    } finally {
      await pool.close();
    }
  }
  return { benchmark: 'discrete-logarithms', ...machine(), sums, range: RANGE, results };
}

async function measure(
  engine: Engine,
  operations: GroupOperations,
  sums: number,
): Promise<Omit<DiscreteLogarithmFigure, 'operations'>> {
  const numbers = Array.from({ length: sums }, () => randomBytes(6).readUIntLE(0, 6) % RANGE);
  const elements = engine.multiplyBase(Buffer.concat(numbers.map((x) => bigIntToScalar(BigInt(x)))));
  const ranges = numbers.map(() => ({ minimum: 0, maximum: RANGE - 1 }));
  const table = new DiscreteLogTable();
  const building = await secondsOf(() => table.grow(operations, tableEntriesFor(ranges)));
  let found: readonly (number | undefined)[] = [];
  const search = await secondsOf(async () => {
    found = await discreteLogarithms(operations, { elements, ranges, table });
  });
  if (!numbers.every((x, i) => found[i] === x)) throw new Error('a sum was decrypted wrongly');
  return {
    engine: `${engine.name}:${engine.variant}`,
    tableEntries: table.entries,
    table: building,
    search,
    processorMillisecondsPerSum: (1000 * search.processorSeconds) / sums,
    processorSeconds: building.processorSeconds + search.processorSeconds,
  };
}

async function secondsOf(work: () => Promise<void>): Promise<Seconds> {
  const begin = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { processorSeconds: (user + system) / 1e6, wallSeconds: (performance.now() - begin) / 1000 };
}

/** The figures as text. */
export function printDiscreteLogarithms(report: DiscreteLogarithmReport): string {
  const { processor, node, sums, range, results } = report;
  const lines = [
    `${processor}, Node ${node}; ${sums} sums, uniform below 2^${Math.log2(range)}; processor time of all threads`,
    '',
    row(['engine', 'operations', 'entries', 'table s', 'ms/sum', 'total s', 'wall s']),
    ...results.map(({ engine, operations, tableEntries, table, search, ...rest }) =>
      row([
        engine,
        operations,
        String(tableEntries),
        table.processorSeconds.toFixed(2),
        rest.processorMillisecondsPerSum.toFixed(2),
        rest.processorSeconds.toFixed(2),
        (table.wallSeconds + search.wallSeconds).toFixed(2),
      ]),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

const WIDTHS = [22, 12];

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => (i < 2 ? cell.padEnd(WIDTHS[i] ?? 0) : cell.padStart(10))).join('');
}
