/**
 * Published totals of the MineThatData e-mail experiment (Kevin Hillstrom, 2008): 64,000 customers, three randomised
 * arms, people and conversions by arm and segment of past spend.
 */

/** Values of the arm column. */
export const ARMS = { mens: 'Mens E-Mail', womens: 'Womens E-Mail', none: 'No E-Mail' } as const;
export type Arm = keyof typeof ARMS;

type PeopleAndConversions = readonly [people: number, conversions: number];
export type PublishedCell = { readonly segment: string } & Readonly<Record<Arm, PeopleAndConversions>>;

export const PUBLISHED_CELLS: readonly PublishedCell[] = [
  { segment: '1) $0 - $100', mens: [7724, 71], womens: [7634, 61], none: [7612, 32] },
  { segment: '2) $100 - $200', mens: [4691, 42], womens: [4727, 37], none: [4836, 20] },
  { segment: '3) $200 - $350', mens: [4090, 63], womens: [4155, 26], none: [4044, 28] },
  { segment: '4) $350 - $500', mens: [2097, 42], womens: [2188, 20], none: [2124, 24] },
  { segment: '5) $500 - $750', mens: [1597, 22], womens: [1662, 26], none: [1652, 9] },
  { segment: '6) $750 - $1,000', mens: [644, 16], womens: [593, 8], none: [622, 3] },
  { segment: '7) $1,000 +', mens: [464, 11], womens: [428, 11], none: [416, 6] },
];

/** Difference in conversion rate of an arm to the arm without e-mail, from the exact totals. */
export function publishedDifference(arm: Arm): number {
  const [people, conversions] = armTotals(arm);
  const [controlPeople, controlConversions] = armTotals('none');
  return conversions / people - controlConversions / controlPeople;
}

function armTotals(arm: Arm): PeopleAndConversions {
  return PUBLISHED_CELLS.reduce<PeopleAndConversions>(
    ([people, conversions], cell) => [people + cell[arm][0], conversions + cell[arm][1]],
    [0, 0],
  );
}
