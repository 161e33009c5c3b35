import { digestFromText } from './digest-text.js';
import { normaliser, type Normaliser } from './normalise.js';
import { PROFILES, type IdentifierType, type Profile } from './vocabulary.js';

/** How many identifiers would not match if one party used the first profile and its partner the second. */
export interface ProfileDifference {
  readonly profiles: readonly [Profile, Profile];
  /** Identifiers that the two profiles give different forms, or that only one of them accepts. */
  readonly differing: number;
}

/**
 * Counts, over a column, what a wrong profile would cost: the matches expected to be lost if the partner's keys were
 * made under another profile. Holds counts only, never an identifier. Each identifier is normalised once a profile, so
 * a caller with many rows may pass a sample.
 */
export class ProfileComparison {
  readonly #normalisers: readonly Normaliser[];
  readonly #recognisesDigests: boolean;
  /** For each two profiles, at the index `pairIndex` gives. */
  readonly #differing = new Array<number>(PROFILES.length ** 2).fill(0);
  #compared = 0;
  #hashed = 0;
  #unusable = 0;

  /** @throws VesicaError `config/invalid` when `region` is not a country with a numbering plan. */
  constructor(type: IdentifierType, region?: string) {
    this.#normalisers = PROFILES.map((profile) => normaliser(type, { profile, region }));
    this.#recognisesDigests = type !== 'customer_id';
  }

  /** Counts one identifier. */
  add(text: string): void {
    if (this.#recognisesDigests && digestFromText(text.trim()) !== undefined) {
      this.#hashed += 1;
      return;
    }
    const forms = this.#normalisers.map((normalised) => formOf(normalised(text)));
    if (forms.every((form) => form === undefined)) {
      this.#unusable += 1;
      return;
    }
    this.#compared += 1;
    forms.forEach((form, first) => {
      forms.forEach((other, second) => {
        if (form === other) return;
        const pair = pairIndex(first, second);
        this.#differing[pair] = (this.#differing[pair] ?? 0) + 1;
      });
    });
  }

  /** Identifiers compared: all that at least one profile accepts. */
  get compared(): number {
    return this.#compared;
  }

  /** Digests, which nobody can compare: the profile was applied before they were made. */
  get hashed(): number {
    return this.#hashed;
  }

  /** Identifiers that every profile rejects. */
  get unusable(): number {
    return this.#unusable;
  }

  /** One entry for each two profiles, in the order of `PROFILES`. */
  differences(): ProfileDifference[] {
    return PROFILES.flatMap((profile, first) =>
      PROFILES.slice(first + 1).map((other, offset) => ({
        profiles: [profile, other] as const,
        differing: this.#differing[pairIndex(first, first + 1 + offset)] ?? 0,
      })),
    );
  }
}

function pairIndex(first: number, second: number): number {
  return first * PROFILES.length + second;
}

function formOf(outcome: ReturnType<Normaliser>): string | undefined {
  return typeof outcome === 'string' ? outcome : undefined;
}
