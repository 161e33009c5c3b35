import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRationals, parseDecimal, rational, rationalToNumber } from '../../../src/dp/index.js';
import { MAX_ANSWER_BYTES } from '../../../src/ledger/index.js';
import { openNodeLedger, type SketchedList } from '../../../src/node/ledger/index.js';
import { sql } from '../../../src/node/store/index.js';
import { ephemeralIdentity } from '../../../src/transport/index.js';
import { seededRandom } from '../../support/deterministic-random.js';
import { listOf, rows, type Row } from '../support/lists.js';
import { ACCOUNT, LIMIT, cost, newLedger, request, testCipher } from '../support/node-ledgers.js';
import { addPartner, failure, now, openState } from '../support/states.js';

const entries = ({ store }: { store: Awaited<ReturnType<typeof openState>> }): Promise<{ state: string }[]> =>
  store.db.selectFrom('ledger_entries').select('state').execute();

describe("a node's ledger", () => {
  it('reserves, commits, finishes and answers again', async () => {
    const test = await newLedger();
    const session = await test.session();
    expect(await session.recall(request(1))).toBeUndefined();
    const reservation = await session.reserve(request(1), cost('0.5'));
    expect(await entries(test)).toEqual([{ state: 'reserved' }]);
    await reservation.commit();
    await reservation.commit();
    expect(await entries(test)).toEqual([{ state: 'spent' }]);
    await reservation.finish('{"first":1}');
    await reservation.finish('{"second":2}');
    expect(await (await test.session()).recall(request(1))).toBe('{"second":2}');
    expect(await (await test.session({ partner: 'bolt' })).recall(request(1))).toBeUndefined();
    expect(await (await test.session({ lineage: 'other' })).recall(request(1))).toBeUndefined();
    const { spent, left } = await test.ledger.statement(ACCOUNT);
    expect(spent).toEqual({ epsilon: rational(1n, 2n), delta: rational(0n), sessions: 1 });
    expect(left.epsilon).toEqual(rational(1n, 2n));
  });

  it('refuses what would exceed the budget, naming it, and tells the audit log', async () => {
    const { session, audit, ledger } = await newLedger();
    await (await (await session()).reserve(request(1), cost('0.7'))).commit();
    const refused = await failure((await session()).reserve(request(2), cost('0.31')));
    expect(refused).toMatchObject({ code: 'budget/exceeded', field: 'epsilon' });
    expect(refused.message).toContain('the budget of partner acme for customers is epsilon 1');
    expect(refused.message).toContain('at most 0.3 would fit');
    const { entries: told } = await audit.entries({ order: 'oldest-first' });
    expect(told.map(({ action, subject, detail }) => [action, subject.id, detail['code']])).toEqual([
      ['ledger.spent', 'acme', undefined],
      ['ledger.refused', 'acme', 'budget/exceeded'],
    ]);
    expect((await audit.verify()).ok).toBe(true);
    expect((await ledger.statement(ACCOUNT)).left.epsilon).toEqual(rational(3n, 10n));
  });

  it('keeps a budget for each partner and each lineage', async () => {
    const { session, ledger } = await newLedger();
    for (const terms of [{}, { partner: 'bolt' }, { lineage: 'visitors' }]) {
      await (await (await session(terms)).reserve(request(1), cost('1'))).commit();
      expect((await failure((await session(terms)).reserve(request(2), cost('0.01')))).code).toBe(
        'budget/exceeded',
      );
    }
    expect(await ledger.accounts()).toEqual([
      { partner: 'acme', lineage: 'customers' },
      { partner: 'acme', lineage: 'visitors' },
      { partner: 'bolt', lineage: 'customers' },
    ]);
  });

  it('follows a limit that changes, without forgetting what is spent or set aside', async () => {
    const { session, ledger } = await newLedger();
    await (await (await session()).reserve(request(1), cost('0.5'))).commit();
    await (await session()).reserve(request(1), cost('0.5'));
    const more = { epsilon: '2', delta: '1e-6' };
    expect((await failure((await session()).reserve(request(2), cost('0.1')))).code).toBe('budget/exceeded');
    await (await session({ limit: more })).reserve(request(2), cost('1'));
    expect((await failure((await session({ limit: more })).reserve(request(2), cost('0.1')))).code).toBe(
      'budget/exceeded',
    );
    expect(
      (await ledger.statement({ ...ACCOUNT, limit: { epsilon: '3', delta: '1e-6' } })).left.epsilon,
    ).toEqual(rational(1n));
  });

  it('gives back what is released, in memory and in the store', async () => {
    const test = await newLedger();
    const reservation = await (await test.session()).reserve(request(1), cost('1'));
    reservation.release();
    await test.ledger.settled();
    expect(await entries(test)).toEqual([]);
    expect(await test.store.db.selectFrom('input_sketches').selectAll().execute()).toEqual([]);
    expect((await failure(reservation.commit())).code).toBe('internal/defect');
    await (await (await test.session()).reserve(request(1), cost('1'))).commit();
  });

  it('never gives back what is committed', async () => {
    const test = await newLedger();
    const reservation = await (await test.session()).reserve(request(1), cost('1'));
    const committing = reservation.commit();
    reservation.release();
    await committing;
    reservation.release();
    await test.ledger.settled();
    expect(await entries(test)).toEqual([{ state: 'spent' }]);
    expect((await test.ledger.statement(ACCOUNT)).left.epsilon).toEqual(rational(0n));
    await expect(sql`DELETE FROM ledger_entries`.execute(test.store.db)).rejects.toThrow(
      'SQLITE_CONSTRAINT_TRIGGER',
    );
    await expect(sql`UPDATE ledger_entries SET epsilon = '0/1'`.execute(test.store.db)).rejects.toThrow(
      'SQLITE_CONSTRAINT_TRIGGER',
    );
  });

  it('does not count a commit that the store refuses, and tries again when asked', async () => {
    const { session, store, ledger } = await newLedger();
    const reservation = await (await session()).reserve(request(1), cost('1'));
    await sql`CREATE TRIGGER full BEFORE UPDATE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'full'); END`.execute(
      store.db,
    );
    await expect(reservation.commit()).rejects.toThrow();
    await expect(reservation.finish('{}')).rejects.toThrow('only after its cost is spent');
    expect((await ledger.statement(ACCOUNT)).spent.sessions).toBe(0);
    await sql`DROP TRIGGER full`.execute(store.db);
    await reservation.commit();
    expect((await ledger.statement(ACCOUNT)).spent.sessions).toBe(1);
  });

  it('refuses an answer that is too long, a request that is none and a lineage that is no name', async () => {
    const { session, ledger, people } = await newLedger();
    const reservation = await (await session()).reserve(request(1), cost('0.1'));
    await reservation.commit();
    expect((await failure(reservation.finish('x'.repeat(MAX_ANSWER_BYTES + 1)))).code).toBe('limit/text');
    expect((await failure((await session()).reserve(new Uint8Array(31), cost('0.1')))).code).toBe(
      'internal/defect',
    );
    const input = await people(0, 1);
    const uuid = 'x.01234567-89ab-cdef-0123-456789abcdef';
    for (const lineage of ['', 'a@b', ' a', 'a b', 'Customers', uuid, 'x'.repeat(64)]) {
      const { code, field } = await failure(() =>
        ledger.forSession({ ...ACCOUNT, lineage, input, onUnanswered: 'refuse' }),
      );
      expect([code, field]).toEqual(['config/invalid', 'lineage']);
    }
  });

  it('shows what was spent over time, and where the account stood', async () => {
    const { session, ledger } = await newLedger();
    for (const [number, epsilon] of ['0.25', '0.5', '0.125'].entries()) {
      const reservation = await (await session()).reserve(request(number), cost(epsilon));
      await reservation.commit();
      if (number === 1) await reservation.finish('{}');
    }
    await (await session()).reserve(request(9), cost('0.01'));
    const history = await ledger.history(ACCOUNT);
    expect(history.map(({ spentEpsilon }) => rationalToNumber(spentEpsilon!, 'nearest'))).toEqual([
      0.25, 0.75, 0.875,
    ]);
    expect(history.map(({ isAnswered }) => isAnswered)).toEqual([false, true, false]);
    expect(history.map(({ request: digest }) => digest.slice(0, 2))).toEqual(['00', '01', '02']);
    expect(new Set(history.map(({ input }) => input)).size).toBe(1);
  });

  it('is opened once for a store', async () => {
    const { store } = await newLedger();
    const options = { now, random: seededRandom(1), cipher: testCipher(), identity: ephemeralIdentity() };
    expect((await failure(openNodeLedger(store, options))).code).toBe('internal/defect');
  });
});

