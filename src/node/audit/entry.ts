import { VesicaError } from '../../errors.js';
import { ACTOR_KINDS, type ActorKind } from '../store/index.js';
import { isAuditAction, type AuditAction } from './actions.js';

export type AuditValue = string | number | boolean | null;

/** What happened: who did what to what. It never holds an identifier of a person. */
export interface AuditEntry {
  /** A token or a command by its name, a partner by its id, the node as `node`. */
  readonly actor: { readonly kind: ActorKind; readonly name: string };
  readonly action: AuditAction;
  /** What it was done to: the kind in lower-case words, the id as the store has it. */
  readonly subject: { readonly kind: string; readonly id: string };
  readonly detail: Readonly<Record<string, AuditValue>>;
}

/** An entry with its place in the log. */
export interface StoredAuditEntry extends AuditEntry {
  /** 1, 2, 3 and so on. */
  readonly sequence: number;
  /** UTC, to the millisecond. */
  readonly at: string;
  /** Digest of the entry before, 64 hexadecimal digits. */
  readonly previous: string;
  readonly digest: string;
}

const MAX_TEXT_CHARS = 200;
const MAX_DETAILS = 32;
const KEY = /^[a-z][A-Za-z0-9]{0,47}$/;
const DIGEST_KEY = /(Digest|Fingerprint)$/;
const DIGEST = /^(sha256:)?[0-9a-f]{64}$/;
const SUBJECT_KIND = /^[a-z][a-z-]{0,31}$/;
/** What the identifiers that Vesica matches look like: an address, a digest, a device's id, a phone number. */
const IDENTIFIERS = [
  /@/,
  /[0-9a-f]{64}/i,
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i,
  /\+[0-9][0-9 ().-]{6,}/,
];

/**
 * Checks that an entry can be kept for ever: known kinds, short text, and nothing that looks like an identifier.
 *
 * @throws VesicaError `internal/defect` naming the part at fault, never its value.
 */
export function requireKeepable({ actor, action, subject, detail }: AuditEntry): void {
  if (!ACTOR_KINDS.includes(actor.kind)) throw refused('actor.kind', 'is unknown');
  if (!isAuditAction(action)) throw refused('action', 'is unknown');
  if (!SUBJECT_KIND.test(subject.kind)) throw refused('subject.kind', 'is not a lower-case word');
  requireText('actor.name', actor.name);
  requireText('subject.id', subject.id);
  const details = Object.entries(detail);
  if (details.length > MAX_DETAILS) throw refused('detail', `has more than ${MAX_DETAILS} values`);
  for (const [key, value] of details) {
    if (!KEY.test(key)) throw refused('detail', 'has a key that is not a camel-case word');
    const name = `detail.${key}`;
    if (typeof value === 'number' && !Number.isFinite(value)) throw refused(name, 'is not a finite number');
    if (typeof value !== 'string') continue;
    if (DIGEST_KEY.test(key) && DIGEST.test(value)) continue;
    requireText(name, value);
  }
}

/** Whether `text` has in it what looks like an identifier that Vesica matches. */
export function looksLikeIdentifier(text: string): boolean {
  return IDENTIFIERS.some((form) => form.test(text));
}

function requireText(name: string, text: string): void {
  if (text.length > MAX_TEXT_CHARS) throw refused(name, `is longer than ${MAX_TEXT_CHARS} characters`);
  if (/\p{C}/u.test(text)) throw refused(name, 'is not plain text');
  if (looksLikeIdentifier(text)) throw refused(name, 'looks like an identifier');
}

function refused(name: string, why: string): VesicaError {
  return new VesicaError('internal/defect', `an audit entry was refused: its ${name} ${why}`, {
    field: name,
  });
}
