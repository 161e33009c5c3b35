/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Smallest and largest value. */
export function spread(values: readonly number[]): { readonly lowest: number; readonly highest: number } {
  return { lowest: Math.min(...values), highest: Math.max(...values) };
}

/** Seconds of processor time that `work` takes on the calling thread, and what it gives. */
export function processorSeconds(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** An interval, both ends included. */
export interface Band {
  readonly lower: number;
  readonly upper: number;
}

/** Whether `value` lies in the interval. */
export function holds({ lower, upper }: Band, value: number): boolean {
  return lower <= value && value <= upper;
}

/** Wilson's interval for the share behind `hits` of `runs`, `reach` standard errors wide to each side. */
export function shareBand(hits: number, runs: number, reach: number): Band {
  const z2 = reach * reach;
  const centre = (hits + z2 / 2) / (runs + z2);
  const half = (reach * Math.sqrt((hits * (runs - hits)) / runs + z2 / 4)) / (runs + z2);
  return { lower: centre - half, upper: centre + half };
}
