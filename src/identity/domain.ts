import { parse } from 'tldts';
import { hasBadCharacter, isPrintableAscii, MAX_CHARS, trimmed } from './text.js';
import { reject, type Rejection } from './vocabulary.js';

/** Labels of 1 to 63 letters, digits, hyphens and underscores, no hyphen at either end (RFC 1123 2.1, RFC 2181 11). */
const HOST = /^(?:(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!$)|$))+$/;

/**
 * The registrable domain of a domain, host or URL, in lower case and ASCII (punycode), or why there is none:
 * `https://www.Example.co.uk/a` is `example.co.uk`.
 *
 * Registrable is what the whole Public Suffix List says, with its section of private suffixes: the sites under
 * `github.io` belong to different people, so each is a domain of its own and `github.io` is none. A host under a suffix
 * that the list does not have (`.internal`) is refused. The list is that of the installed tldts release; two parties with
 * releases far apart may disagree on a new suffix.
 */
export function normaliseDomain(text: string): string | Rejection {
  const core = trimmed(text, MAX_CHARS.domain);
  if (typeof core !== 'string') return core;
  if (hasBadCharacter(core)) return reject('bad-character');
  const host = hostOf(core);
  if (host === undefined) return reject('not-a-domain');

  const found = parse(host, { allowPrivateDomains: true, extractHostname: false });
  if (found.isIp === true) return reject('ip-address');
  if (!HOST.test(host) || host.length > 253) return reject('not-a-domain');
  if (found.isIcann !== true && found.isPrivate !== true) return reject('not-a-domain');
  if (found.domain === null) return reject(found.publicSuffix === host ? 'public-suffix' : 'not-a-domain');
  // A host may hold an underscore, a registered name may not (RFC 1123 2.1).
  return found.domain.includes('_') ? reject('not-a-domain') : found.domain;
}

/** What stands where a host does in a domain, host or URL, in ASCII; `undefined` when it has no ASCII form. */
function hostOf(text: string): string | undefined {
  const authority = text.replace(/^(?:[a-z][a-z0-9+.-]*:)?\/\//i, '').replace(/[/?#].*$/s, '');
  const host = authority
    .replace(/(?<=[^:]):\d+$/, '')
    .replace(/\.$/, '')
    .toLowerCase();
  return isPrintableAscii(host) ? host : punycode(host);
}

/** `host` in ASCII (UTS 46, the mapping of the URL standard), or `undefined` when it has no such form. */
function punycode(host: string): string | undefined {
  try {
    // Not URL.canParse: once optimised, Node 20 reads Latin-1 text in it as if it were UTF-8 and refuses "é.de".
    return new URL(`http://${host}/`).hostname.replace(/\.$/, '');
  } catch {
    return undefined;
  }
}
