import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRationals,
  compareRationals,
  composeSequentially,
  divideRationals,
  lossAt,
  multiplyRationals,
  rational,
  type PrivacyCost,
  type Rational,
} from '../../src/dp/index.js';
import { VesicaError } from '../../src/errors.js';
import { Account } from '../../src/ledger/account.js';
import { AccountLedger } from '../../src/ledger/account-ledger.js';
import { parseLimit } from '../../src/ledger/budget.js';
import { MAX_ANSWER_BYTES, memoryLedger, type BudgetLedger } from '../../src/ledger/index.js';
import { LIMIT, cost, decimal, failure, gaussian, request } from './support/ledgers.js';

/** Spends each cost in a session of its own. */
async function spend(ledger: BudgetLedger, ...costs: readonly PrivacyCost[]): Promise<void> {
  for (const each of costs) await (await ledger.reserve(request(1), each)).commit();
}
const accepts = async (ledger: BudgetLedger, wanted: PrivacyCost): Promise<boolean> => {
  try {
    (await ledger.reserve(request(2), wanted)).release();
    return true;
  } catch {
    return false;
  }
};
/** A cost with all epsilons multiplied by `factor`. */
const scaled = ({ rho, epsilon, delta }: PrivacyCost, factor: Rational): PrivacyCost => ({
  rho: multiplyRationals(rho, multiplyRationals(factor, factor)),
  epsilon: epsilon && multiplyRationals(epsilon, factor),
  delta,
});