describe('the cap', () => {
  it('holds whatever sessions do at once, and memory and store agree', async () => {
    const step = fc.record({
      tenths: fc.integer({ min: 1, max: 6 }),
      then: fc.constantFrom('commit', 'release', 'both', 'nothing'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const test = await newLedger();
        const input = await test.people(0, 20);
        const taken = await Promise.all(
          steps.map(async ({ tenths, then }, i) => {
            const session = await test.session({ input });
            try {
              const reservation = await session.reserve(request(i), cost(`0.${tenths}`));
              if (then === 'release') reservation.release();
              const committing = then === 'commit' || then === 'both' ? reservation.commit() : undefined;
              if (then === 'both') reservation.release();
              await committing;
              return then === 'release' ? 0 : tenths;
            } catch (error) {
              expect(error).toMatchObject({ code: 'budget/exceeded' });
              return 0;
            }
          }),
        );
        await test.ledger.settled();
        const total = taken.reduce<number>((sum, tenths) => sum + tenths, 0);
        expect(total).toBeLessThanOrEqual(10);
        const { left, spent } = await test.ledger.statement(ACCOUNT);
        expect(left.epsilon).toEqual(rational(BigInt(10 - total), 10n));
        const found = await entries(test);
        expect(found.filter(({ state }) => state === 'spent')).toHaveLength(spent.sessions);
        await test.store.close();
      }),
      { numRuns: 15 },
    );
  });
});

