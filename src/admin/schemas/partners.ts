import Type from 'typebox';
import { AGREEMENT_SCHEMA, AGREEMENT_STATES, APPROVALS, PARTNER_STATES } from '../../node/index.js';
import { strict } from '../route.js';
import { digest, id, nullable, pageQuery, text, textOrNull, time } from './parts.js';

export const PARTNER = Type.Object(
  {
    id,
    name: text('Name of the partner.'),
    fingerprint: text('Of the key of their node: `sha256:` and 64 digits.'),
    address: textOrNull('wss:// address; null for one who only connects to this node.'),
    state: Type.Enum(PARTNER_STATES),
    note: textOrNull('For the people of this node.'),
    createdAt: time,
    updatedAt: time,
    lastSeenAt: nullable(time),
  },
  strict,
);
export const PARTNERS_QUERY = Type.Object(
  { ...pageQuery, state: Type.Optional(Type.Enum(PARTNER_STATES)) },
  strict,
);

export const AGREEMENT_TERMS = AGREEMENT_SCHEMA;
export const AGREEMENT = Type.Object(
  {
    id,
    partnerId: id,
    name: text('Name of the agreement.'),
    state: Type.Enum(AGREEMENT_STATES),
    terms: AGREEMENT_TERMS,
    termsDigest: digest,
    ownParty: text('Name that the terms have for this node.'),
    partnerParty: text('Name that the terms have for the partner.'),
    approval: Type.Enum(APPROVALS),
    datasets: Type.Array(id),
    createdAt: time,
    updatedAt: time,
    endedAt: nullable(time),
  },
  strict,
);
/** As the node takes it, with the terms spelled out. */
export const NEW_AGREEMENT = Type.Object(
  {
    partner: id,
    terms: AGREEMENT_TERMS,
    approval: Type.Enum(APPROVALS),
    datasets: Type.Array(id, { maxItems: 20, uniqueItems: true }),
  },
  strict,
);
export const AGREEMENTS_QUERY = Type.Object(
  { ...pageQuery, partner: Type.Optional(id), state: Type.Optional(Type.Enum(AGREEMENT_STATES)) },
  strict,
);
