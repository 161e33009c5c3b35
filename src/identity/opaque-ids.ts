import { composed, hasBadCharacter, MAX_CHARS, trimmed } from './text.js';
import { reject, type Rejection } from './vocabulary.js';

/** The advertising id that iOS and Android report for everybody who opted out of tracking. */
export const OPTED_OUT_MAID = '00000000-0000-0000-0000-000000000000';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * A mobile advertising id (IDFA or GAID): a UUID in lower case with its hyphens (RFC 9562 4), or why it is none. 32
 * hexadecimal digits without hyphens are refused, because an MD5 of an advertising id looks the same.
 */
export function normaliseMaid(text: string): string | Rejection {
  const core = trimmed(text, MAX_CHARS.maid);
  if (typeof core !== 'string') return core;
  if (hasBadCharacter(core)) return reject('bad-character');
  const id = core.toLowerCase();
  if (!UUID.test(id)) return reject('not-a-maid');
  return id === OPTED_OUT_MAID ? reject('maid-opted-out') : id;
}

/**
 * A customer id that both parties know: trimmed and composed (NFC), otherwise as written. Case stays, because ids exist
 * that differ in nothing else. Any text without control or invisible characters is one.
 */
export function normaliseCustomerId(text: string): string | Rejection {
  const core = trimmed(text, MAX_CHARS.customer_id);
  if (typeof core !== 'string') return core;
  return hasBadCharacter(core) ? reject('bad-character') : composed(core);
}
