/** Ends of an interval at which a function has opposite signs. */
export interface Bracket {
  readonly lower: number;
  readonly upper: number;
}

/** Steps after which the interval has shrunk to neighbouring doubles even by halving alone. */
const MAX_STEPS = 200;

/**
 * The root of a continuous `f` inside `bracket`, to the last digits a double holds. False position with the Illinois
 * correction (Dowell and Jarratt 1971); every third step halves the interval, so no shape of `f` can stall it.
 *
 * When `f` has one sign at both ends there is no root to find and the end with the smaller |f| comes back; callers
 * that cannot rule this out check the ends first.
 */
export function findRoot(f: (x: number) => number, bracket: Bracket): number {
  let { lower, upper } = bracket;
  let atLower = f(lower);
  let atUpper = f(upper);
  if (Math.sign(atLower) === Math.sign(atUpper)) return Math.abs(atLower) < Math.abs(atUpper) ? lower : upper;
  let keptEnd = 0;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const width = upper - lower;
    const middle = lower + width / 2;
    if (middle <= lower || middle >= upper || width <= Number.EPSILON * Math.abs(middle)) break;
    const secant = lower + (width * atLower) / (atLower - atUpper);
    const x = step % 3 !== 2 && secant > lower && secant < upper ? secant : middle;
    const value = f(x);
    if (value === 0) return x;
    if (Math.sign(value) === Math.sign(atLower)) {
      lower = x;
      atLower = value;
      if (keptEnd === 1) atUpper /= 2;
      keptEnd = 1;
    } else {
      upper = x;
      atUpper = value;
      if (keptEnd === -1) atLower /= 2;
      keptEnd = -1;
    }
  }
  return lower + (upper - lower) / 2;
}

/** The first of start, 2 start, 4 start, ... at which the decreasing `f` is zero or less; `start` above zero. */
export function doubleUntilNegative(f: (x: number) => number, start: number): number {
  let x = start;
  while (f(x) > 0 && x < Number.MAX_VALUE / 2) x *= 2;
  return x;
}
