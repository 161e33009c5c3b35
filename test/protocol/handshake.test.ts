import { describe, expect, it } from 'vitest';
import type { Arms, MeasureTerm, Side, Terms } from '../../src/protocol/index.js';
import { NO_ARMS, Session, decodeMessage } from '../../src/protocol/index.js';
import type { PairRun, TestSide } from '../support/session-pair.js';
import { TERMS, runPair, settingsOf, testIdentity } from '../support/session-pair.js';
import { cheapOperations } from './support/cheap-operations.js';
import { BOUGHT, COHORTS, SPEND, SPENDERS, SUMS, measuredPair } from './support/measured.js';
import { EXAMPLES } from './support/messages.js';
import { SIDES, cheapPair, emails, otherSide, runUntil, tell } from './support/stepping.js';

const typesSent = (run: PairRun): string[] => run.frames.map(({ frame }) => decodeMessage(frame).type);
const one: TestSide = { names: emails('a', 3) };

/** One changed term each, and the field that both sides must name. Every key of the terms has its entry. */
const CHANGES: Readonly<Record<keyof Terms, { readonly change: Partial<Terms>; readonly field: string }>> = {
  suite: { change: { suite: 'P256-SHA256' }, field: 'suite' },
  mode: { change: { mode: 'psi-ca', disclosure: 'exact' }, field: 'mode' },
  initiatorRole: { change: { initiatorRole: 'sender' }, field: 'role' },
  profile: { change: { profile: 'meta' }, field: 'profile' },
  keyTypes: { change: { keyTypes: ['email', 'phone'] }, field: 'data.identifiers' },
  purpose: { change: { purpose: 'something else' }, field: 'purpose' },
  disclosure: { change: { disclosure: 'exact' }, field: 'privacy.disclosure' },
  epsilon: { change: { epsilon: '2' }, field: 'privacy.epsilon' },
  delta: { change: { delta: '0.001' }, field: 'privacy.delta' },
  measures: { change: { measures: [BOUGHT] }, field: 'measures' },
  minCell: { change: { minCell: 2 }, field: 'privacy.minCell' },
  minList: { change: { minList: 2 }, field: 'privacy.minList' },
  shareLabels: { change: { shareLabels: false }, field: 'share.labels' },
  shareResults: { change: { shareResults: false }, field: 'share.results' },
  agreement: { change: { agreement: 'ab'.repeat(32) }, field: 'agreement' },
};

/** Terms that allow the change: only psi-ca and aggregate have a choice of disclosure, and only aggregate has measures. */
const BASES: Partial<Record<keyof Terms, Partial<Terms>>> = {
  disclosure: { mode: 'psi-ca', disclosure: 'dp' },
  measures: SUMS,
};

describe('terms that differ', () => {
  const cases = Object.keys(TERMS).flatMap((term) =>
    SIDES.map((side): [keyof Terms, Side] => [term as keyof Terms, side]),
  );

  it.each(cases)(
    'in %s, changed by the %s: both sides name it and nothing of the lists is told',
    async (term, side) => {
      const { change, field } = CHANGES[term];
      const base = BASES[term] ?? {};
      const [initiator, responder] = term === 'measures' ? [SPENDERS, COHORTS] : [one, one];
      const pair = cheapPair(
        base,
        side === 'initiator' ? { ...initiator, terms: change } : initiator,
        side === 'responder' ? { ...responder, terms: change } : responder,
      );
      const run = await runPair(pair.initiator, pair.responder);
      const code = term === 'initiatorRole' ? 'agreement/role-conflict' : 'agreement/mismatch';
      expect(run.errors.responder).toMatchObject({ code, field, reportedBy: 'self' });
      expect(run.errors.initiator).toMatchObject({ code, field, reportedBy: 'peer' });
      expect(typesSent(run).sort()).toEqual(['abort', 'hello', 'hello', 'offer']);
      expect(pair.initiator.outcome ?? pair.responder.outcome).toBeUndefined();
    },
  );

  it.each<[string, readonly MeasureTerm[]]>([
    ['name', [BOUGHT, { ...SPEND, name: 'paid' }]],
    ['quantum', [BOUGHT, { ...SPEND, quantum: '0.02' }]],
    ['bound', [BOUGHT, { ...SPEND, bound: '6' }]],
    ['statistic', [BOUGHT, { ...SPEND, statistic: 'sum' }]],
    ['order', [SPEND, BOUGHT]],
    ['number', [BOUGHT, SPEND, { ...BOUGHT, name: 'returned' }]],
  ])('in the %s of a measure', async (_, measures) => {
    const { initiator, responder } = measuredPair({}, { responder: { ...COHORTS, terms: { measures } } });
    const run = await runPair(initiator, responder);
    const named = { code: 'agreement/mismatch', field: 'measures' };
    expect(run.errors.responder).toMatchObject({ ...named, reportedBy: 'self' });
    expect(run.errors.initiator).toMatchObject({ ...named, reportedBy: 'peer' });
    expect(typesSent(run)).not.toContain('inventory');
  });

  it('lets every pair of different terms fail, and the same terms pass', async () => {
    const pair = cheapPair({}, one, one);
    expect((await runPair(pair.initiator, pair.responder)).errors).toEqual({});
  });
});

