/** How far a session was when its node told so. `at` is the clock of the node, in milliseconds. */
export interface ProgressSample {
  readonly at: number;
  readonly done: number;
  readonly total: number;
}

export interface Pace {
  /** Items a second, over the window; `null` until it can be told. */
  readonly rate: number | null;
  /** `null` while it would be a guess. */
  readonly secondsLeft: number | null;
}

const WINDOW_MS = 12_000;
/** Less than this says nothing: the first chunks wait for keys and tables. */
const SHORTEST_MS = 2_000;
const FEWEST_SAMPLES = 4;
/** How much the two halves of the window may differ. */
const STEADY = 2;
const UNKNOWN: Pace = { rate: null, secondsLeft: null };

/** The samples with `next` added, without those that are too old to count; another total starts anew. */
export function withSample(samples: readonly ProgressSample[], next: ProgressSample): ProgressSample[] {
  const last = samples.at(-1);
  if (last !== undefined && (last.total !== next.total || last.done > next.done)) return [next];
  return [...samples.filter(({ at }) => next.at - at <= WINDOW_MS), next];
}

/**
 * The rate of a moving window, and the time left at it. The rate is told once there is enough of it, and the time left only
 * when the rate has been steady: when both halves of the window went about as fast.
 */
export function paceOf(samples: readonly ProgressSample[]): Pace {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || samples.length < FEWEST_SAMPLES) return UNKNOWN;
  if (last.at - first.at < SHORTEST_MS) return UNKNOWN;
  const rate = rateBetween(first, last);
  const middleAt = (first.at + last.at) / 2;
  const middle = samples.findLast(({ at }) => at <= middleAt) ?? first;
  const early = rateBetween(first, middle);
  const late = rateBetween(middle, last);
  const isSteady = early > 0 && late > 0 && Math.max(early / late, late / early) <= STEADY;
  return { rate, secondsLeft: isSteady ? Math.max(0, (last.total - last.done) / rate) : null };
}

function rateBetween(from: ProgressSample, to: ProgressSample): number {
  const seconds = (to.at - from.at) / 1000;
  return seconds <= 0 ? 0 : (to.done - from.done) / seconds;
}

/** Seconds as a person is told them, without pretending to know more: steps of 5 s, of minutes, of 5 minutes. */
export function roundedSeconds(seconds: number): number {
  const step = seconds < 10 ? 1 : seconds < 60 ? 5 : seconds < 3600 ? 60 : 300;
  return Math.max(1, step * Math.round(seconds / step));
}
