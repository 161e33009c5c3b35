import { createHash } from 'node:crypto';
import type { Arm } from './published-figures.js';
import { ARMS, PUBLISHED_CELLS } from './published-figures.js';

/**
 * The two lists of the demo, rebuilt from the published totals: every cell has exactly its people, its conversions and
 * its spend. How the spend of a cell lies among its buyers is invented: two amounts, about as far apart as real ones. The customers are invented; the advertiser spells their addresses in other ways than the publisher.
 */

/** Customers that the advertiser has and the publisher does not. */
export const UNKNOWN_TO_PUBLISHER = 200;

/** Lines of the publisher's CSV: every customer with arm and segment. */
export function* publisherLines(): Generator<string> {
  yield 'email,arm,segment\r\n';
  for (const { customer, arm, segment } of customers())
    yield `${addressOf(customer)},${ARMS[arm]},"${segment}"\r\n`;
}

/** Lines of the advertiser's CSV: those who bought and for how much, and some whom the publisher does not know. */
export function* advertiserLines(): Generator<string> {
  yield 'customer_email,orders,spend\r\n';
  for (const { customer, spentCents } of customers()) {
    if (spentCents !== undefined) yield `${otherSpelling(customer)},1,${(spentCents / 100).toFixed(2)}\r\n`;
  }
  for (let i = 0; i < UNKNOWN_TO_PUBLISHER; i += 1) yield `${otherSpelling(CUSTOMERS + i)},1,75.00\r\n`;
}

const CUSTOMERS = PUBLISHED_CELLS.reduce(
  (sum, { mens, womens, none }) => sum + mens[0] + womens[0] + none[0],
  0,
);

/** Half of a cell's buyers spend this share of the mean more than it, the other half as much less. */
const SPREAD = 0.95;

interface Customer {
  readonly customer: number;
  readonly arm: Arm;
  readonly segment: string;
  /** `undefined` when the customer did not buy. */
  readonly spentCents: number | undefined;
}

function* customers(): Generator<Customer> {
  let customer = 0;
  for (const cell of PUBLISHED_CELLS) {
    for (const arm of ['mens', 'womens', 'none'] as const) {
      const [people, buyers, spentCents] = cell[arm];
      const amounts = shareOut(spentCents, buyers);
      for (let i = 0; i < people; i += 1, customer += 1) {
        yield { customer, arm, segment: cell.segment, spentCents: amounts[i] };
      }
    }
  }
}

/** `total` in `count` whole amounts, by turns above and below the mean, that add up to it exactly. */
function shareOut(total: number, count: number): number[] {
  const paired = 2 * Math.floor(count / 2);
  const amounts = Array.from({ length: count }, (_, i) =>
    Math.floor((total / count) * (i === paired ? 1 : i % 2 === 0 ? 1 + SPREAD : 1 - SPREAD)),
  );
  const left = total - amounts.reduce((sum, amount) => sum + amount, 0);
  return amounts.map((amount, i) => amount + (i < left ? 1 : 0));
}

/** An invented address. Two in three are at a domain reserved for examples (RFC 2606), the rest at gmail.com, whose rules differ. */
function addressOf(customer: number): string {
  const number = String(customer).padStart(6, '0');
  return customer % 3 === 0 ? `vesica.demo.${number}@gmail.com` : `vesica.demo.${number}@customers.example`;
}

/** The same address as another company may hold it: other case, other dots, a tag, blanks, or only its SHA-256. */
function otherSpelling(customer: number): string {
  const address = addressOf(customer);
  const [local = '', domain = ''] = address.split('@');
  const isGmail = domain === 'gmail.com';
  switch (customer % 5) {
    case 0:
      return address.toUpperCase();
    case 1:
      return isGmail ? `${local.replaceAll('.', '')}@${domain}` : `  ${address}`;
    case 2:
      return isGmail ? `${local}+news@${domain}` : address;
    case 3:
      return createHash('sha256')
        .update(isGmail ? `${local.replaceAll('.', '')}@${domain}` : address)
        .digest('hex');
    default:
      return `Vesica${local.slice(6)}@${domain} `;
  }
}
