import { describe, expect, it } from 'vitest';
import type { Session, SessionState, Side, Terms } from '../../src/protocol/index.js';
import { decodeMessage, encodeMessage } from '../../src/protocol/index.js';
import type { TestSide } from '../support/session-pair.js';
import { runPair } from '../support/session-pair.js';
import { STAGES } from '../../src/protocol/codec/index.js';
import { COHORTS, SPENDERS, SUMS } from './support/measured.js';
import { EXAMPLES, MESSAGE_TYPES, type MessageType } from './support/messages.js';
import type { Pair } from './support/stepping.js';
import {
  SIDES,
  cheapPair,
  emails,
  failureOf,
  frames,
  otherSide,
  runUntil,
  tell,
} from './support/stepping.js';

const STATES: readonly SessionState[] = [
  'greeting',
  'offering',
  'listing',
  'recalling',
  'streaming',
  'closing',
  'done',
];
/** Only sessions with noise ask for stored answers. */
const statesOf = (name: string): readonly SessionState[] =>
  STATES.filter((state) => state !== 'recalling' || name !== 'psi');
const cohorts: TestSide = { names: emails('a', 5), cellOf: [0, 0, 1, 1, 1], labels: ['c', 't'] };
const plain: TestSide = { names: emails('a', 4) };

/** A session of each kind of machine: who the initiator is in it, and the lists. */
const SESSIONS: Readonly<
  Record<string, { terms: Partial<Terms>; initiator: TestSide; responder: TestSide }>
> = {
  psi: { terms: { mode: 'psi', initiatorRole: 'both' }, initiator: plain, responder: plain },
  'psi-ca': {
    terms: { mode: 'psi-ca', disclosure: 'dp', epsilon: '20' },
    initiator: plain,
    responder: plain,
  },
  aggregate: {
    terms: { mode: 'aggregate', initiatorRole: 'measures', disclosure: 'dp', epsilon: '20' },
    initiator: plain,
    responder: cohorts,
  },
  measures: { terms: SUMS, initiator: SPENDERS, responder: COHORTS },
};
const pairOf = (name: string): Pair => {
  const { terms, initiator, responder } = SESSIONS[name]!;
  return cheapPair(terms, initiator, responder);
};

/** The one message type that each state waits for. Streams are looked at apart. */
function awaited(state: SessionState, side: Side): MessageType | 'streams' | undefined {
  switch (state) {
    case 'greeting':
      return 'hello';
    case 'offering':
      return side === 'responder' ? 'offer' : 'accept';
    case 'listing':
      return 'inventory';
    case 'recalling':
      return 'recall';
    case 'streaming':
      return 'streams';
    case 'closing':
      return 'receipt';
    case 'done':
    case 'failed':
      return undefined;
  }
}

