import type { Mechanism } from '../../../src/dp/index.js';
import type * as Dp from '../../../src/dp/index.js';
import type { RandomSource } from '../../../src/random.js';

/** One draw of noise: whose randomness it came from tells whose noise it is. */
export interface Draw {
  readonly random: RandomSource;
  readonly mechanism: Mechanism;
  readonly value: bigint;
}

/** Every draw since the list was last emptied. A test file mocks `src/dp` with `recordingDp` to have it filled. */
export const draws: Draw[] = [];
/** Called at each draw. */
export const observer = { onDraw: (_draw: Draw): void => undefined };

/** `src/dp` as it is, but that it writes down what `draw` gives. */
export function recordingDp(real: typeof Dp): typeof Dp {
  return {
    ...real,
    draw(mechanism, random) {
      const drawn = { mechanism, random, value: real.draw(mechanism, random) };
      draws.push(drawn);
      observer.onDraw(drawn);
      return drawn.value;
    },
  };
}
