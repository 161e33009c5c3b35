import Type from 'typebox';
import { ACTOR_KINDS, AUDIT_ACTIONS, MAX_PAGE_ENTRIES, TOKEN_ROLES } from '../../node/index.js';
import { strict } from '../route.js';
import { count, detail, digest, id, name, nullable, pageQuery, text, textOrNull, time } from './parts.js';

const decimal = text('Decimal.');
const loss = Type.Object({ epsilon: decimal, delta: decimal }, strict);

export const LEDGER_ACCOUNT = Type.Object(
  {
    partnerId: id,
    partnerName: text('Name of the partner.'),
    lineage: text('Which people it is about.'),
    limit: nullable(loss),
    spent: Type.Object(
      { epsilon: textOrNull("At the limit's delta; null when there is none so small."), delta: decimal },
      strict,
    ),
    left: nullable(loss),
    sessions: count('Sessions that spent.'),
  },
  strict,
);
export const LEDGER_ACCOUNTS = Type.Object({ items: Type.Array(LEDGER_ACCOUNT) }, strict);
export const LEDGER_ENTRY = Type.Object(
  {
    id,
    at: time,
    sessionId: nullable(id),
    requestDigest: digest,
    cost: Type.Object(
      { rho: decimal, epsilon: textOrNull('null for Gaussian releases.'), delta: decimal },
      strict,
    ),
    isAnswered: Type.Boolean({ description: 'Whether the same request gets the same answer again.' }),
    spentEpsilon: textOrNull('All that was spent up to and with this one.'),
  },
  strict,
);
export const LEDGER_HISTORY = Type.Object(
  {
    items: Type.Array(LEDGER_ENTRY),
    next: nullable(Type.String({ description: '`after` of the next page; null on the last one.' })),
  },
  strict,
);
export const LEDGER_HISTORY_QUERY = Type.Object(
  {
    after: pageQuery.after,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: '200 unless told.' })),
  },
  strict,
);
export const LEDGER_PARAMS = Type.Object(
  { partner: id, lineage: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}$' }) },
  strict,
);

export const AUDIT_ENTRY = Type.Object(
  {
    sequence: Type.Integer({ minimum: 1 }),
    at: time,
    actor: Type.Object(
      { kind: Type.Enum(ACTOR_KINDS), name: text('Token, command, partner or `node`.') },
      strict,
    ),
    action: text('What happened; an action keeps its meaning for ever.'),
    subject: Type.Object({ kind: text('Kind of thing.'), id: text('Its id.') }, strict),
    detail,
    previous: digest,
    digest,
  },
  strict,
);
export const AUDIT_PAGE = Type.Object(
  { items: Type.Array(AUDIT_ENTRY), next: nullable(text('`after` of the next page; null on the last one.')) },
  strict,
);
export const AUDIT_QUERY = Type.Object(
  {
    after: Type.Optional(
      Type.String({ pattern: '^[1-9]\\d{0,14}$', description: '`next` of the page before.' }),
    ),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: MAX_PAGE_ENTRIES, description: '100 unless told.' }),
    ),
    order: Type.Optional(Type.Enum(['newest-first', 'oldest-first'])),
    actorKind: Type.Optional(Type.Enum(ACTOR_KINDS)),
    actorName: Type.Optional(name),
    action: Type.Optional(Type.Enum(AUDIT_ACTIONS)),
    subjectKind: Type.Optional(name),
    subjectId: Type.Optional(name),
    from: Type.Optional(time),
    until: Type.Optional(time),
  },
  strict,
);
const hexadecimal = (digits: number) => Type.String({ pattern: `^[0-9a-f]{${digits}}$` });
export const AUDIT_CHECKPOINT = Type.Object(
  {
    sequence: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    digest,
    at: time,
    key: hexadecimal(64),
    signature: hexadecimal(128),
  },
  strict,
);
export const AUDIT_VERIFY = Type.Object({ against: Type.Optional(AUDIT_CHECKPOINT) }, strict);
export const AUDIT_VERDICT = Type.Union([
  Type.Object(
    { ok: Type.Literal(true), entries: count('Entries.'), checkpoints: count('Checkpoints that were kept.') },
    strict,
  ),
  Type.Object(
    {
      ok: Type.Literal(false),
      fault: Type.Enum(['changed', 'removed', 'reordered', 'inserted', 'truncated', 'checkpoint']),
      sequence: Type.Integer({ minimum: 0 }),
      message: text('What was done to which entry first.'),
    },
    strict,
  ),
]);

export const TOKEN = Type.Object(
  {
    id,
    name: text('Stands in the audit log for whoever used it.'),
    role: Type.Enum(TOKEN_ROLES),
    state: Type.Enum(['valid', 'expired', 'revoked']),
    createdAt: time,
    createdBy: text('Name of the token or command.'),
    expiresAt: nullable(time),
    revokedAt: nullable(time),
    lastUsedAt: nullable(time),
    hasSecondFactor: Type.Boolean({
      description: 'Whether it needs a code, so that it opens the console alone.',
    }),
  },
  strict,
);
export const NEW_TOKEN = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$' }),
    role: Type.Enum(TOKEN_ROLES),
    expiresAt: Type.Optional(nullable(time)),
  },
  strict,
);
export const CREATED_TOKEN = Type.Object(
  {
    token: TOKEN,
    secret: nullable(
      Type.String({
        pattern: '^vesica_[A-Za-z0-9_-]{43}$',
        description: 'Told once: it is kept nowhere, and a repeat of the request has null here.',
      }),
    ),
  },
  strict,
);
export const TOKENS_QUERY = Type.Object(
  { ...pageQuery, role: Type.Optional(Type.Enum(TOKEN_ROLES)) },
  strict,
);

export const NODE_INFO = Type.Object(
  {
    party: text('Name of this party, as partners see it.'),
    fingerprint: text("Of this node's key, for the partner to enter."),
    software: text('Name and version.'),
    engine: text('What computes.'),
    startedAt: time,
    running: count('Sessions that run now.'),
    waiting: count('Sessions that wait for their turn.'),
  },
  strict,
);
export const HEALTH = Type.Object({ status: Type.Literal('ok') }, strict);
export const READY = Type.Object({ status: Type.Literal('ready') }, strict);
export const PROBLEM_TYPE = Type.Object(
  {
    code: text('Error code.'),
    title: text('Title.'),
    status: Type.Integer(),
    class: Type.Enum(['usage', 'data', 'refused', 'peer', 'network', 'system']),
    retryable: Type.Boolean({ description: 'Whether the same may succeed later without a change.' }),
    next: text('What to do about it.'),
  },
  strict,
);