describe('a message that a state does not wait for', () => {
  const cases = Object.keys(SESSIONS).flatMap((name) =>
    SIDES.flatMap((side) => statesOf(name).map((state): [string, Side, SessionState] => [name, side, state])),
  );

  it.each(cases)('%s, the %s while %s: ends the session as unexpected', async (name, side, state) => {
    for (const type of MESSAGE_TYPES) {
      const isStream = type === 'chunk' || type === 'ack' || type === 'figures';
      if (type === 'abort' || type === awaited(state, side)) continue;
      if (isStream && awaited(state, side) === 'streams') continue;
      const pair = pairOf(name);
      await runUntil(pair, side, state);
      const outcome = pair[side].outcome;
      const error = await tell(pair[side], EXAMPLES[type]);
      expect(error, type).toMatchObject({ code: 'peer/unexpected-message', reportedBy: 'self' });
      // Once there are streams, a chunk or an acknowledgement is refused by its stream.
      expect(error?.field).toBe(isStream && error?.field !== type ? 'elements' : type);
      expect(pair[side].state).toBe('failed');
      // A finished session keeps its answer; any other never gets one.
      expect(pair[side].outcome).toBe(outcome);
      expect(outcome !== undefined).toBe(state === 'done');
    }
  });

  it.each(cases)(
    '%s, the %s while %s: an abort of the peer ends it with the peer code',
    async (name, side, state) => {
      const pair = pairOf(name);
      await runUntil(pair, side, state);
      const error = await tell(pair[side], { type: 'abort', code: 'limit/window', field: 'windowBytes' });
      expect(error).toMatchObject({ code: 'limit/window', field: 'windowBytes', reportedBy: 'peer' });
      expect(pair[side].farewell(error!)).toBeUndefined();
      expect(await failureOf(pair[side].next())).toBe(error);
      expect(await failureOf(pair[side].receive(encodeMessage(EXAMPLES.accept)))).toBe(error);
    },
  );

  it.each(Object.keys(SESSIONS))(
    '%s: chunks and acknowledgements of streams that a side has not',
    async (name) => {
      const streams: Record<string, Record<Side, { incoming: string[]; outgoing: string[] }>> = {
        psi: {
          initiator: { incoming: ['elements', 'tags'], outgoing: ['elements', 'tags'] },
          responder: { incoming: ['elements', 'tags'], outgoing: ['elements', 'tags'] },
        },
        'psi-ca': {
          initiator: { incoming: ['list', 'tags'], outgoing: ['elements', 'dummies'] },
          responder: { incoming: ['elements', 'dummies'], outgoing: ['list', 'tags'] },
        },
        aggregate: {
          initiator: { incoming: ['elements', 'dummies'], outgoing: ['list', 'tags'] },
          responder: { incoming: ['list', 'tags'], outgoing: ['elements', 'dummies'] },
        },
        measures: {
          initiator: { incoming: ['elements', 'dummies', 'sums'], outgoing: ['keys', 'list', 'tags'] },
          responder: { incoming: ['keys', 'list', 'tags'], outgoing: ['elements', 'dummies', 'sums'] },
        },
      };
      // Without measures these are streams of no items.
      const holder = ['chunk of keys', 'ack of sums'];
      const other = ['ack of keys', 'chunk of sums'];
      const empty: Record<string, Record<Side, string[]>> = {
        'psi-ca': { initiator: holder, responder: other },
        aggregate: { initiator: other, responder: holder },
      };
      for (const side of SIDES) {
        for (const stage of STAGES) {
          const { incoming, outgoing } = streams[name]![side];
          for (const type of ['chunk', 'ack'] as const) {
            if ((type === 'chunk' ? incoming : outgoing).includes(stage)) continue;
            const pair = pairOf(name);
            await runUntil(pair, side, 'streaming');
            const isEmpty = (empty[name]?.[side] ?? []).includes(`${type} of ${stage}`);
            expect(await tell(pair[side], { ...EXAMPLES[type], stage })).toMatchObject({
              code: 'peer/unexpected-message',
              field: isEmpty ? stage : type,
            });
          }
        }
      }
    },
  );

  it.each(Object.keys(SESSIONS))('%s: figures before they are due, from whichever side', async (name) => {
    for (const side of SIDES) {
      const pair = pairOf(name);
      await runUntil(pair, side, 'streaming');
      expect(await tell(pair[side], EXAMPLES.figures)).toMatchObject({
        code: 'peer/unexpected-message',
        field: 'figures',
      });
    }
  });

  it('figures twice', async () => {
    const pair = pairOf('psi-ca');
    for await (const { from, frame } of frames(pair)) {
      if (decodeMessage(frame).type !== 'figures') continue;
      expect(from).toBe('initiator');
      await pair.responder.receive(frame);
      expect(await failureOf(pair.responder.receive(frame))).toMatchObject({
        code: 'peer/unexpected-message',
        field: 'figures',
      });
      break;
    }
    expect(pair.responder.state).toBe('failed');
  });

  it('figures twice, while acknowledgements keep the session open', async () => {
    const pair = pairOf('psi-ca');
    await runPair(pair.initiator, pair.responder, (from, frame) => {
      const { type } = decodeMessage(frame);
      return from === 'initiator' && ['ack', 'figures', 'receipt'].includes(type) ? undefined : frame;
    });
    const figures = { type: 'figures', values: new Uint8Array(8) } as const;
    expect(await tell(pair.responder, figures)).toBeUndefined();
    expect(pair.responder.state).toBe('streaming');
    expect(await tell(pair.responder, figures)).toMatchObject({
      code: 'peer/unexpected-message',
      field: 'figures',
    });
  });

  it('figures when the terms keep results to their owner', async () => {
    const pair = cheapPair({ ...SESSIONS['psi-ca']!.terms, shareResults: false }, plain, plain);
    await runUntil(pair, 'responder', 'closing');
    expect(await tell(pair.responder, EXAMPLES.figures)).toMatchObject({ code: 'peer/unexpected-message' });
  });
});

describe('a frame that is no message', () => {
  it.each(STATES)('ends a session while %s', async (state) => {
    const pair = pairOf('measures');
    await runUntil(pair, 'initiator', state);
    const error = await failureOf(pair.initiator.receive(Uint8Array.of(0xc1)));
    expect(error).toMatchObject({ code: 'peer/malformed-message', reportedBy: 'self' });
    expect(decodeMessage(pair.initiator.farewell(error!)!)).toMatchObject({
      type: 'abort',
      code: 'peer/malformed-message',
    });
  });
});

describe('an abort at any position', () => {
  it.each(Object.keys(SESSIONS))('%s: ends both sides with one code and no answer', async (name) => {
    let position = 0;
    for (let reached = true; reached; position += 1) {
      const pair = pairOf(name);
      const said = await abortAt(pair, position);
      reached = said !== undefined;
      if (said === undefined) break;
      const [own, peer] = [pair[said.side], pair[otherSide(said.side)]];
      expect(said.error).toMatchObject({ code: 'peer/stopped', reportedBy: 'peer' });
      expect([own.state, await failureOf(own.next())]).toEqual(['failed', said.error]);
      // Only a side that already had everything may keep its answer.
      expect(own.outcome === undefined || said.wasDone).toBe(true);
      expect(peer.outcome === undefined || peer.state === 'done').toBe(true);
    }
    expect(position).toBeGreaterThan(12);
  });

  /** Delivers `position` frames, and in place of the next one an abort. */
  async function abortAt(
    pair: Pair,
    position: number,
  ): Promise<{ side: Side; error: Awaited<ReturnType<typeof tell>>; wasDone: boolean } | undefined> {
    let delivered = 0;
    for await (const { from } of frames(pair)) {
      if (delivered === position) {
        const side = otherSide(from);
        const victim: Session = pair[side];
        const wasDone = victim.state === 'done';
        return { side, wasDone, error: await tell(victim, { ...EXAMPLES.abort, code: 'peer/stopped' }) };
      }
      delivered += 1;
    }
    return undefined;
  }
});

describe('an abort message', () => {
  it.each([
    ['a code of the registry', 'policy/list-too-small', 'policy/list-too-small'],
    ['a code that is not known', 'policy/of-the-future', 'peer/stopped'],
    ['a name that every object inherits', 'toString', 'peer/stopped'],
    ['no code', '', 'peer/stopped'],
  ])('with %s', async (_, code, told) => {
    const pair = pairOf('psi');
    expect(await tell(pair.initiator, { type: 'abort', code, field: 'x' })).toMatchObject({
      code: told,
      field: 'x',
      reportedBy: 'peer',
    });
  });
});
