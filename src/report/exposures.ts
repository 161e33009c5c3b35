/** How many exposures a value of a frequency dimension stands for. */
export interface Exposures {
  readonly least: number;
  /** `null` without an upper end. */
  readonly most: number | null;
}

const FORM = /^([0-9]{1,9})(?:(\+)|-([0-9]{1,9}))?$/;

/** `value` as a number of exposures: `3`, `3-5` or `6+`; `undefined` for anything else. */
export function exposuresOf(value: string): Exposures | undefined {
  const [, first, open, last] = FORM.exec(value.trim()) ?? [];
  if (first === undefined) return undefined;
  const least = Number(first);
  const most = open === undefined ? Number(last ?? first) : null;
  return most !== null && most < least ? undefined : { least, most };
}

/** Whether no number of exposures belongs to two of `values`, which are in rising order. */
export function areApart(values: readonly Exposures[]): boolean {
  return values.every(({ most }, i) => {
    const next = values[i + 1];
    return next === undefined || (most !== null && most < next.least);
  });
}
