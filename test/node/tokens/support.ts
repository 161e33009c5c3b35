import { auditLog, type StoredAuditEntry } from '../../../src/node/audit/index.js';
import type { Actor, NodeContext } from '../../../src/node/context.js';
import { KeyRing, MasterKey, open, seal } from '../../../src/node/keys/index.js';
import { idSource, type Store } from '../../../src/node/store/index.js';
import { IdempotencyKeys, SecondFactors, Tokens } from '../../../src/node/tokens/index.js';
import { ephemeralIdentity } from '../../../src/transport/index.js';
import { seededRandom } from '../../support/deterministic-random.js';
import { NOW, openState } from '../support/states.js';

export const COMMAND: Actor = { kind: 'command', name: 'init' };

/** A clock that moves when it is told to. */
export class TestClock {
  at = new Date(NOW);
  forward(ms: number): void {
    this.at = new Date(this.at.getTime() + ms);
  }
}

export interface TestTokens {
  readonly tokens: Tokens;
  readonly keys: IdempotencyKeys;
  readonly factors: SecondFactors;
  readonly store: Store;
  readonly clock: TestClock;
  readonly entries: () => Promise<readonly StoredAuditEntry[]>;
}

/** Tokens in a new state. */
export async function newTokens(): Promise<TestTokens> {
  const clock = new TestClock();
  const now = (): Date => clock.at;
  const store = await openState(undefined, { now });
  const audit = auditLog(store, ephemeralIdentity(), { now });
  const random = seededRandom(7);
  const context: NodeContext = { store, audit, now, random, newId: idSource({ random, now }) };
  const entries = async (): Promise<readonly StoredAuditEntry[]> =>
    (await audit.entries({ order: 'oldest-first' })).entries;
  const sealing = { keys: new KeyRing(new MasterKey(new Uint8Array(32).fill(7))), random };
  const contextOf = (id: string) => ({ purpose: 'test', id });
  const cipher = {
    seal: (bytes: Uint8Array, id: string) => seal(bytes, contextOf(id), sealing),
    open: (bytes: Uint8Array, id: string) => open(bytes, contextOf(id), sealing.keys),
  };
  return {
    tokens: new Tokens(context),
    keys: new IdempotencyKeys(context),
    factors: new SecondFactors(context, { cipher, issuer: 'Vesica Here' }),
    store,
    clock,
    entries,
  };
}
