import { randomFillSync } from 'node:crypto';
import { type Engine, HASH_TO_GROUP_DST, availableEngines, chooseEngine, startPool } from 'vesica/group';
import { type Machine, machine } from './machine.js';
import { x25519Microseconds } from './openssl.js';
import { median, processorSeconds, spread } from './statistics.js';

/** One operation of one engine on one core. */
export interface EngineFigure {
  /** Name of the engine; `name:variant` for another than its best variant here. */
  readonly engine: string;
  readonly variant: string;
  /** As in the `Engine` interface. */
  readonly operation: string;
  readonly microsecondsPerElement: number;
  /**
   * Median over the rounds of the time divided by that of one OpenSSL X25519, measured just before and just after the
   * engine's calls; `null` without openssl.
   */
  readonly ratioToX25519: number | null;
  readonly ratioToX25519Spread: { readonly lowest: number; readonly highest: number } | null;
  /** How many times faster than the reference engine. */
  readonly timesFasterThanReference: number;
}

export interface EngineReport extends Machine {
  readonly benchmark: 'engines';
  readonly rounds: number;
  readonly items: number;
  readonly x25519Microseconds: number | null;
  readonly results: readonly EngineFigure[];
  /** Wall time of `blind` with one worker thread divided by that with two. */
  readonly twoThreads: readonly { readonly engine: string; readonly speedup: number }[];
}

export interface EngineBenchmarkOptions {
  /** Rounds; in each every operation of every engine runs once, and OpenSSL before, between and after the engines. */
  readonly rounds: number;
  /** Elements a batch; the reference engine, hundreds of times slower, gets fewer. */
  readonly items: number;
}

/** Measures every engine of this machine beside OpenSSL's X25519, alternating, in processor time of one thread. */
export async function engineBenchmark({ rounds, items }: EngineBenchmarkOptions): Promise<EngineReport> {
  const engines = availableEngines().map(({ name, variant }, i, all) => {
    const isBest = all.findIndex((other) => other.name === name) === i;
    const engine = chooseEngine(`${name}:${variant}`);
    return {
      label: isBest ? name : `${name}:${variant}`,
      engine,
      items: name === 'noble' ? Math.min(items, 64) : items,
    };
  });
  const runs = engines.flatMap((entry) =>
    operationsOf(entry.engine, entry.items).map((run) => ({ ...entry, ...run })),
  );
  // The first calls build tables and compile code; they are not what a session pays per element.
  for (const { call } of runs) call();

  const x25519: number[] = [];
  const times = runs.map(() => [] as number[]);
  const ratios = runs.map(() => [] as number[]);
  const measure = (): number | undefined => {
    const yardstick = x25519Microseconds(1);
    if (yardstick !== undefined) x25519.push(yardstick);
    return yardstick;
  };
  for (let round = 0; round < rounds; round += 1) {
    let before = measure();
    for (const { label } of engines) {
      const ofEngine = runs.flatMap((run, i) => (run.label === label ? [i] : []));
      for (const i of ofEngine) times[i]?.push(microsecondsOf(runs[i]));
      const after = measure();
      // A shared machine changes its speed from second to second: the yardstick on both sides of an engine's calls.
      if (before !== undefined && after !== undefined) {
        for (const i of ofEngine) ratios[i]?.push((times[i]?.[round] ?? NaN) / ((before + after) / 2));
      }
      before = after;
    }
  }
  const medians = times.map(median);
  const reference = (operation: string): number =>
    medians[runs.findIndex((run) => run.label === 'noble' && run.operation === operation)] ?? NaN;
  const results = runs.map(({ label, engine, operation }, i): EngineFigure => {
    const measured = ratios[i] ?? [];
    return {
      engine: label,
      variant: engine.variant,
      operation,
      microsecondsPerElement: medians[i] ?? NaN,
      ratioToX25519: measured.length > 0 ? median(measured) : null,
      ratioToX25519Spread: measured.length > 0 ? spread(measured) : null,
      timesFasterThanReference: reference(operation) / (medians[i] ?? NaN),
    };
  });
  const twoThreads = [];
  for (const { label, engine, items: batch } of engines) {
    twoThreads.push({ engine: label, speedup: await threadSpeedup(engine, { rounds, items: batch * 4 }) });
  }
  return {
    benchmark: 'engines',
    ...machine(),
    rounds,
    items,
    x25519Microseconds: x25519.length > 0 ? median(x25519) : null,
    results,
    twoThreads,
  };
}

/** Processor time of one call, an element. */
function microsecondsOf(run: { readonly call: () => unknown; readonly items: number } | undefined): number {
  return run === undefined ? NaN : (1e6 * processorSeconds(run.call)) / run.items;
}

/** Every operation of the interface on `items` elements of random input. */
function operationsOf(engine: Engine, items: number): { operation: keyof Engine; call: () => unknown }[] {
  const keys = randomFillSync(new Uint8Array(32 * items));
  const types = new Uint8Array(items);
  const scalars = randomFillSync(new Uint8Array(32 * items)).map((byte, i) =>
    i % 32 === 31 ? byte & 0x0f : byte,
  );
  const scalar = scalars.slice(0, 32);
  const elements = engine.multiplyBase(scalars);
  const groups = new Uint32Array(items);
  const uniform = randomFillSync(new Uint8Array(64 * items));
  return [
    { operation: 'multiply', call: () => engine.multiply(elements, scalar) },
    {
      operation: 'hashAndMultiply',
      call: () => engine.hashAndMultiply({ types, keys }, HASH_TO_GROUP_DST, scalar),
    },
    { operation: 'hashToGroup', call: () => engine.hashToGroup({ types, keys }, HASH_TO_GROUP_DST) },
    { operation: 'mapToGroup', call: () => engine.mapToGroup(uniform) },
    { operation: 'multiplyBase', call: () => engine.multiplyBase(scalars) },
    { operation: 'multiplyAdd', call: () => engine.multiplyAdd(scalars, scalar, scalars) },
    { operation: 'sum', call: () => engine.sum(elements, 1, groups, 1) },
    {
      operation: 'walk',
      call: () => engine.walk(elements.subarray(0, 32), elements.subarray(32, 64), items),
    },
  ];
}

/** Wall time of blinding one batch with one worker thread over that with two; median over alternating rounds. */
async function threadSpeedup(engine: Engine, { rounds, items }: EngineBenchmarkOptions): Promise<number> {
  const batch = { types: new Uint8Array(items), keys: randomFillSync(new Uint8Array(32 * items)) };
  const scalar = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 7 : 0));
  const pools = [1, 2].map((threads) =>
    startPool({ engine, threads, sliceItems: Math.max(8, Math.min(1024, items / 8)) }),
  );
  try {
    const seconds: number[][] = [[], []];
    // The first round starts the threads and is not counted.
    for (let round = 0; round <= rounds; round += 1) {
      for (const [i, pool] of pools.entries()) {
        const begin = performance.now();
        await pool.blind(batch, scalar);
        if (round > 0) seconds[i]?.push((performance.now() - begin) / 1000);
      }
    }
    return median((seconds[0] ?? []).map((one, i) => one / (seconds[1]?.[i] ?? NaN)));
  } finally {
    await Promise.all(pools.map((pool) => pool.close()));
  }
}
