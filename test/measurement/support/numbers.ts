/** Relative distance of two numbers; absolute where the expected one is zero. */
export function relativeError(actual: number, expected: number): number {
  return expected === 0 ? Math.abs(actual) : Math.abs(actual / expected - 1);
}

/** Variance of discrete Laplace noise, 2a/(1-a)^2 with a = e^(-epsilon/sensitivity): the formula, without the sampler. */
export function laplaceVariance(epsilon: number, sensitivity = 1): number {
  const a = Math.exp(-epsilon / sensitivity);
  return (2 * a) / (1 - a) ** 2;
}

/** Whether a JSON result holds only finite numbers: JSON.stringify would turn NaN and Infinity into null. */
export function allFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'object' && value !== null) return Object.values(value).every(allFinite);
  return true;
}

/** Deterministic uniform numbers in (0, 1) for simulations in tests; mulberry32, never a source of secrets. */
export function seededUniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
}

/** A discrete Laplace value from two geometric ones; floating point is good enough for a simulation. */
export function simulatedLaplace(uniform: () => number, epsilon: number): number {
  const geometric = () => Math.floor(Math.log(uniform()) / -epsilon);
  return geometric() - geometric();
}
