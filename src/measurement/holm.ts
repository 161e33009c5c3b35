/**
 * Holm's correction for several comparisons: p-values that may each be held against the same level, such that the
 * chance of even one false claim stays below it. Needs no independence, so arms may share their control arm. A `null`
 * (a comparison that could not be made) stays `null` and does not count.
 *
 * Source: Holm 1979, Scand. J. Stat. 6(2).
 */
export function holmAdjust(pValues: readonly (number | null)[]): (number | null)[] {
  const ranked = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let largest = 0;
  ranked.forEach(({ p, index }, rank) => {
    // A comparison may not be easier to claim than one with a smaller p-value: hence the running maximum.
    largest = Math.max(largest, Math.min(1, p * (ranked.length - rank)));
    adjusted[index] = largest;
  });
  return adjusted;
}
