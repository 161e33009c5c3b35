/**
 * Published totals of the MineThatData e-mail experiment (Kevin Hillstrom, 2008): 64,000 customers, three randomised
 * arms, people, conversions and spend by arm and segment of past spend.
 */

/** Values of the arm column. */
export const ARMS = { mens: 'Mens E-Mail', womens: 'Womens E-Mail', none: 'No E-Mail' } as const;
export type Arm = keyof typeof ARMS;

type PeopleConversionsCents = readonly [people: number, conversions: number, spentCents: number];
export type PublishedCell = { readonly segment: string } & Readonly<Record<Arm, PeopleConversionsCents>>;

export const PUBLISHED_CELLS: readonly PublishedCell[] = [
  { segment: '1) $0 - $100', mens: [7724, 71, 815018], womens: [7634, 61, 872347], none: [7612, 32, 393459] },
  {
    segment: '2) $100 - $200',
    mens: [4691, 42, 528743],
    womens: [4727, 37, 416585],
    none: [4836, 20, 204512],
  },
  {
    segment: '3) $200 - $350',
    mens: [4090, 63, 601010],
    womens: [4155, 26, 253347],
    none: [4044, 28, 377257],
  },
  {
    segment: '4) $350 - $500',
    mens: [2097, 42, 540860],
    womens: [2188, 20, 198972],
    none: [2124, 24, 214581],
  },
  { segment: '5) $500 - $750', mens: [1597, 22, 262206], womens: [1662, 26, 303233], none: [1652, 9, 89019] },
  { segment: '6) $750 - $1,000', mens: [644, 16, 121309], womens: [593, 8, 59169], none: [622, 3, 21741] },
  { segment: '7) $1,000 +', mens: [464, 11, 162023], womens: [428, 11, 200158], none: [416, 6, 90264] },
];

/** Difference of an arm to the arm without e-mail, per customer, from the exact totals. */
export function publishedDifference(arm: Arm, outcome: 'bought' | 'spend'): number {
  const perCustomer = (of: Arm): number => {
    const [people, conversions, spentCents] = armTotals(of);
    return outcome === 'bought' ? conversions / people : spentCents / 100 / people;
  };
  return perCustomer(arm) - perCustomer('none');
}

function armTotals(arm: Arm): PeopleConversionsCents {
  return PUBLISHED_CELLS.reduce<PeopleConversionsCents>(
    ([people, conversions, spentCents], cell) => [
      people + cell[arm][0],
      conversions + cell[arm][1],
      spentCents + cell[arm][2],
    ],
    [0, 0, 0],
  );
}
