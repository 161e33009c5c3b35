import Type, { type Static } from 'typebox';
import { isPlainText } from '../../protocol/index.js';
import type { PartnerRow, PartnerState } from '../store/index.js';
import { fingerprintText } from './canonical-text.js';
import { inputCheck, invalid, NAME_PATTERN, strict } from './checked-input.js';

/** Somebody with a node of their own, known by the key of that node. */
export interface Partner {
  readonly id: string;
  readonly name: string;
  /** Of the key that the partner's node has now: `sha256:` and 64 digits. */
  readonly fingerprint: string;
  /** Where the partner's node listens, `wss://host:port`; `null` for one that only connects to this node. */
  readonly address: string | null;
  readonly state: PartnerState;
  readonly note: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastSeenAt: string | null;
}

const MAX_NOTE_BYTES = 1000;
const MAX_ADDRESS_CHARS = 300;

const name = Type.String({ pattern: NAME_PATTERN });
const fingerprint = Type.String({ maxLength: 80 });
const address = Type.Union([Type.String({ maxLength: MAX_ADDRESS_CHARS }), Type.Null()]);
const note = Type.Union([Type.String({ maxLength: MAX_NOTE_BYTES }), Type.Null()]);

export const NEW_PARTNER_SCHEMA = Type.Object(
  { name, fingerprint, address: Type.Optional(address), note: Type.Optional(note) },
  strict,
);

export const PARTNER_CHANGE_SCHEMA = Type.Object(
  {
    name: Type.Optional(name),
    fingerprint: Type.Optional(fingerprint),
    address: Type.Optional(address),
    note: Type.Optional(note),
  },
  strict,
);

export type NewPartner = Static<typeof NEW_PARTNER_SCHEMA>;
/** What is to be another; what is left out stays. */
export type PartnerChange = Static<typeof PARTNER_CHANGE_SCHEMA>;

const newPartner = inputCheck(NEW_PARTNER_SCHEMA, 'the partner');
const partnerChange = inputCheck(PARTNER_CHANGE_SCHEMA, 'the change of the partner');

/** @throws VesicaError `config/invalid` naming the key. */
export function checkedNewPartner(input: unknown): NewPartner {
  const partner = newPartner(input);
  return {
    ...partner,
    ...checkedTexts(partner),
    fingerprint: fingerprintText(partner.fingerprint, 'fingerprint'),
  };
}

/** @throws VesicaError `config/invalid` naming the key. */
export function checkedPartnerChange(input: unknown): PartnerChange {
  const change = partnerChange(input);
  const key =
    change.fingerprint === undefined
      ? {}
      : { fingerprint: fingerprintText(change.fingerprint, 'fingerprint') };
  return { ...change, ...checkedTexts(change), ...key };
}

function checkedTexts({ address, note }: PartnerChange): Pick<PartnerChange, 'address'> {
  if (typeof note === 'string' && !isPlainText(note, MAX_NOTE_BYTES)) {
    throw invalid('note', `note is text of at most ${MAX_NOTE_BYTES} bytes on one line`);
  }
  return typeof address === 'string' ? { address: requireAddress(address) } : {};
}

/** Partners are told apart by their keys, which only TLS proves; so there is no address without it. */
function requireAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isBare =
    url?.protocol === 'wss:' &&
    url.hostname !== '' &&
    [url.username, url.password, url.search, url.hash].every((part) => part === '') &&
    ['', '/'].includes(url.pathname);
  if (url === undefined || !isBare) {
    throw invalid('address', 'address is wss://host:port, without user, path or query');
  }
  return `wss://${url.host}`;
}

/** The partner in a row. */
export function partnerOf(row: PartnerRow): Partner {
  return {
    id: row.id,
    name: row.name,
    fingerprint: row.fingerprint,
    address: row.address,
    state: row.state,
    note: row.note,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastSeenAt: row.last_seen_at,
  };
}
