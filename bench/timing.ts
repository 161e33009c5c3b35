import { randomBytes } from 'node:crypto';
import { HASH_TO_GROUP_DST, type Engine, availableEngines, chooseEngine } from 'vesica/group';
import { type Machine, machine } from './machine.js';
import { LEAK_THRESHOLD, type SecretCall, leaking, measureLeak } from './welch.js';

/** One call that takes a secret, against one fixed scalar. */
export interface TimingFigure {
  readonly engine: string;
  readonly operation: string;
  /** Which fixed scalar random ones were compared with. */
  readonly fixed: string;
  readonly t: number;
  /** Mean time with random scalars over mean time with the fixed one. */
  readonly ratio: number;
  readonly leak: boolean;
  /** The positive control leaks on purpose; everything else must not. */
  readonly expectedLeak: boolean;
}

export interface TimingReport extends Machine {
  readonly benchmark: 'timing';
  readonly samples: number;
  readonly threshold: number;
  readonly results: readonly TimingFigure[];
  /** Whether every result is as expected, the positive controls included. */
  readonly passed: boolean;
}

/** Elements a batch: small, so that few samples are disturbed by other programs. */
const BATCH = 16;

/** Fixed scalars of extreme shape: 1, whose half has long runs of equal bits, and 2^252 - 1. */
const FIXED = {
  one: new Uint8Array(32).fill(1, 0, 1),
  ones: new Uint8Array(32).fill(0xff).fill(0x0f, 31),
};

/** The timing test (welch.ts) on every engine that promises constant time; `noble`, the reference, does not. */
export function timingBenchmark(samples: number): TimingReport {
  const results = availableEngines()
    .filter(({ name }) => name !== 'noble')
    .flatMap(({ name, variant }) => timeEngine(chooseEngine(`${name}:${variant}`), samples));
  const passed = results.every(({ leak, expectedLeak }) => leak === expectedLeak);
  return { benchmark: 'timing', ...machine(), samples, threshold: LEAK_THRESHOLD, results, passed };
}

function timeEngine(engine: Engine, samples: number): TimingFigure[] {
  const random = (): number => randomBytes(4).readUInt32LE() / 2 ** 32;
  return secretCalls(engine).flatMap(({ operation, call, expectedLeak }) =>
    Object.entries(FIXED).flatMap(([fixed, scalar]) => {
      // The control leaks on bits that are clear in `one`.
      if (expectedLeak && fixed !== 'one') return [];
      const { t, ratio } = measureLeak(call, scalar, { samples, random });
      const leak = Math.abs(t) > LEAK_THRESHOLD;
      return [{ engine: `${engine.name}:${engine.variant}`, operation, fixed, t, ratio, leak, expectedLeak }];
    }),
  );
}

function secretCalls(engine: Engine): { operation: string; call: SecretCall; expectedLeak: boolean }[] {
  const batch = { types: new Uint8Array(BATCH), keys: new Uint8Array(randomBytes(32 * BATCH)) };
  const elements = engine.hashToGroup(batch, HASH_TO_GROUP_DST);
  const scalars = new Uint8Array(32 * BATCH);
  const repeat = (scalar: Uint8Array): Uint8Array => {
    for (let i = 0; i < BATCH; i += 1) scalars.set(scalar, 32 * i);
    return scalars;
  };
  const multiply: SecretCall = (scalar) => engine.multiply(elements, scalar);
  const one: SecretCall = (scalar) => engine.multiply(elements.subarray(0, 32), scalar);
  return [
    { operation: 'multiply', call: multiply, expectedLeak: false },
    {
      operation: 'hashAndMultiply',
      call: (scalar) => engine.hashAndMultiply(batch, HASH_TO_GROUP_DST, scalar),
      expectedLeak: false,
    },
    { operation: 'multiplyBase', call: (scalar) => engine.multiplyBase(repeat(scalar)), expectedLeak: false },
    {
      operation: 'multiplyAdd',
      call: (scalar) => engine.multiplyAdd(repeat(scalar), scalar, scalars),
      expectedLeak: false,
    },
    { operation: 'leaking on purpose', call: leaking(multiply, one), expectedLeak: true },
  ];
}

/** The figures as text. */
export function printTiming({ results, samples, threshold, passed }: TimingReport): string {
  const lines = results.map(
    ({ engine, operation, fixed, t, ratio, leak, expectedLeak }) =>
      `${engine.padEnd(20)} ${operation.padEnd(20)} random against ${fixed.padEnd(5)} t = ${t.toFixed(2).padStart(8)}  ratio ${ratio.toFixed(4)}` +
      (leak === expectedLeak ? (leak ? '  seen, as it should be' : '') : leak ? '  LEAK' : '  NOT SEEN'),
  );
  const verdict = passed
    ? 'no dependence on the scalar was seen'
    : 'the timing depends on a scalar, or the control was not seen';
  return `${lines.join('\n')}\n${samples} samples each, threshold |t| > ${threshold}: ${verdict}\n`;
}
