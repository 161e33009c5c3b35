import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Spool, Terms } from '../../src/protocol/index.js';
import { spoolIn } from '../../src/spool/index.js';
import { systemRandom } from '../../src/system-random.js';
import type { PairRun, TestSide } from '../support/session-pair.js';
import { runPair } from '../support/session-pair.js';
import { COHORTS, SPENDERS, SUMS, countsOf } from './support/measured.js';
import { cheapPair, emails } from './support/stepping.js';

/** Sessions whose tags lie on disk give what they give in memory. */

let folder: string;
let opened = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vesica-spooled-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A spool that takes every tag, and counts how often it was opened. */
function takesAll(): Spool {
  const spool = spoolIn(folder, systemRandom, () => 0);
  return {
    tagMemoryBytes: 0,
    open: (shape) => {
      opened += 1;
      return spool.open(shape);
    },
  };
}

function spooledRun(terms: Partial<Terms>, initiator: TestSide, responder: TestSide): Promise<PairRun> {
  const withSpool = (side: TestSide): TestSide => ({
    ...side,
    settings: { ...side.settings, spool: takesAll() },
  });
  const pair = cheapPair(terms, withSpool(initiator), withSpool(responder));
  return runPair(pair.initiator, pair.responder);
}

function rowsOf({ errors, initiator, responder }: PairRun): (number[] | undefined)[] {
  expect(errors).toEqual({});
  return [initiator, responder].map(({ outcome }) => {
    if (outcome?.result.kind !== 'rows') throw new Error('no rows');
    return outcome.result.matched && [...outcome.result.matched];
  });
}

describe('a session with a spool', () => {
  it('finds in mode psi the rows that both have, whoever may learn them, in lists of any size', async () => {
    const lists = fc.record({
      role: fc.constantFrom('both' as const, 'receiver' as const, 'sender' as const),
      own: fc.nat(12),
      peer: fc.nat(12),
      both: fc.nat(6),
    });
    await fc.assert(
      fc.asyncProperty(lists, async ({ role, own, peer, both }) => {
        const initiator = { names: [...emails('own', own), ...emails('both', both)] };
        const responder = { names: [...emails('both', both).reverse(), ...emails('peer', peer)] };
        const before = opened;
        const [ours, theirs] = rowsOf(await spooledRun({ initiatorRole: role }, initiator, responder));
        const shared = Array.from({ length: both }, (_, i) => i);
        expect(ours).toEqual(role === 'sender' ? undefined : shared.map((i) => own + i));
        expect(theirs).toEqual(role === 'receiver' ? undefined : shared);
        // A side with nothing to keep in memory needs no disk either.
        if (own + peer + both > 0) expect(opened).toBeGreaterThan(before);
      }),
      { numRuns: 60 },
    );
  });

  it('finds the rows of lists of several chunks', async () => {
    const shared = emails('both', 9000);
    const initiator = { names: [...shared, ...emails('own', 4000)] };
    const responder = { names: [...emails('peer', 100), ...shared] };
    const [ours, theirs] = rowsOf(await spooledRun({ initiatorRole: 'both' }, initiator, responder));
    expect(ours).toEqual(shared.map((_, i) => i));
    expect(theirs).toEqual(shared.map((_, i) => 100 + i));
  });

  it('counts exactly, and adds up measures', async () => {
    const exact: Partial<Terms> = { mode: 'psi-ca', initiatorRole: 'receiver', disclosure: 'exact' };
    const initiator = { names: emails('a', 50) };
    const counted = await spooledRun(exact, initiator, { names: emails('a', 20) });
    expect(counted.errors).toEqual({});
    expect(countsOf(counted.initiator).counts?.map(({ count }) => count)).toEqual([20]);
    const summed = await spooledRun(SUMS, SPENDERS, COHORTS);
    expect(summed.errors).toEqual({});
    expect(countsOf(summed.responder).measures).toHaveLength(2);
  });

  it.each(['psi', 'psi-ca'] as const)(
    'refuses a peer’s element that occurs twice in mode %s',
    async (mode) => {
      // Two keys alike, which no honest list has, give two elements alike.
      const twice = { names: [...emails('a', 20), 'a3@x.test'] };
      const terms: Partial<Terms> = {
        mode,
        initiatorRole: 'receiver',
        disclosure: mode === 'psi' ? 'rows' : 'exact',
      };
      for (const [initiator, responder, victim, field] of [
        [twice, { names: emails('b', 5) }, 'responder', 'elements'],
        [{ names: emails('b', 5) }, twice, 'initiator', mode === 'psi' ? 'elements' : 'list'],
      ] as const) {
        const { errors } = await spooledRun(terms, initiator, responder);
        expect(errors[victim]).toMatchObject({ code: 'peer/duplicate-element', field });
      }
    },
  );

  it('leaves nothing in its folder', () => {
    expect(opened).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual([]);
  });
});
