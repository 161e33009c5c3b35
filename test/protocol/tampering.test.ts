import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Session, Terms } from '../../src/protocol/index.js';
import { seededRandom } from '../support/deterministic-random.js';
import type { PairRun, TestSide } from '../support/session-pair.js';
import { operations, runPair } from '../support/session-pair.js';
import { BOUGHT, SUMS } from './support/measured.js';
import { cheapPair } from './support/stepping.js';

/** Two sessions that end with an answer on both sides when nobody interferes. */
const SESSIONS: readonly (readonly [string, Partial<Terms>, TestSide, TestSide])[] = [
  ['psi', { initiatorRole: 'both' }, { names: ['a', 'b'] }, { names: ['b'] }],
  [
    'counts',
    { mode: 'aggregate', initiatorRole: 'cohorts', disclosure: 'exact' },
    { names: ['a', 'b'], cellOf: [0, 1], labels: ['c', 't'] },
    { names: ['b'] },
  ],
  [
    'sums',
    { ...SUMS, initiatorRole: 'cohorts', measures: [BOUGHT] },
    { names: ['a', 'b'], cellOf: [0, 1], labels: ['c', 't'] },
    { names: ['b'], measures: [Float64Array.of(1)] },
  ],
];

function answer(session: Session): unknown {
  const result = session.outcome?.result;
  if (result === undefined) return undefined;
  if (result.kind === 'rows') return [...(result.matched ?? [])];
  return [result.counts?.map(({ count }) => count), ...result.measures.map(({ sums }) => sums)];
}

type Settings = TestSide['settings'];

/** Runs a session with bit `bit` of its `index`-th frame turned over. */
async function runFlipped(
  [, terms, initiator, responder]: (typeof SESSIONS)[number],
  settings: Settings,
  flip?: { readonly index: number; readonly bit: number },
): Promise<PairRun> {
  const extra = settings === undefined ? {} : { settings };
  // The same noise each time, so that an answer with one flipped bit can be compared with the honest one.
  const pair = cheapPair(
    terms,
    { ...initiator, ...extra, random: seededRandom(1) },
    { ...responder, ...extra, random: seededRandom(2) },
  );
  let index = 0;
  return runPair(pair.initiator, pair.responder, (_, frame) => {
    const isTarget = index === flip?.index;
    index += 1;
    if (!isTarget) return frame;
    const changed = frame.slice();
    changed[flip.bit >> 3]! ^= 1 << (flip.bit & 7);
    return changed;
  });
}

function checkRefused(run: PairRun, honest: PairRun, where: string): void {
  const errors = Object.values(run.errors);
  expect(errors.length, where).toBeGreaterThan(0);
  for (const { code } of errors) expect(code, where).not.toBe('internal/defect');
  for (const side of ['initiator', 'responder'] as const) {
    const told = answer(run[side]);
    // A side that finished had the right answer; the other one did not finish.
    if (told !== undefined) expect(told, where).toEqual(answer(honest[side]));
  }
  expect(run.initiator.outcome === undefined || run.responder.outcome === undefined, where).toBe(true);
}

describe('one flipped bit in any frame', () => {
  it.each(SESSIONS)('%s: every fourth byte of every frame, in the cheap group', async (...session) => {
    const honest = await runFlipped(session, undefined);
    expect(honest.errors).toEqual({});
    let tried = 0;
    for (const [index, { frame }] of honest.frames.entries()) {
      for (let byte = index % 4; byte < frame.length; byte += 4) {
        const flip = { index, bit: 8 * byte + ((index + byte) % 8) };
        checkRefused(await runFlipped(session, undefined, flip), honest, `frame ${index}, bit ${flip.bit}`);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(300);
  });

  it.each(SESSIONS)('%s: any bits, in the real group', async (...session) => {
    const honest = await runFlipped(session, { operations });
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (which, where) => {
        const index = which % honest.frames.length;
        const bit = where % (8 * honest.frames[index]!.frame.length);
        checkRefused(
          await runFlipped(session, { operations }, { index, bit }),
          honest,
          `frame ${index}, bit ${bit}`,
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('a frame that is lost, or delivered twice', () => {
  it.each(SESSIONS)('%s: never gives both sides an answer', async (...session) => {
    const [, terms, initiator, responder] = session;
    const honest = await runFlipped(session, undefined);
    for (let target = 0; target < honest.frames.length; target += 1) {
      const pair = cheapPair(terms, initiator, responder);
      let index = -1;
      const lost = await runPair(pair.initiator, pair.responder, (_, frame) => {
        index += 1;
        return index === target ? undefined : frame;
      });
      expect(lost.initiator.outcome === undefined || lost.responder.outcome === undefined).toBe(true);

      const twice = cheapPair(terms, initiator, responder);
      const sent: Uint8Array[] = [];
      const run = await runPair(twice.initiator, twice.responder, (_, frame) => {
        sent.push(frame);
        return frame;
      });
      expect(run.errors).toEqual({});
      const { from } = honest.frames[target]!;
      const receiver = from === 'initiator' ? twice.responder : twice.initiator;
      await expect(receiver.receive(sent[target]!)).rejects.toMatchObject({
        code: 'peer/unexpected-message',
      });
    }
  });
});
