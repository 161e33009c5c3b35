import { createHash } from 'node:crypto';

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

const BOM = '\ufeff';

/**
 * The same people as two companies may hold them: 7 different addresses here, 6 there, 5 in both. Here: a byte order
 * mark, CRLF, quoted fields, blanks, repeats, mixed case, digests as hex and base64, a Gmail address with dots and a
 * tag, and a value that is no address.
 */
export const SHOP_CSV = [
  `${BOM}name,email`,
  'Ann,Ann@Example.com',
  'Bob,  bob@example.com ',
  'Nobody,',
  '"Ann, again","ANN@EXAMPLE.COM"',
  `Carol,${sha256('carol@example.com').toString('hex').toUpperCase()}`,
  `Dave,${sha256('dave@example.com').toString('base64')}`,
  'Erin,erin@example.com',
  'Frank,f.r.a.n.k+shop@gmail.com',
  'Bad,not an address',
  'Grace,grace@example.com',
  '',
].join('\r\n');

/** LF, and no line end after the last row. */
export const NEWS_CSV = [
  'email',
  'ann@example.com',
  'BOB@example.com',
  'bob@example.com',
  '',
  'Carol@Example.Com',
  sha256('dave@example.com').toString('hex'),
  'frank@gmail.com',
  'heidi@example.com',
].join('\n');

/** Rows of each list that both have, as each list spells them. */
export const SHOP_AUDIENCE = [
  'Ann@Example.com',
  '  bob@example.com ',
  sha256('carol@example.com').toString('hex').toUpperCase(),
  sha256('dave@example.com').toString('base64'),
  'f.r.a.n.k+shop@gmail.com',
];
export const NEWS_AUDIENCE = [
  'ann@example.com',
  'BOB@example.com',
  'Carol@Example.Com',
  sha256('dave@example.com').toString('hex'),
  'frank@gmail.com',
];
/** Rows with an address that the other list does not have. */
export const SHOP_SUPPRESSION = ['erin@example.com', 'grace@example.com'];

/** `count` addresses, numbered from `from`. */
export function addresses(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `customer${from + i}@example.com`);
}

export function csvOf(emails: readonly string[]): string {
  return ['email', ...emails, ''].join('\n');
}
