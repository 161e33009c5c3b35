import { describe, expect, it } from 'vitest';
import { VesicaError } from '../../src/errors.js';
import type { SessionBrief, SessionOffer } from '../../src/protocol/index.js';
import { Session, decodeMessage, farewellFrame } from '../../src/protocol/index.js';
import { TERMS, runPair, settingsOf } from '../support/session-pair.js';

/** A responder that makes up its mind when it knows the offer, as a node does. */

const SESSION = new Uint8Array(32).fill(7);

async function offered(answer: (offer: SessionOffer, brief: SessionBrief) => Promise<SessionBrief>) {
  const offers: SessionOffer[] = [];
  const { terms, list, inventory, ...party } = settingsOf('responder', { names: ['b', 'c'] }, TERMS);
  const responder = new Session({
    ...party,
    side: 'responder',
    answer: (offer) => {
      offers.push(offer);
      return answer(offer, { terms, list, inventory });
    },
  });
  const settings = settingsOf('initiator', { names: ['a', 'b'] }, TERMS);
  const run = await runPair(new Session({ ...settings, session: SESSION }), responder);
  return { run, offers, settings };
}

describe('a responder that answers an offer', () => {
  it('is told who offers what under which session, and then is a session like any other', async () => {
    const { run, offers, settings } = await offered((_, brief) => Promise.resolve(brief));
    expect(run.errors).toEqual({});
    expect(offers).toEqual([
      { session: SESSION, terms: TERMS, party: 'initiator', key: settings.identity.publicKey },
    ]);
    expect(run.initiator.outcome?.result).toMatchObject({ matched: Uint32Array.of(1) });
    expect(run.responder.outcome?.session).toEqual(SESSION);
  });

  it('ends the session with what it throws, before anything of a list is said', async () => {
    const { run } = await offered(() =>
      Promise.reject(new VesicaError('policy/list-too-small', 'not with us', { field: 'data' })),
    );
    expect(run.errors.responder).toMatchObject({ code: 'policy/list-too-small', reportedBy: 'self' });
    expect(run.errors.initiator).toMatchObject({ code: 'policy/list-too-small', reportedBy: 'peer' });
    expect(run.frames.filter(({ from }) => from === 'responder')).toHaveLength(2);
  });

  it('cannot agree to other terms than were offered, nor bring a list that they forbid', async () => {
    const other = await offered((_, brief) =>
      Promise.resolve({ ...brief, terms: { ...brief.terms, purpose: 'another' } }),
    );
    expect(other.run.errors.initiator).toMatchObject({ code: 'agreement/mismatch', field: 'purpose' });
    const small = await offered((_, brief) =>
      Promise.resolve({ ...brief, terms: { ...brief.terms, minList: 3 } }),
    );
    expect(small.run.errors.responder).toMatchObject({ code: 'policy/list-too-small' });
  });
});

describe('the frame that tells the peer why', () => {
  it.each([
    ['of two bytes', 'ü'],
    ['of four bytes', '😀'],
  ])('can be read whatever the field at fault is called: characters %s', (_, character) => {
    for (const length of [31, 32, 33, 63, 64, 65]) {
      const field = `a${character.repeat(length)}`;
      const frame = farewellFrame(new VesicaError('limit/measure-range', 'too large', { field }));
      const message = decodeMessage(frame!);
      expect(message).toMatchObject({ type: 'abort', code: 'limit/measure-range' });
      expect(field.startsWith((message as { field: string }).field)).toBe(true);
    }
  });
});
