import { createHash } from 'node:crypto';
import type { Arm } from './published-figures.js';
import { ARMS, PUBLISHED_CELLS } from './published-figures.js';

/**
 * The two lists of the demo, rebuilt from the published totals: every cell has exactly its people and its conversions.
 * The customers are invented; the advertiser spells their addresses in other ways than the publisher.
 */

/** Customers that the advertiser has and the publisher does not. */
export const UNKNOWN_TO_PUBLISHER = 200;

/** Lines of the publisher's CSV: every customer with arm and segment. */
export function* publisherLines(): Generator<string> {
  yield 'email,arm,segment\r\n';
  for (const { customer, arm, segment } of customers())
    yield `${addressOf(customer)},${ARMS[arm]},"${segment}"\r\n`;
}

/** Lines of the advertiser's CSV: those who converted, and some whom the publisher does not know. */
export function* advertiserLines(): Generator<string> {
  yield 'customer_email\r\n';
  for (const { customer, converted } of customers()) if (converted) yield `${otherSpelling(customer)}\r\n`;
  for (let i = 0; i < UNKNOWN_TO_PUBLISHER; i += 1) yield `${otherSpelling(CUSTOMERS + i)}\r\n`;
}

const CUSTOMERS = PUBLISHED_CELLS.reduce(
  (sum, { mens, womens, none }) => sum + mens[0] + womens[0] + none[0],
  0,
);

function* customers(): Generator<{ customer: number; arm: Arm; segment: string; converted: boolean }> {
  let customer = 0;
  for (const cell of PUBLISHED_CELLS) {
    for (const arm of ['mens', 'womens', 'none'] as const) {
      const [people, conversions] = cell[arm];
      for (let i = 0; i < people; i += 1, customer += 1) {
        yield { customer, arm, segment: cell.segment, converted: i < conversions };
      }
    }
  }
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