describe('own terms and texts that no session may have', () => {
  it.each<[string, Partial<Terms>, string, string]>([
    ['a role of another mode', { initiatorRole: 'cohorts' }, 'config/invalid', 'role'],
    ['both in psi-ca', { mode: 'psi-ca', disclosure: 'dp', initiatorRole: 'both' }, 'config/invalid', 'role'],
    ['psi with counts', { disclosure: 'dp' }, 'config/invalid', 'privacy.disclosure'],
    ['psi-ca with rows', { mode: 'psi-ca', disclosure: 'rows' }, 'config/invalid', 'privacy.disclosure'],
    [
      'counts over two identifiers',
      { mode: 'psi-ca', disclosure: 'dp', keyTypes: ['email', 'phone'] },
      'config/invalid',
      'data.identifiers',
    ],
    [
      'no epsilon',
      { mode: 'psi-ca', disclosure: 'dp', epsilon: '0' },
      'dp/invalid-parameter',
      'privacy.epsilon',
    ],
    [
      'too large a delta',
      { mode: 'psi-ca', disclosure: 'dp', delta: '0.01' },
      'dp/invalid-parameter',
      'privacy.delta',
    ],
    ['too long a purpose', { purpose: 'x'.repeat(201) }, 'limit/text', 'purpose'],
    ['a purpose of two lines', { purpose: 'a\nb' }, 'limit/text', 'purpose'],
  ])('%s', (_, terms, code, field) => {
    expect(() => cheapPair(terms, one, one)).toThrow(expect.objectContaining({ code, field }) as Error);
  });

  it('a party name that the peer would refuse', () => {
    const settings = settingsOf('initiator', { ...one, settings: { party: 'é'.repeat(101) } }, TERMS);
    expect(() => new Session(settings)).toThrow(
      expect.objectContaining({ code: 'limit/text', field: 'party' }) as Error,
    );
    const fits = { ...settings, party: 'é'.repeat(100) };
    expect(new Session(fits).state).toBe('greeting');
  });
});

describe('hello', () => {
  it.each(SIDES)(
    'of a version that is not spoken ends the session of the %s, and the peer is told',
    async (side) => {
      const pair = cheapPair({}, one, one);
      const error = await tell(pair[side], { ...EXAMPLES.hello, versions: [2, 9] });
      expect(error).toMatchObject({ code: 'agreement/unsupported-version', field: 'versions' });
      expect(decodeMessage(pair[side].farewell(error!)!)).toEqual({
        type: 'abort',
        code: 'agreement/unsupported-version',
        field: 'versions',
      });
    },
  );

  it('may offer other versions beside this one', async () => {
    const pair = cheapPair({}, one, one);
    expect(await tell(pair.responder, { ...EXAMPLES.hello, versions: [7, 1] })).toBeUndefined();
    expect(pair.responder.state).toBe('offering');
  });

  it.each(SIDES)('under another key than the channel proved ends the session of the %s', async (side) => {
    const registered = testIdentity();
    const impostor: TestSide = { ...one, settings: { identity: testIdentity() } };
    const honest: TestSide = { ...one, settings: { peerKey: registered.publicKey } };
    const pair = side === 'initiator' ? cheapPair({}, honest, impostor) : cheapPair({}, impostor, honest);
    const run = await runPair(pair.initiator, pair.responder);
    expect(run.errors[side]).toMatchObject({ code: 'transport/wrong-peer', field: 'key' });
    // Why is between this side and its operator.
    expect(run.errors[otherSide(side)]).toMatchObject({ code: 'peer/stopped', reportedBy: 'peer' });
    expect(typesSent(run)).not.toContain('inventory');
  });

  it('under the key that the channel proved is taken', async () => {
    const [a, b] = [testIdentity(), testIdentity()];
    const pair = cheapPair(
      {},
      { ...one, settings: { identity: a, peerKey: b.publicKey } },
      { ...one, settings: { identity: b, peerKey: a.publicKey } },
    );
    expect((await runPair(pair.initiator, pair.responder)).errors).toEqual({});
  });
});

