import type { ProfileRule } from './profiles.js';
import { composed, hasBadCharacter, lowercase, MAX_CHARS, trimmed } from './text.js';
import { reject, type Rejection } from './vocabulary.js';

/**
 * Characters that an unquoted address cannot hold (`specials`, RFC 5322 3.2.3) but that a display name, `mailto:`, a
 * quoted local part, a comment, a domain literal or a list of addresses does.
 */
const AROUND_ADDRESS = /[<>()[\]:;,\\"]/;

/**
 * The normalised form of an e-mail address, or why it is none.
 *
 * The form asked for is loose, as it is at the platforms: one `@`, something before it, and after it two or more labels
 * between dots. Local parts that RFC 5322 forbids but that people hold (two dots in a row) pass. Emoji and international
 * domains stay as written: the platforms hash them so. Full-width letters stay too; a full-width `@` is no `@`.
 */
export function normaliseEmail(text: string, rule: ProfileRule['email']): string | Rejection {
  const core = trimmed(text, MAX_CHARS.email);
  if (typeof core !== 'string') return core;
  const solid = rule.whitespace === 'everywhere' ? core.replace(/\s+/g, '') : core;
  if (hasBadCharacter(solid)) return reject('bad-character');
  if (AROUND_ADDRESS.test(solid)) return reject('not-a-bare-address');
  if (/\s/.test(solid)) return reject('not-an-email');

  // Composed twice: some letters have a composed lower case and no composed upper case.
  const address = composed(lowercase(composed(solid), rule.lowercase));
  const at = address.indexOf('@');
  const domain = address.slice(at + 1);
  if (at < 1 || domain.includes('@') || !hasTwoLabels(domain)) return reject('not-an-email');
  if (!rule.gmailDomains.includes(domain)) return address;
  const mailbox = gmailMailbox(address.slice(0, at));
  // Once more: a dot between a letter and its accent is gone now.
  return mailbox === '' ? reject('not-an-email') : composed(`${mailbox}@${domain}`);
}

/** Whether `domain` is two or more labels between dots, none of them empty; so no dot at either end. */
function hasTwoLabels(domain: string): boolean {
  return domain.includes('.') && !domain.startsWith('.') && !domain.endsWith('.') && !domain.includes('..');
}

/** The mailbox that Gmail delivers `local` to: without dots, and without the first plus sign and what follows it. */
function gmailMailbox(local: string): string {
  const plus = local.indexOf('+');
  return (plus < 0 ? local : local.slice(0, plus)).replaceAll('.', '');
}
