import { CONSENT_GAPS, type Consent, type ConsentGap } from '../identity/index.js';

/** What the consent column says over all rows. Without one, nothing is counted. */
export interface ConsentCounts {
  /** Rows left out, by reason; reasons that did not occur are left out. */
  readonly without: Readonly<Partial<Record<ConsentGap, number>>>;
  /** Days (ISO 8601, UTC) on which the oldest and the newest TC string were made; `null` when none was read. */
  readonly created: { readonly earliest: string; readonly latest: string } | null;
}

/** Counts what a consent column says, row by row. */
export class ConsentTally {
  readonly #without = new Map<ConsentGap, number>();
  #earliest = Number.POSITIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;

  add({ gap, created }: Consent): void {
    if (gap !== undefined) this.#without.set(gap, (this.#without.get(gap) ?? 0) + 1);
    if (created === undefined) return;
    this.#earliest = Math.min(this.#earliest, created);
    this.#latest = Math.max(this.#latest, created);
  }

  /** Rows without consent. */
  get rows(): number {
    let rows = 0;
    for (const count of this.#without.values()) rows += count;
    return rows;
  }

  counts(): ConsentCounts {
    const without: Partial<Record<ConsentGap, number>> = {};
    for (const reason of CONSENT_GAPS) {
      const count = this.#without.get(reason);
      if (count !== undefined) without[reason] = count;
    }
    const created =
      this.#earliest > this.#latest ? null : { earliest: day(this.#earliest), latest: day(this.#latest) };
    return { without, created };
  }
}

/** A TC string has 36 bits for tenths of a second, all of which a `Date` can show: up to the year 2187. */
function day(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
