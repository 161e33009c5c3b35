import { createHash } from 'node:crypto';
import { VesicaError } from '../../errors.js';
import { randomBytes, type RandomSource } from '../../random.js';
import { TOKEN_ROLES, type TokenRole, type TokenRow } from '../store/index.js';

/** `valid` is the only state in which a token opens anything. */
export type TokenState = 'valid' | 'expired' | 'revoked';

/** A token as it is listed. Its secret is nowhere. */
export interface TokenView {
  readonly id: string;
  /** Stands in the audit log for whoever used the token, so no other token ever gets it again. */
  readonly name: string;
  readonly role: TokenRole;
  readonly state: TokenState;
  readonly createdAt: string;
  /** Name of the token or command that made it. */
  readonly createdBy: string;
  /** `null` for one that does not expire. */
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  /** To the minute. */
  readonly lastUsedAt: string | null;
  /** Whether a code must come with it, which makes it a token for people: requests that carry the token alone are refused. */
  readonly hasSecondFactor: boolean;
  /** When the second factor was confirmed; it tells one factor from the next. */
  readonly secondFactorSince: string | null;
}

export interface NewToken {
  /** 1 to 63 letters, digits, spaces, dots, underscores and hyphens. */
  readonly name: string;
  readonly role: TokenRole;
  /** A time to come; never if it is left out. */
  readonly expiresAt?: string | null | undefined;
}

/** What every secret looks like; the prefix is there for scanners that look for secrets in the wrong places. */
export const SECRET_PATTERN = '^vesica_[A-Za-z0-9_-]{43}$';

const PREFIX = 'vesica_';
const SECRET_BYTES = 32;
const SECRET = new RegExp(SECRET_PATTERN);
const NAME = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$/;
/** The audit log takes no name of this form: it may be the advertising id of a person. */
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

/** A new secret: `vesica_` and 32 random bytes as 43 characters of base64url. */
export function newSecret(random: RandomSource): string {
  return PREFIX + Buffer.from(randomBytes(random, SECRET_BYTES)).toString('base64url');
}

/** Whether `text` could be a secret of any node. */
export function isSecretForm(text: string): boolean {
  return SECRET.test(text);
}

/**
 * SHA-256 of a secret, 32 bytes. A slow hash would add nothing: there are 2^256 secrets to try, and each request would pay.
 */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** @throws VesicaError `config/invalid` with field `name`, `role` or `expiresAt`. */
export function requireToken({ name, role, expiresAt }: NewToken, now: Date): void {
  if (!NAME.test(name) || UUID.test(name)) {
    const form = 'name is 1 to 63 letters, digits, spaces, dots, underscores and hyphens, and no UUID';
    throw new VesicaError('config/invalid', form, { field: 'name' });
  }
  if (!TOKEN_ROLES.includes(role)) {
    const form = `role is one of ${TOKEN_ROLES.join(', ')}`;
    throw new VesicaError('config/invalid', form, { field: 'role' });
  }
  if (typeof expiresAt === 'string' && !(Date.parse(expiresAt) > now.getTime())) {
    throw new VesicaError('config/invalid', 'expiresAt is not a time to come', { field: 'expiresAt' });
  }
}

export function stateOf(row: TokenRow, now: Date): TokenState {
  if (row.revoked_at !== null) return 'revoked';
  return row.expires_at !== null && row.expires_at <= now.toISOString() ? 'expired' : 'valid';
}

export function tokenOf(row: TokenRow, now: Date): TokenView {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    state: stateOf(row, now),
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
    hasSecondFactor: row.factor_confirmed_at !== null,
    secondFactorSince: row.factor_confirmed_at,
  };
}