describe('a list that is almost one that was spent for', () => {
  it.each([
    [1, 'budget/near-repeat'],
    [10, 'budget/near-repeat'],
    [49, 'budget/near-repeat'],
    [50, 'accepted'],
    [150, 'accepted'],
  ])('with %i people changed is %s', async (changed, outcome) => {
    const { session, people, audit } = await newLedger();
    await (await (await session({ input: await people(0, 1000) })).reserve(request(1), cost('0.1'))).commit();
    for (const [from, to] of [
      [0, 1000 + changed],
      [changed, 1000],
    ] as const) {
      const next = await session({ input: await people(from, to) });
      const reserved = next.reserve(request(2), cost('0.1'));
      if (outcome === 'accepted') await (await reserved).commit();
      else expect(await failure(reserved)).toMatchObject({ code: outcome, field: 'data' });
    }
    const refusals = await audit.entries({ actions: ['ledger.refused'] });
    expect(refusals.entries).toHaveLength(outcome === 'accepted' ? 0 : 2);
  });

  it('is refused also while the first is only under way, and accepted once that was given back', async () => {
    const { session, people, ledger } = await newLedger();
    const first = await (await session({ input: await people(0, 1000) })).reserve(request(1), cost('0.1'));
    const second = await session({ input: await people(0, 1001) });
    const refused = await failure(second.reserve(request(2), cost('0.1')));
    expect(refused.code).toBe('budget/near-repeat');
    first.release();
    await ledger.settled();
    await second.reserve(request(2), cost('0.1'));
  });

  it('sets nothing aside when it is refused', async () => {
    const test = await newLedger();
    const [input, next] = [await test.people(0, 1000), await test.people(0, 1001)];
    await (await (await test.session({ input })).reserve(request(1), cost('0.1'))).commit();
    await failure((await test.session({ input: next })).reserve(request(2), cost('0.1')));
    expect(await entries(test)).toHaveLength(1);
    expect(compareRationals((await test.ledger.statement(ACCOUNT)).left.epsilon, parseDecimal('0.9')!)).toBe(
      0,
    );
  });

  it('is compared with every earlier one, of this partner and lineage alone', async () => {
    const { session, people, store } = await newLedger();
    for (const size of [200, 400, 600]) {
      await (
        await (await session({ input: await people(0, size) })).reserve(request(1), cost('0.1'))
      ).commit();
    }
    for (const size of [201, 401, 601]) {
      const terms = { input: await people(0, size) };
      expect((await failure((await session(terms)).reserve(request(2), cost('0.1')))).code).toBe(
        'budget/near-repeat',
      );
      await (await (await session({ ...terms, partner: 'bolt' })).reserve(request(2), cost('0.1'))).commit();
      await (
        await (await session({ ...terms, lineage: 'visitors' })).reserve(request(2), cost('0.1'))
      ).commit();
    }
    expect(await store.db.selectFrom('input_sketches').select('lineage').execute()).toHaveLength(9);
  });

  it('is not the same list, in whatever order: that may be asked about again', async () => {
    const { session, ledger, store } = await newLedger();
    const list = rows(0, 300);
    for (const rowsInOrder of [list, list.toReversed(), list]) {
      const input = await ledger.input(listOf(rowsInOrder));
      await (await (await session({ input })).reserve(request(1), cost('0.1'))).commit();
    }
    expect(await store.db.selectFrom('input_sketches').select('entry_id').execute()).toHaveLength(1);
  });

  it('is seen after a restart, and its sketch hidden in the store', async () => {
    const [identity, cipher] = [ephemeralIdentity(), testCipher()];
    const first = await newLedger({ identity, cipher });
    const input = await first.people(0, 1000);
    await (await (await first.session({ input })).reserve(request(1), cost('0.1'))).commit();
    const { sealed } = await first.store.db
      .selectFrom('input_sketches')
      .select('sealed')
      .executeTakeFirstOrThrow();
    expect(Buffer.from(sealed).includes(Buffer.from(input.rows.subarray(0, 28)))).toBe(false);
    await first.store.close();
    const second = await newLedger({ store: await openState(first.store.folder), identity, cipher });
    const next = await second.session({ input: await second.people(0, 1001) });
    expect((await failure(next.reserve(request(2), cost('0.1')))).code).toBe('budget/near-repeat');
  });
});

