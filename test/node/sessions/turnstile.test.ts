import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VesicaError } from '../../../src/errors.js';
import { Turnstile } from '../../../src/node/sessions/turnstile.js';
import { failure } from '../support/states.js';

const never = new AbortController().signal;
const ask = (partner: string, bytes = 1, signal = never) => ({ partner, bytes: () => bytes, signal });

/** Lets everything happen that nothing keeps waiting. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Arrival {
  readonly partner: string;
  readonly bytes: number;
}

const PLACES = 3;
const BYTES = 10;
const arrivals = fc.array(
  fc.record({ partner: fc.constantFrom('a', 'b', 'c'), bytes: fc.integer({ min: 1, max: BYTES }) }),
  { minLength: 1, maxLength: 30 },
);

/** Who is inside and who came in when, among arrivals at a turnstile. */
class Crowd {
  readonly turnstile = new Turnstile({ places: PLACES, bytes: BYTES });
  readonly inside = new Map<number, () => void>();
  readonly entered: number[] = [];
  readonly gaveUp: number[] = [];
  readonly #leaving: AbortController[];
  readonly #all: readonly Arrival[];

  constructor(all: readonly Arrival[]) {
    this.#all = all;
    this.#leaving = all.map(() => new AbortController());
    for (const [i, { partner, bytes }] of all.entries()) {
      this.turnstile.enter(ask(partner, bytes, this.#leaving[i]!.signal)).then(
        ({ leave }) => {
          this.inside.set(i, leave);
          this.entered.push(i);
        },
        () => this.gaveUp.push(i),
      );
    }
  }

  get bytesInside(): number {
    return [...this.inside.keys()].reduce((sum, i) => sum + this.#all[i]!.bytes, 0);
  }

  giveUp(i: number): void {
    this.#leaving[i]!.abort(new VesicaError('session/cancelled', 'left'));
  }

  /** The one at `pick` of those inside goes, twice: the second time changes nothing. */
  leave(pick: number): void {
    const [i, leave] = [...this.inside][pick % this.inside.size]!;
    this.inside.delete(i);
    leave();
    leave();
  }
}

describe('a turnstile', () => {
  it('never has more inside than it has places or bytes, and lets everybody in who does not give up', async () => {
    await fc.assert(
      fc.asyncProperty(
        arrivals,
        fc.infiniteStream(fc.nat(99)),
        fc.infiniteStream(fc.boolean()),
        async (all, picks, quits) => {
          const crowd = new Crowd(all);
          const waits = (i: number): boolean => !crowd.entered.includes(i) && !crowd.gaveUp.includes(i);
          while (crowd.entered.length + crowd.gaveUp.length < all.length || crowd.inside.size > 0) {
            await settled();
            expect(crowd.inside.size).toBeLessThanOrEqual(PLACES);
            expect(crowd.bytesInside).toBeLessThanOrEqual(BYTES);
            expect(crowd.turnstile.running).toBe(crowd.inside.size);
            expect(crowd.turnstile.waiting).toBe(all.filter((_, i) => waits(i)).length);
            // Somebody is inside whenever anybody waits: nobody is forgotten.
            expect(crowd.inside.size > 0 || crowd.turnstile.waiting === 0).toBe(true);
            const waiting = all.flatMap((_, i) => (waits(i) ? [i] : []));
            const pick = draw(picks);
            if (waiting.length > 0 && draw(quits)) crowd.giveUp(waiting[pick % waiting.length]!);
            else if (crowd.inside.size > 0) crowd.leave(pick);
          }
          expect(new Set([...crowd.entered, ...crowd.gaveUp]).size).toBe(all.length);
          expect(crowd.turnstile.running).toBe(0);
          expect(crowd.turnstile.waiting).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('lets those of one partner in as they came, and partners turn by turn', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, fc.infiniteStream(fc.nat(99)), async (all, picks) => {
        const crowd = new Crowd(all);
        while (crowd.entered.length < all.length) {
          await settled();
          if (crowd.entered.length < all.length) crowd.leave(draw(picks));
        }
        for (const partner of ['a', 'b', 'c']) {
          const order = crowd.entered.filter((i) => all[i]!.partner === partner);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
        // All came at once: while a partner has somebody waiting, no other enters twice before it enters once.
        const names = crowd.entered.map((i) => all[i]!.partner);
        const first = Math.min(PLACES, names.length);
        for (const partner of new Set(names)) {
          for (const other of new Set(names)) {
            if (other === partner) continue;
            const gaps = namesBetween(names.slice(first), partner);
            for (const gap of gaps)
              expect(gap.filter((name) => name === other).length).toBeLessThanOrEqual(1);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('takes turns among partners, whoever came first and however many', async () => {
    const turnstile = new Turnstile({ places: 1, bytes: 100 });
    const order: string[] = [];
    const entries = ['a', 'a', 'a', 'a', 'b', 'c', 'b'].map(async (partner) => {
      const { leave } = await turnstile.enter(ask(partner));
      order.push(partner);
      await settled();
      leave();
    });
    await Promise.all(entries);
    expect(order).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'a']);
  });

  it('does not let small ones overtake a large one that waits for memory', async () => {
    const turnstile = new Turnstile({ places: 10, bytes: 10 });
    const { leave } = await turnstile.enter(ask('a', 6));
    const order: string[] = [];
    const large = turnstile.enter(ask('b', 8)).then((out) => {
      order.push('large');
      out.leave();
    });
    const small = turnstile.enter(ask('c', 1)).then(() => order.push('small'));
    await settled();
    expect(order).toEqual([]);
    leave();
    await Promise.all([large, small]);
    expect(order).toEqual(['large', 'small']);
  });

  it('lets the next one in when the large one before it gives up', async () => {
    const turnstile = new Turnstile({ places: 10, bytes: 10 });
    await turnstile.enter(ask('a', 6));
    const leaving = new AbortController();
    const large = turnstile.enter(ask('b', 8, leaving.signal));
    const small = turnstile.enter(ask('c', 1));
    leaving.abort(new VesicaError('session/expired', 'too late'));
    expect(await failure(large)).toMatchObject({ code: 'session/expired' });
    await small;
    expect(turnstile.running).toBe(2);
  });

  it('gives no more than there is, and refuses who has given up before', async () => {
    const turnstile = new Turnstile({ places: 1, bytes: 10 });
    const all = await turnstile.enter(ask('a', 11));
    expect(all.bytes).toBe(10);
    all.leave();
    const gone = AbortSignal.abort(new VesicaError('session/cancelled', 'gone'));
    expect(await failure(turnstile.enter(ask('a', 1, gone)))).toMatchObject({ code: 'session/cancelled' });
    expect(turnstile.running + turnstile.waiting).toBe(0);
  });

  it('lets the next in with what one inside does not keep, and takes it back once', async () => {
    const turnstile = new Turnstile({ places: 10, bytes: 10 });
    const first = await turnstile.enter(ask('a', 10));
    const second = turnstile.enter(ask('b', 6));
    first.keep(12);
    await settled();
    expect(turnstile.running).toBe(1);
    first.keep(4);
    expect((await second).bytes).toBe(6);
    const third = turnstile.enter(ask('c', 4));
    await settled();
    expect(turnstile.running).toBe(2);
    first.leave();
    first.keep(0);
    first.leave();
    await third;
    expect(turnstile.running).toBe(2);
  });

  it('asks at its turn how much it is', async () => {
    const turnstile = new Turnstile({ places: 10, bytes: 10 });
    const first = await turnstile.enter(ask('a', 10));
    let bytes = 10;
    const second = turnstile.enter({ partner: 'b', bytes: () => bytes, signal: never });
    bytes = 3;
    first.keep(7);
    expect((await second).bytes).toBe(3);
  });

  it('keeps the place of one who gives up when inside', async () => {
    const turnstile = new Turnstile({ places: 1, bytes: 10 });
    const leaving = new AbortController();
    const { leave } = await turnstile.enter(ask('a', 1, leaving.signal));
    leaving.abort(new VesicaError('session/cancelled', 'gone'));
    expect(turnstile.running).toBe(1);
    leave();
    expect(turnstile.running).toBe(0);
  });
});

function draw<Value>(stream: fc.Stream<Value>): Value {
  const drawn = stream.next();
  if (drawn.done === true) throw new Error('the stream has an end');
  return drawn.value;
}

/** What comes between one entry of a partner and its next. */
function namesBetween(names: readonly string[], partner: string): string[][] {
  const gaps: string[][] = [[]];
  for (const name of names) {
    if (name === partner) gaps.push([]);
    else gaps.at(-1)!.push(name);
  }
  // After its last entry it does not wait any more.
  return gaps.slice(0, -1);
}
