import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  compareRationals,
  composeSequentially,
  lossAt,
  multiplyRationals,
  rational,
  type PrivacyCost,
} from '../../src/dp/index.js';
import { VesicaError } from '../../src/errors.js';
import { memoryLedger, type BudgetLedger, type BudgetStatement } from '../../src/ledger/index.js';
import type { Reservation } from '../../src/protocol/index.js';
import { LIMIT, cost, decimal, gaussian, newPath, openLedger, request } from './support/ledgers.js';

type Command =
  | { readonly do: 'reserve'; readonly request: number; readonly cost: PrivacyCost }
  | { readonly do: 'commit' | 'commit twice' | 'release' | 'release and commit'; readonly which: number }
  | { readonly do: 'finish'; readonly which: number; readonly answer: string }
  | { readonly do: 'reopen' };

const which = fc.nat(5);
const anyCost = fc.oneof(
  fc.integer({ min: 1, max: 400 }).map((thousandths) => cost(`${thousandths}e-3`)),
  fc.integer({ min: 1, max: 400 }).map((thousandths) => cost(`${thousandths}e-3`, `${thousandths}e-9`)),
  fc.integer({ min: 1, max: 90 }).map((tenThousandths) => gaussian(`${tenThousandths}e-4`)),
);
const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('reserve'), request: fc.nat(2), cost: anyCost }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('commit', 'commit twice'), which }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('release', 'release and commit'), which }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('finish'), which, answer: fc.string({ unit: 'binary' }) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('reopen') }) },
  ),
  { minLength: 5, maxLength: 25 },
);

/** One form of the ledger, under the commands. Everything a caller can see of it is in `seen`. */
class Run {
  readonly seen: unknown[] = [];
  readonly statements: BudgetStatement[] = [];
  ledger: BudgetLedger;
  readonly #reopen: (() => Promise<BudgetLedger>) | undefined;
  #reservations: { reservation: Reservation; cost: PrivacyCost }[] = [];

  constructor(ledger: BudgetLedger, reopen?: () => Promise<BudgetLedger>) {
    this.ledger = ledger;
    this.#reopen = reopen;
  }

  async step(command: Command): Promise<void> {
    const outcome = await this.#act(command).then(
      () => 'done',
      (error: unknown) =>
        error instanceof VesicaError ? [error.code, error.field] : Promise.reject(error as Error),
    );
    const statement = this.ledger.statement();
    this.statements.push(statement);
    const answers = await Promise.all([0, 1, 2].map((each) => this.ledger.recall(request(each))));
    this.seen.push({ command: command.do, outcome, statement, answers });
  }

  async #act(command: Command): Promise<void> {
    if (command.do === 'reserve') {
      const reservation = await this.ledger.reserve(request(command.request), command.cost);
      this.#reservations.push({ reservation, cost: command.cost });
      return;
    }
    if (command.do === 'reopen') {
      // Reservations end with the process; in memory, giving them back comes to the same.
      for (const { reservation } of this.#reservations) reservation.release();
      this.#reservations = [];
      if (this.#reopen) this.ledger = await this.#reopen();
      return;
    }
    const chosen = this.#reservations[command.which % this.#reservations.length]?.reservation;
    if (chosen === undefined) return;
    if (command.do === 'finish') return chosen.finish(command.answer);
    if (command.do === 'release') {
      chosen.release();
      return;
    }
    const committed = [chosen.commit()];
    if (command.do === 'commit twice') committed.push(chosen.commit());
    if (command.do === 'release and commit') chosen.release();
    await Promise.all(committed);
  }
}

/** The rounding of the conversion from zCDP, which may differ from one sum to the next. */
const ALMOST_ONE = rational(10n ** 12n - 1n, 10n ** 12n);

it('memory and file agree at every step; spent never falls and never passes the limit', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (steps) => {
      const path = newPath();
      let file = await openLedger(path);
      const onDisk = new Run(file, async () => {
        await file.close();
        file = await openLedger(path);
        return file;
      });
      const inMemory = new Run(memoryLedger({ limit: LIMIT }));
      for (const step of steps) {
        await inMemory.step(step);
        await onDisk.step(step);
      }
      await file.close();
      expect(onDisk.seen).toEqual(inMemory.seen);

      let before = { epsilon: rational(0n), delta: rational(0n), sessions: 0 };
      for (const { spent, limit } of inMemory.statements) {
        const { epsilon = limit.epsilon } = spent;
        expect(spent.epsilon).toBeDefined();
        expect(
          compareRationals(epsilon, multiplyRationals(before.epsilon, ALMOST_ONE)),
        ).toBeGreaterThanOrEqual(0);
        expect(compareRationals(spent.delta, before.delta)).toBeGreaterThanOrEqual(0);
        expect(spent.sessions).toBeGreaterThanOrEqual(before.sessions);
        expect(compareRationals(epsilon, limit.epsilon)).toBeLessThanOrEqual(0);
        expect(compareRationals(spent.delta, limit.delta)).toBeLessThanOrEqual(0);
        before = { ...spent, epsilon };
      }
    }),
    { numRuns: 40 },
  );
});

it('what is spent is the composition of what was committed, and what is held counts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(anyCost, fc.boolean()), { maxLength: 8 }), async (sessions) => {
      const ledger = memoryLedger({ limit: LIMIT });
      const delta = decimal(LIMIT.delta);
      const taken: PrivacyCost[] = [];
      const committed: PrivacyCost[] = [];
      for (const [each, isCommitted] of sessions) {
        const total = composeSequentially([...taken, each]);
        const isWithin =
          compareRationals(total.delta, delta) < 0 &&
          compareRationals(lossAt(total, delta).epsilon, rational(1n)) <= 0;
        const reservation = await ledger.reserve(request(1), each).catch(() => undefined);
        expect(reservation !== undefined).toBe(isWithin);
        if (reservation === undefined) continue;
        taken.push(each);
        if (isCommitted) committed.push(each);
        if (isCommitted) await reservation.commit();
      }
      expect(ledger.statement().spent).toEqual({
        ...lossAt(composeSequentially(committed), delta),
        delta: composeSequentially(committed).delta,
        sessions: committed.length,
      });
    }),
  );
});