describe('almost the same people under another mode or with other measures', () => {
  /** What a session of each kind makes of the same people; the second measure is there to be left out. */
  const KINDS: Readonly<Record<string, (of: readonly Row[]) => SketchedList>> = {
    'a cardinality': (of) => listOf(of, 'keys'),
    'an aggregate by cell': (of) => listOf(of, 'cells'),
    'an aggregate of one measure': (of) => listOf(of),
    'an aggregate of two measures': (of) => {
      const { measures = [], ...list } = listOf(of);
      return { ...list, measures: [...measures, Float64Array.from(of, ({ key }) => key % 11)] };
    },
  };
  const names = Object.keys(KINDS);
  const pairs = names.flatMap((one) => names.filter((other) => other !== one).map((other) => [one, other]));

  it.each(pairs)('is refused: %s, then %s of a list less one person', async (one, other) => {
    const { session, ledger, store } = await newLedger();
    const first = await ledger.input(KINDS[one]!(rows(0, 300)));
    await (await (await session({ input: first })).reserve(request(1), cost('0.1'))).commit();
    const lessOne = await session({ input: await ledger.input(KINDS[other]!(rows(0, 299))) });
    const refused = await failure(lessOne.reserve(request(2), cost('0.1')));
    expect(refused).toMatchObject({ code: 'budget/near-repeat', field: 'data' });
    expect(refused.message).toContain('differs in 1 match keys');
    // The same people are no near repeat: that is what the budget counts.
    const same = await session({ input: await ledger.input(KINDS[other]!(rows(0, 300))) });
    await (await same.reserve(request(3), cost('0.1'))).commit();
    expect(await store.db.selectFrom('input_sketches').select('entry_id').execute()).toHaveLength(2);
  });

  it('is refused for 1 to 49 people, whatever the two kinds are', async () => {
    const kind = fc.constantFrom(...pairs);
    const few = fc.integer({ min: 0, max: 35 });
    await fc.assert(
      fc.asyncProperty(kind, few, few, async ([one, other], removed, added) => {
        const { session, ledger, store } = await newLedger();
        const first = await ledger.input(KINDS[one!]!(rows(0, 200)));
        await (await session({ input: first })).reserve(request(1), cost('0.1'));
        const next = await session({
          input: await ledger.input(KINDS[other!]!(rows(removed, 200 + added))),
        });
        const changed = removed + added;
        const reserved = next.reserve(request(2), cost('0.1'));
        if (changed > 0 && changed < 50) expect((await failure(reserved)).code).toBe('budget/near-repeat');
        else await (await reserved).commit();
        await store.close();
      }),
      {
        numRuns: 25,
        examples: [
          [pairs[0]!, 25, 24],
          [pairs[0]!, 25, 25],
          [pairs[3]!, 0, 0],
        ],
      },
    );
  });
});

describe('a ledger with an entry that is none', () => {
  it('is damaged, not cheaper', async () => {
    const store = await openState();
    await addPartner(store, 'acme');
    await store.db
      .insertInto('ledger_entries')
      .values({
        id: 'a',
        partner_id: 'acme',
        lineage: 'customers',
        session_id: null,
        request_digest: '0'.repeat(64),
        input_tag: '0'.repeat(64),
        state: 'spent',
        run_id: 'x',
        rho: '2/4',
        epsilon: '1/2',
        delta: '0/1',
        reserved_at: '',
        spent_at: '',
      })
      .execute();
    const { ledger, session } = await newLedger({ store });
    expect((await failure(ledger.statement({ ...ACCOUNT, limit: LIMIT }))).code).toBe('ledger/damaged');
    expect((await failure((await session()).reserve(request(1), cost('0.1')))).code).toBe('ledger/damaged');
  });
});