describe('the limit', () => {
  it('takes a session that fits exactly, and not one that is larger by the smallest fraction', async () => {
    const ledger = memoryLedger({ limit: LIMIT });
    await spend(ledger, cost('0.7'));
    expect(await accepts(ledger, cost('0.3'))).toBe(true);
    expect(await accepts(ledger, cost(`0.3${'0'.repeat(300)}1`))).toBe(false);
    await spend(ledger, cost('0.3'));
    expect(ledger.statement().left.epsilon).toEqual(rational(0n));
    expect(await accepts(ledger, cost('1e-300'))).toBe(false);
  });

  it('is exact in delta as well', async () => {
    const ledger = memoryLedger({ limit: LIMIT });
    await spend(ledger, cost('0.1', '4e-7'));
    expect(await accepts(ledger, cost('0.1', '6e-7'))).toBe(true);
    expect(await accepts(ledger, cost('0.1', `6.${'0'.repeat(200)}1e-7`))).toBe(false);
    // All of delta taken by the tails leaves none for the conversion that Gaussian noise needs.
    await spend(ledger, cost('0.1', '6e-7'));
    expect(await accepts(ledger, gaussian('1e-9'))).toBe(false);
    expect(await accepts(ledger, cost('0.8'))).toBe(true);
  });

  it('lets many small sessions use zero-concentrated composition, up to the exact conversion', async () => {
    const ledger = memoryLedger({ limit: LIMIT });
    const small = cost('0.01');
    let sessions = 0;
    while (await accepts(ledger, small)) {
      await spend(ledger, small);
      sessions += 1;
    }
    const total = (count: number): PrivacyCost =>
      composeSequentially(Array.from({ length: count }, () => small));
    const isWithin = (count: number): boolean =>
      compareRationals(lossAt(total(count), decimal('1e-6')).epsilon, rational(1n)) <= 0;
    expect(sessions).toBeGreaterThan(100);
    expect([isWithin(sessions), isWithin(sessions + 1)]).toEqual([true, false]);
  });

  it('counts what is set aside, and gives it back on release', async () => {
    const ledger = memoryLedger({ limit: LIMIT });
    const outcomes = await Promise.allSettled([
      ledger.reserve(request(1), cost('0.6')),
      ledger.reserve(request(2), cost('0.6')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    const [first] = outcomes;
    if (first.status === 'fulfilled') first.value.release();
    expect(await accepts(ledger, cost('1'))).toBe(true);
  });

  it.each([
    ['epsilon', { epsilon: '0', delta: '1e-6' }],
    ['epsilon', { epsilon: '21', delta: '1e-6' }],
    ['delta', { epsilon: '1', delta: '0' }],
  ])('is refused when its %s is out of range', (field, limit) => {
    expect(() => memoryLedger({ limit })).toThrow(
      expect.objectContaining({ code: 'dp/invalid-parameter', field }),
    );
  });
});

describe('a refusal', () => {
  it('names the budget, what is spent, left and needed, and what would fit', async () => {
    const ledger = memoryLedger({ limit: LIMIT });
    await spend(ledger, cost('0.7'));
    const { code, field, message } = await failure(ledger.reserve(request(1), cost('0.5')));
    expect([code, field]).toEqual(['budget/exceeded', 'epsilon']);
    expect(message).toBe(
      'the budget of this process is epsilon 1 at delta 0.000001: 0.7 is spent or set aside, 0.3 is left and ' +
        'this session needs 0.5; an epsilon of at most 0.3 would fit with the same delta',
    );
  });

  it('says so when it is delta that is lacking', async () => {
    const ledger = memoryLedger({ limit: LIMIT });
    await spend(ledger, cost('0.1', '4e-7'));
    const { code, field, message } = await failure(ledger.reserve(request(1), cost('0.1', '7e-7')));
    expect([code, field]).toEqual(['budget/exceeded', 'delta']);
    expect(message).toContain(
      'of its delta 4e-7 is spent or set aside, 6e-7 is left and this session needs 7e-7',
    );
  });

  it('names the largest epsilon that fits: it does, and one millionth more does not', async () => {
    const epsilon = fc.integer({ min: 1, max: 999 }).map((thousandths) => cost(`${thousandths}e-3`));
    const any = fc.oneof(epsilon, fc.constantFrom(gaussian('0.001'), gaussian('0.01'), cost('0.2', '1e-7')));
    await fc.assert(
      fc.asyncProperty(fc.array(any, { maxLength: 4 }), any, async (costs, wanted) => {
        const ledger = memoryLedger({ limit: LIMIT });
        for (const each of costs) if (await accepts(ledger, each)) await spend(ledger, each);
        fc.pre(wanted.epsilon !== undefined && !(await accepts(ledger, wanted)));
        const { message } = await failure(ledger.reserve(request(1), wanted));
        const largest = decimal(/at most (\S+) would fit/.exec(message)![1]!);
        const isRoomFor = (epsilon: Rational): Promise<boolean> =>
          accepts(ledger, scaled(wanted, divideRationals(epsilon, wanted.epsilon!)));
        expect(await isRoomFor(largest)).toBe(true);
        expect(await isRoomFor(addRationals(largest, rational(1n, 1_000_000n)))).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a reservation', () => {
  it('is spent once, however often and however concurrently it is committed', async () => {
    const ledger = memoryLedger({ limit: LIMIT });
    const reservation = await ledger.reserve(request(1), cost('0.4'));
    await Promise.all([reservation.commit(), reservation.commit()]);
    await reservation.commit();
    reservation.release();
    expect(ledger.statement().spent).toEqual({
      epsilon: decimal('0.4'),
      delta: rational(0n),
      sessions: 1,
    });
    expect(ledger.statement().left.epsilon).toEqual(decimal('0.6'));
  });

  it('stays spent when it is released while it is being committed', async () => {
    const ledger = memoryLedger({ limit: LIMIT });
    const reservation = await ledger.reserve(request(1), cost('0.4'));
    const committed = reservation.commit();
    reservation.release();
    expect(await accepts(ledger, cost('0.7'))).toBe(false);
    await committed;
    expect(ledger.statement().spent.epsilon).toEqual(decimal('0.4'));
  });

  it('is not spent by a commit that fails, and can be committed again or given back', async () => {
    let isFull = true;
    const account = new Account('the budget', parseLimit(LIMIT));
    const ledger = new AccountLedger(account, () =>
      isFull ? Promise.reject(new VesicaError('ledger/unwritable', 'full')) : Promise.resolve(),
    );
    const [first, second] = [
      await ledger.reserve(request(1), cost('0.4')),
      await ledger.reserve(request(2), cost('0.6')),
    ];
    const failed = failure(second.commit());
    second.release();
    expect((await failed).code).toBe('ledger/unwritable');
    expect((await failure(first.commit())).code).toBe('ledger/unwritable');
    expect([await accepts(ledger, cost('0.6')), await accepts(ledger, cost('0.7'))]).toEqual([true, false]);
    expect(ledger.statement().spent.sessions).toBe(0);
    isFull = false;
    await first.commit();
    expect(ledger.statement().spent.sessions).toBe(1);
  });

  it('cannot be committed after it was given back, nor finished before it is committed', async () => {
    const ledger = memoryLedger({ limit: LIMIT });
    const reservation = await ledger.reserve(request(1), cost('0.4'));
    expect((await failure(reservation.finish('{}'))).code).toBe('internal/defect');
    reservation.release();
    expect((await failure(reservation.commit())).code).toBe('internal/defect');
    expect(ledger.statement().spent.sessions).toBe(0);
  });

  it('keeps an answer of 4 MiB, and refuses a longer one in bytes', async () => {
    const ledger = memoryLedger({ limit: LIMIT });
    const reservation = await ledger.reserve(request(1), cost('0.4'));
    await reservation.commit();
    const longest = 'é'.repeat(MAX_ANSWER_BYTES / 2);
    expect((await failure(reservation.finish(`${longest}a`))).code).toBe('limit/text');
    expect(await ledger.recall(request(1))).toBeUndefined();
    await reservation.finish(longest);
    expect(await ledger.recall(request(1))).toBe(longest);
    expect(await ledger.recall(request(2))).toBeUndefined();
  });

  it('is not made for a fraction that no file could keep, nor for a request of another length', async () => {
    const ledger = memoryLedger({ limit: LIMIT });
    const refused: PrivacyCost[] = [
      { ...cost('0.1'), rho: { numerator: 2n, denominator: 4n } },
      { ...cost('0.1'), epsilon: { numerator: -1n, denominator: 2n } },
      { ...cost('0.1'), delta: rational(1n, 10n ** 9000n) },
    ];
    for (const each of refused) {
      expect((await failure(ledger.reserve(request(1), each))).code).toBe('dp/invalid-parameter');
    }
    expect((await failure(ledger.reserve(new Uint8Array(31), cost('0.1')))).code).toBe('internal/defect');
  });
});
