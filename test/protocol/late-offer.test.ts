import { describe, expect, it } from 'vitest';
import { VesicaError } from '../../src/errors.js';
import type { SessionBrief, Terms } from '../../src/protocol/index.js';
import { Session, decodeMessage } from '../../src/protocol/index.js';
import { TERMS, runPair, settingsOf } from '../support/session-pair.js';

/** An initiator that reads its list when the partner has accepted, as a node does. */

const SESSION = new Uint8Array(32).fill(7);
const { list, inventory, terms: _, ...PARTY } = settingsOf('initiator', { names: ['a', 'b'] }, TERMS);
const BRIEF: SessionBrief = { terms: TERMS, list, inventory };

const initiator = (bring: () => Promise<SessionBrief>, terms: Terms = TERMS): Session =>
  new Session({ ...PARTY, side: 'initiator', session: SESSION, terms, bring });
const responder = (): Session => new Session(settingsOf('responder', { names: ['b', 'c'] }, TERMS));

describe('an initiator that brings its list late', () => {
  it('does so once, after the accept, and then is a session like any other', async () => {
    const heard: string[] = [];
    let brought = 0;
    const one = initiator(() => {
      brought += 1;
      heard.push('brought');
      return Promise.resolve(BRIEF);
    });
    const run = await runPair(one, responder(), (from, frame) => {
      heard.push(`${from} ${decodeMessage(frame).type}`);
      return frame;
    });
    expect(run.errors).toEqual({});
    expect(brought).toBe(1);
    expect(heard.indexOf('brought')).toBeGreaterThan(heard.indexOf('responder accept'));
    expect(heard.indexOf('brought')).toBeLessThan(heard.indexOf('initiator inventory'));
    expect(run.initiator.outcome).toMatchObject({ session: SESSION, result: { matched: Uint32Array.of(1) } });
    expect(run.responder.outcome?.session).toEqual(SESSION);
  });

  it('offers no terms that are not allowed, and reads nothing for them', () => {
    const forbidden = { ...TERMS, disclosure: 'dp' } as const;
    const make = (): Session => initiator(() => Promise.reject(new Error('was read')), forbidden);
    expect(make).toThrow(expect.objectContaining({ code: 'config/invalid', field: 'privacy.disclosure' }));
  });

  it('reads nothing when the offer is refused', async () => {
    let isRead = false;
    const one = initiator(() => {
      isRead = true;
      return Promise.resolve(BRIEF);
    });
    const other = new Session(settingsOf('responder', { names: ['b'] }, { ...TERMS, purpose: 'another' }));
    const run = await runPair(one, other);
    expect(run.errors.initiator).toMatchObject({ code: 'agreement/mismatch', reportedBy: 'peer' });
    expect(isRead).toBe(false);
  });

  it('tells the peer what kept it from bringing a list, as far as the peer may know', async () => {
    const open = await runPair(
      initiator(() => Promise.reject(new VesicaError('policy/list-too-small', 'too few', { field: 'data' }))),
      responder(),
    );
    expect(open.errors.responder).toMatchObject({
      ...{ code: 'policy/list-too-small', field: 'data', reportedBy: 'peer' },
    });
    const own = await runPair(
      initiator(() =>
        Promise.reject(new VesicaError('data/unreadable', 'no file', { field: 'data.source' })),
      ),
      responder(),
    );
    expect(own.errors.initiator).toMatchObject({ code: 'data/unreadable', reportedBy: 'self' });
    expect(own.errors.responder).toMatchObject({
      code: 'peer/stopped',
      reportedBy: 'peer',
      field: undefined,
    });
    expect(
      own.frames.filter(({ from }) => from === 'initiator').map(({ frame }) => decodeMessage(frame).type),
    ).toEqual(['hello', 'offer', 'abort']);
  });

  it('checks the list that it brings before the peer hears of it', async () => {
    const large = { ...TERMS, minList: 2 };
    const few: SessionBrief = { ...BRIEF, terms: large, inventory: { ...inventory, size: 1 } };
    const other = new Session(settingsOf('responder', { names: ['b', 'c'] }, large));
    const run = await runPair(
      initiator(() => Promise.resolve(few), large),
      other,
    );
    expect(run.errors.initiator).toMatchObject({ code: 'policy/list-too-small', reportedBy: 'self' });
    expect(run.frames.map(({ frame }) => decodeMessage(frame))).not.toContainEqual(
      expect.objectContaining({ type: 'inventory', size: 1 }),
    );
  });

  it('cannot bring a list under other terms than it offered', async () => {
    const other = { ...BRIEF, terms: { ...TERMS, minList: 1 } };
    const run = await runPair(
      initiator(() => Promise.resolve(other)),
      responder(),
    );
    expect(run.errors.initiator).toMatchObject({ field: 'privacy.minList', reportedBy: 'self' });
    expect(run.initiator.outcome).toBeUndefined();
    expect(
      run.frames.filter(({ from }) => from === 'initiator').map(({ frame }) => decodeMessage(frame).type),
    ).toEqual(['hello', 'offer', 'abort']);
  });
});
