import { describe, expect, it } from 'vitest';
import type { SessionLedger } from '../../../src/protocol/index.js';
import { ephemeralIdentity } from '../../../src/transport/index.js';
import { ACCOUNT, cost, newLedger, request, testCipher, type TestLedger } from '../support/node-ledgers.js';
import { failure, openState } from '../support/states.js';

const careful = (test: TestLedger, more: object = {}): Promise<SessionLedger> =>
  test.session({ onUnanswered: 'refuse', ...more });
const paid = async (session: SessionLedger, number = 1): Promise<void> =>
  (await session.reserve(request(number), cost('0.1'))).commit();
const refusal = { code: 'budget/unanswered', field: 'onUnanswered' };

describe('a request that was paid for and has no answer', () => {
  it('is refused, and told to the audit log; another one is not', async () => {
    const test = await newLedger();
    await paid(await careful(test));
    expect(await failure((await careful(test)).reserve(request(1), cost('0.1')))).toMatchObject(refusal);
    const told = await test.audit.entries({ actions: ['ledger.refused'] });
    expect(told.entries.map(({ detail }) => detail['code'])).toEqual(['budget/unanswered']);
    expect((await test.ledger.statement(ACCOUNT)).left.epsilon).toEqual({ numerator: 9n, denominator: 10n });
    await paid(await careful(test), 2);
    await paid(await careful(test, { partner: 'bolt' }));
    await paid(await careful(test, { lineage: 'visitors' }));
  });

  it('costs again when somebody chose that; not even a kept answer is drawn anew unless they did', async () => {
    const test = await newLedger();
    await paid(await careful(test));
    const again = await (await careful(test, { onUnanswered: 'charge' })).reserve(request(1), cost('0.1'));
    await again.commit();
    expect((await test.ledger.statement(ACCOUNT)).spent.sessions).toBe(2);
    expect(await failure((await careful(test)).reserve(request(1), cost('0.1')))).toMatchObject(refusal);
    await again.finish('{}');
    expect(await (await careful(test)).recall(request(1))).toBe('{}');
    // Asked for all the same: the partner has lost its part of the answer.
    expect(await failure((await careful(test)).reserve(request(1), cost('0.1')))).toMatchObject(refusal);
  });

  it('is refused after a restart as well, but not what was only set aside', async () => {
    const [identity, cipher] = [ephemeralIdentity(), testCipher()];
    const first = await newLedger({ identity, cipher });
    await paid(await careful(first), 1);
    await (await careful(first)).reserve(request(2), cost('0.1'));
    await first.store.close();
    const second = await newLedger({ store: await openState(first.store.folder), identity, cipher });
    expect(await failure((await careful(second)).reserve(request(1), cost('0.1')))).toMatchObject(refusal);
    await paid(await careful(second), 2);
  });
});

describe('a request that is under way', () => {
  it('is refused a second time, until the first is given back', async () => {
    const test = await newLedger();
    const first = await (await careful(test)).reserve(request(1), cost('0.1'));
    const error = await failure((await careful(test)).reserve(request(1), cost('0.1')));
    expect(error).toMatchObject(refusal);
    expect(error.message).toContain('under way');
    first.release();
    await test.ledger.settled();
    await paid(await careful(test));
  });

  it('is reserved once, however many ask at once', async () => {
    const test = await newLedger();
    const sessions = await Promise.all(Array.from({ length: 8 }, () => careful(test)));
    const outcomes = await Promise.allSettled(
      sessions.map((session) => session.reserve(request(1), cost('0.1'))),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(7);
    for (const { reason } of refused) expect(reason).toMatchObject(refusal);
    expect((await test.ledger.statement(ACCOUNT)).left.epsilon).toEqual({ numerator: 9n, denominator: 10n });
  });
});