describe('the order of the handshake', () => {
  it('tells no size before the terms are accepted by both', async () => {
    const pair = cheapPair({}, one, { names: emails('b', 5) });
    const run = await runPair(pair.initiator, pair.responder);
    const types = typesSent(run);
    const firstInventory = types.indexOf('inventory');
    expect(firstInventory).toBeGreaterThan(types.indexOf('accept'));
    expect(types.slice(0, firstInventory).sort()).toEqual(['accept', 'hello', 'hello', 'offer']);
    for (const { from, frame } of run.frames) {
      const message = decodeMessage(frame);
      if (message.type === 'inventory') expect(message.size).toBe(from === 'initiator' ? 3 : 5);
    }
  });
});

describe('inventories', () => {
  const cohorts: TestSide = { names: emails('a', 5), cellOf: [0, 0, 1, 1, 1], labels: ['c', 't'] };
  const aggregate = { mode: 'aggregate', initiatorRole: 'cohorts', disclosure: 'dp', epsilon: '20' } as const;
  const cell = (size: number, ...label: string[]) => ({ size, label });
  const arms = (column: string): Arms => ({ column, treatment: ['t'], control: 'c' });

  it.each([
    ['no cells', { cells: [] }, 'peer/wrong-count', 'cells'],
    ['cells that do not add up', { cells: [cell(2, 'c'), cell(2, 't')] }, 'peer/wrong-count', 'cells'],
    [
      'a cell with a label too many',
      { cells: [cell(2, 'c', 'x'), cell(3, 't')] },
      'peer/wrong-count',
      'cells',
    ],
    ['a cell without its label', { cells: [cell(2), cell(3, 't')] }, 'peer/wrong-count', 'cells'],
    ['arms in no dimension', { arms: arms('group') }, 'peer/wrong-count', 'arms'],
    [
      'a cell below the minimum',
      { size: 4, cells: [cell(1, 'c'), cell(3, 't')] },
      'policy/cell-too-small',
      'privacy.minCell',
    ],
    [
      'a list below the minimum',
      { size: 2, cells: [cell(0, 'c'), cell(2, 't')] },
      'policy/list-too-small',
      'privacy.minList',
    ],
  ])('of a peer with %s are refused', async (_, change, code, field) => {
    const pair = cheapPair({ ...aggregate, minCell: 2, minList: 3 }, cohorts, { names: emails('a', 4) });
    await runUntil(pair, 'responder', 'listing');
    const sound = {
      ...EXAMPLES.inventory,
      size: 5,
      dimensions: ['arm'],
      cells: [cell(2, 'c'), cell(3, 't')],
    };
    const error = await tell(pair.responder, { ...sound, ...change });
    expect(error).toMatchObject({ code, field });
    expect(pair.responder.state).toBe('failed');
  });

  it('of a peer that may have no cells are refused with them', async () => {
    const pair = cheapPair(aggregate, cohorts, { names: emails('a', 4) });
    await runUntil(pair, 'initiator', 'listing');
    const error = await tell(pair.initiator, { ...EXAMPLES.inventory, size: 4, cells: [cell(4)] });
    expect(error).toMatchObject({ code: 'peer/wrong-count', field: 'cells' });
  });

  it('of one own with too long a label are refused before the session starts', () => {
    const labelled = (label: string): TestSide => ({ ...cohorts, labels: ['c', label] });
    const start = (own: TestSide) => new Session(settingsOf('initiator', own, { ...TERMS, ...aggregate }));
    expect(start(labelled('x'.repeat(200))).state).toBe('greeting');
    for (const label of ['x'.repeat(201), 'a\u0000', '\ud800']) {
      expect(() => start(labelled(label))).toThrow(
        expect.objectContaining({ code: 'limit/text', field: 'data.cohorts' }) as Error,
      );
    }
  });

  it('carry the names of the arms, and nothing of them when labels stay private', async () => {
    for (const shareLabels of [true, false]) {
      const terms = { ...TERMS, ...aggregate, shareLabels };
      const own = settingsOf('initiator', { ...cohorts, settings: { operations: cheapOperations } }, terms);
      const initiator = new Session({ ...own, inventory: { ...own.inventory, arms: arms('arm') } });
      const other: TestSide = { names: emails('a', 4), settings: { operations: cheapOperations } };
      const responder = new Session(settingsOf('responder', other, terms));
      expect((await runPair(initiator, responder)).errors).toEqual({});
      expect(responder.outcome?.peerInventory.arms).toEqual(shareLabels ? arms('arm') : NO_ARMS);
      expect(responder.outcome?.peerInventory.dimensions).toEqual(shareLabels ? ['arm'] : []);
    }
  });
});
