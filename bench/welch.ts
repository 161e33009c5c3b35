/**
 * Does the running time of an engine depend on its secret scalar? Welch's t-test in the manner of dudect
 * (Reparaz, Balasch, Verbauwhede, "Dude, is my code constant time?", 2017).
 *
 * Two classes of scalars, one fixed and one drawn anew each time, are measured in random order over many small batches,
 * and the means of the two classes are compared. |t| above 4.5 says that they differ; a value below says only that this
 * test saw nothing. A positive control, an engine that leaks on purpose, shows that the test can see a leak.
 *
 * It works on any engine: hand it the calls that take a secret.
 */

/** A call that takes one secret scalar of 32 bytes. */
export type SecretCall = (scalar: Uint8Array) => unknown;

export interface WelchResult {
  readonly t: number;
  readonly samples: number;
  /** Mean of the random class over mean of the fixed class. */
  readonly ratio: number;
}

export interface TimingOptions {
  readonly samples: number;
  /** The shares of the slowest samples to leave out, one test each; the largest |t| counts. */
  readonly cuts?: readonly number[];
  readonly random: () => number;
}

/** |t| from which on the classes are said to differ. */
export const LEAK_THRESHOLD = 4.5;

class Moments {
  count = 0;
  mean = 0;
  #sumOfSquares = 0;

  /** Welford's running mean and variance. */
  add(value: number): void {
    this.count += 1;
    const delta = value - this.mean;
    this.mean += delta / this.count;
    this.#sumOfSquares += delta * (value - this.mean);
  }

  get variance(): number {
    return this.count > 1 ? this.#sumOfSquares / (this.count - 1) : NaN;
  }
}

/** Welch's statistic for two samples with unequal variances. */
export function welch(fixed: readonly number[], random: readonly number[]): WelchResult {
  const a = new Moments();
  const b = new Moments();
  for (const value of fixed) a.add(value);
  for (const value of random) b.add(value);
  const t = (a.mean - b.mean) / Math.sqrt(a.variance / a.count + b.variance / b.count);
  return { t, samples: a.count + b.count, ratio: b.mean / a.mean };
}

/** The order of l, to draw scalars below it without bias worth mentioning: 2^252 is below l, so 252 random bits will do. */
function randomScalar(random: () => number): Uint8Array {
  const scalar = new Uint8Array(32).map(() => Math.floor(256 * random()));
  scalar[31] = (scalar[31] ?? 0) & 15;
  scalar[0] = (scalar[0] ?? 0) | 1; // never zero
  return scalar;
}

/**
 * Measures `call` with `fixed` and with random scalars by turns, in random order, and returns the worst of the cut tests.
 * Both scalars are made and written in the same way, so that the two classes differ in nothing else.
 */
export function measureLeak(call: SecretCall, fixed: Uint8Array, options: TimingOptions): WelchResult {
  const { samples, cuts = [0, 0.05, 0.2, 0.5], random } = options;
  const times: [number[], number[]] = [[], []];
  const argument = new Uint8Array(32);
  for (let i = 0; i < 20; i += 1) call(fixed);
  for (let i = 0; i < samples; i += 1) {
    const isRandom = random() < 0.5;
    const keep = isRandom ? 0xff : 0;
    // Byte by byte for both classes: copying from an old array or from one just written takes unlike times itself.
    const fresh = randomScalar(random).map((byte, j) => (byte & keep) | ((fixed[j] ?? 0) & ~keep));
    argument.set(fresh);
    const before = process.hrtime.bigint();
    call(argument);
    times[isRandom ? 1 : 0].push(Number(process.hrtime.bigint() - before));
  }
  const sorted = [...times[0], ...times[1]].sort((a, b) => a - b);
  const results = cuts.map((cut) => {
    const limit = sorted[Math.floor((1 - cut) * (sorted.length - 1))] ?? Infinity;
    return welch(
      times[0].filter((time) => time <= limit),
      times[1].filter((time) => time <= limit),
    );
  });
  return results.reduce((worst, result) => (Math.abs(result.t) > Math.abs(worst.t) ? result : worst));
}

/**
 * The positive control: the call is made again for part of the batch when the scalar's low bits are set. Against a fixed
 * scalar that has them clear, the classes differ by a few per cent of the time.
 */
export function leaking(call: SecretCall, extra: SecretCall): SecretCall {
  return (scalar) => {
    const result = call(scalar);
    if (((scalar[1] ?? 0) & 3) === 3) extra(scalar);
    return result;
  };
}
