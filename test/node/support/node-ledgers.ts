import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { PrivacyCost } from '../../../src/dp/index.js';
import { costOfLoss, parseDecimal } from '../../../src/dp/index.js';
import { auditLog, type AuditLog } from '../../../src/node/audit/index.js';
import {
  openNodeLedger,
  type ByteCipher,
  type LedgerInput,
  type NodeLedger,
  type NodeLedgerOptions,
} from '../../../src/node/ledger/index.js';
import type { OnUnanswered, Store } from '../../../src/node/store/index.js';
import type { Identity, SessionLedger } from '../../../src/protocol/index.js';
import { ephemeralIdentity } from '../../../src/transport/index.js';
import { seededRandom } from '../../support/deterministic-random.js';
import { listOf, rows } from './lists.js';
import { addPartner, now, openState } from './states.js';

export const LIMIT = { epsilon: '1', delta: '1e-6' };
export const ACCOUNT = { partner: 'acme', lineage: 'customers', limit: LIMIT };
export const cost = (epsilon: string, delta = '0'): PrivacyCost =>
  costOfLoss({ epsilon: parseDecimal(epsilon)!, delta: parseDecimal(delta)! });
export const request = (number: number): Uint8Array => new Uint8Array(32).fill(number);

/** AES-256-GCM under a key of the test. */
export function testCipher(): ByteCipher {
  const key = randomBytes(32);
  return {
    seal: (bytes) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    },
    open: (sealed) => {
      const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
      cipher.setAuthTag(sealed.subarray(-16));
      return Uint8Array.from(Buffer.concat([cipher.update(sealed.subarray(12, -16)), cipher.final()]));
    },
  };
}

export interface TestLedger {
  readonly store: Store;
  readonly ledger: NodeLedger;
  readonly audit: AuditLog;
  /** The input of a list with these people. */
  readonly people: (from: number, to: number) => Promise<LedgerInput>;
  /** A session of partner acme about customers, by default with 200 people, that pays again for what has no answer. */
  readonly session: (terms?: {
    input?: LedgerInput;
    partner?: string;
    lineage?: string;
    limit?: typeof LIMIT;
    onUnanswered?: OnUnanswered;
  }) => Promise<SessionLedger>;
}

/** A ledger in a new state, or in one that is given, with the partners `acme` and `bolt`. */
export async function newLedger(
  given: { store?: Store; identity?: Identity } & Partial<NodeLedgerOptions> = {},
): Promise<TestLedger> {
  const { store: old, identity = ephemeralIdentity(), ...options } = given;
  const store = old ?? (await openState());
  if (old === undefined) for (const name of ['acme', 'bolt']) await addPartner(store, name);
  const audit = auditLog(store, identity, { now });
  const sources = { now, random: seededRandom(7), cipher: testCipher() };
  const ledger = await openNodeLedger(store, { ...sources, identity, audit, ...options });
  const people = (from: number, to: number): Promise<LedgerInput> => ledger.input(listOf(rows(from, to)));
  const session: TestLedger['session'] = async (terms = {}) =>
    ledger.forSession({ ...ACCOUNT, onUnanswered: 'charge', input: await people(0, 200), ...terms });
  return { store, ledger, audit, people, session };
}
