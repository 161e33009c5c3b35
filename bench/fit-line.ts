/** A straight line through what was measured. */
export interface Line {
  readonly fixed: number;
  readonly perUnit: number;
  /** The largest distance of a point from the line, as a share of what was measured. */
  readonly worstShare: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The line that is relatively nearest to the points: least squares of the distance as a share of `y`, because the lists
 * it is used for differ a thousandfold in length. What does not depend on x is never below 0.
 *
 * @throws RangeError for fewer than two different x, or a y that is not above 0.
 */
export function fitLine(points: readonly Point[]): Line {
  if (new Set(points.map(({ x }) => x)).size < 2) throw new RangeError('a line needs two different sizes');
  if (points.some(({ y }) => !(y > 0)))
    throw new RangeError('a line through relative distances needs figures above 0');
  let [one, x, xx, y, xy] = [0, 0, 0, 0, 0];
  for (const point of points) {
    const weight = 1 / point.y ** 2;
    one += weight;
    x += weight * point.x;
    xx += weight * point.x * point.x;
    y += weight * point.y;
    xy += weight * point.x * point.y;
  }
  const determinant = one * xx - x * x;
  const free = (xx * y - x * xy) / determinant;
  const fixed = Math.max(0, free);
  const perUnit = free >= 0 ? (one * xy - x * y) / determinant : xy / xx;
  const shares = points.map((point) => Math.abs(fixed + perUnit * point.x - point.y) / point.y);
  return { fixed, perUnit, worstShare: Math.max(...shares) };
}
