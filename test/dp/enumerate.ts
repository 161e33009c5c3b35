import type { UniformDraws } from '../../src/dp/uniform.js';

/** Probabilities are counted in units of 2^-200, rounded down. */
const UNIT_BITS = 200n;

/** A point where the sampler asks for an outcome that the path does not have yet: the weights of its branches. */
class Branching {
  readonly branches: readonly { readonly outcome: bigint; readonly numerator: bigint }[];
  readonly denominator: bigint;

  constructor(branches: Branching['branches'], denominator: bigint) {
    this.branches = branches;
    this.denominator = denominator;
  }
}

export interface Enumeration {
  /** Lower bound of the probability of each result, as a double of an exact sum. */
  readonly probabilities: ReadonlyMap<string, number>;
  /** Probability of the paths cut off: the true probability of a result is at most this much higher. */
  readonly undecided: number;
}

/**
 * The distribution of a sampler that repeats `attempt` until it gives a result, with the result's probability between
 * `lower` and `upper`.
 */
export function enumerateAccepted(
  attempt: (draws: UniformDraws) => bigint | undefined,
  cutoff: number,
): ReadonlyMap<string, { readonly lower: number; readonly upper: number }> {
  const { probabilities, undecided } = enumerateOutcomes(attempt, cutoff);
  const rejected = probabilities.get('undefined') ?? 0;
  return new Map(
    [...probabilities]
      .filter(([result]) => result !== 'undefined')
      .map(([result, probability]) => [
        result,
        {
          lower: probability / (1 - rejected),
          upper: (probability + undecided) / (1 - rejected - undecided),
        },
      ]),
  );
}

/**
 * Runs `sampler` on every sequence of outcomes of its uniform draws whose probability is at least `cutoff`, and adds
 * up the exact probability of each result.
 */
export function enumerateOutcomes(
  sampler: (draws: UniformDraws) => bigint | boolean | undefined,
  cutoff: number,
): Enumeration {
  const one = 1n << UNIT_BITS;
  const smallest = BigInt(Math.ceil(cutoff * 2 ** 60)) << (UNIT_BITS - 60n);
  const totals = new Map<string, bigint>();
  const pending: { path: bigint[]; weight: bigint }[] = [{ path: [], weight: one }];
  let decided = 0n;
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const { path, weight } = node;
    try {
      const result = String(sampler(replay(path)));
      totals.set(result, (totals.get(result) ?? 0n) + weight);
      decided += weight;
    } catch (reason) {
      if (!(reason instanceof Branching)) throw reason;
      if (weight < smallest) continue;
      for (const { outcome, numerator } of reason.branches) {
        pending.push({ path: [...path, outcome], weight: (weight * numerator) / reason.denominator });
      }
    }
  }
  const toNumber = (units: bigint) => Number(units) / 2 ** Number(UNIT_BITS);
  return {
    probabilities: new Map([...totals].map(([result, units]) => [result, toNumber(units)])),
    undecided: toNumber(one - decided),
  };
}

function replay(path: readonly bigint[]): UniformDraws {
  let position = 0;
  function next(branches: () => Branching): bigint {
    const outcome = path[position];
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- a control signal, caught above
    if (outcome === undefined) throw branches();
    position += 1;
    return outcome;
  }
  return {
    below(bound) {
      return next(() => {
        const outcomes = Array.from({ length: Number(bound) }, (_, i) => BigInt(i));
        return new Branching(
          outcomes.map((outcome) => ({ outcome, numerator: 1n })),
          bound,
        );
      });
    },
    flip(numerator, denominator) {
      const yes = next(() => {
        const branches = [
          { outcome: 1n, numerator },
          { outcome: 0n, numerator: denominator - numerator },
        ];
        return new Branching(
          branches.filter((branch) => branch.numerator > 0n),
          denominator,
        );
      });
      return yes === 1n;
    },
  };
}
