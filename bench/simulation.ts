import { randomFillSync } from 'node:crypto';

/** Chance for a simulation: what happens to people, and the noise of the sessions. From the system's CSPRNG. */
export interface Simulation {
  readonly random: { fill(target: Uint8Array): void };
  /** Uniform in [0, 1). */
  readonly uniform: () => number;
}

const words = new Uint32Array(4096);

export function simulation(): Simulation {
  let used = words.length;
  return {
    random: { fill: (target) => void randomFillSync(target) },
    uniform: () => {
      if (used === words.length) {
        randomFillSync(words);
        used = 0;
      }
      used += 1;
      return (words[used - 1] ?? 0) / 2 ** 32;
    },
  };
}
