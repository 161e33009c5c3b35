import { describe, expect, it } from 'vitest';
import { expectFailure, runPair, type SessionContent } from './support/two-terminals.js';

/** Two session files that do not agree: both sides refuse, both name the field, and nothing about a list has left. */

const psi: SessionContent = { mode: 'psi', role: 'both' };
const count = (role: string, privacy: SessionContent = {}): SessionContent => ({
  mode: 'psi-ca',
  role,
  privacy: { disclosure: 'dp', ...privacy },
});
const cohorts: SessionContent = {
  mode: 'aggregate',
  role: 'cohorts',
  privacy: { minCell: 1 },
  data: { source: 'list.csv', identifiers: { email: 'email' }, cohorts: ['email'] },
};
const measures: SessionContent = { mode: 'aggregate', role: 'measures', privacy: { minCell: 1 } };
const phones = { source: 'list.csv', identifiers: { email: 'phone' }, region: 'NL' };

const MISMATCHES: readonly (readonly [
  field: string,
  initiator: SessionContent,
  responder: SessionContent,
])[] = [
  ['mode', psi, count('sender')],
  ['role', { ...psi, role: 'receiver' }, { ...psi, role: 'receiver' }],
  ['profile', psi, { ...psi, profile: 'meta' }],
  ['data.identifiers', psi, { ...psi, data: phones }],
  ['purpose', { ...psi, purpose: 'spring' }, { ...psi, purpose: 'autumn' }],
  ['privacy.disclosure', count('receiver'), count('sender', { disclosure: 'exact' })],
  ['privacy.epsilon', count('receiver', { epsilon: 1 }), count('sender', { epsilon: 1.5 })],
  ['privacy.delta', count('receiver', { delta: '1e-6' }), count('sender', { delta: '1e-7' })],
  ['privacy.minCell', { ...measures, privacy: { minCell: 2 } }, cohorts],
  ['privacy.minList', count('receiver', { minList: 2 }), count('sender', { minList: 1 })],
  ['share.labels', { ...measures, share: { labels: false } }, cohorts],
  ['share.results', cohorts, { ...measures, share: { results: false } }],
];

describe('a mismatch', () => {
  it.each(MISMATCHES)('in %s is refused by both sides before any element', async (field, shop, news) => {
    const { workspace, proxy, ended } = await runPair({
      record: true,
      initiator: { session: { ...shop, output: 'report.json' } },
      responder: { session: { ...news, output: 'report.json' } },
    });
    const code = field === 'role' ? 'agreement/role-conflict' : 'agreement/mismatch';
    expectFailure(ended.initiator, code, field);
    expectFailure(ended.responder, code, field);
    expect(ended.responder.stderr).toContain(`the two sides differ in ${field}:`);
    expect(ended.initiator.stderr).toContain(`${code} at ${field}`);

    expect(proxy.typesFrom('initiator')).toEqual(['hello', 'offer']);
    expect(proxy.typesFrom('responder')).toEqual(['hello', 'abort']);
    // Nor is there anything in what was said that could hold elements.
    expect(Math.max(...proxy.messages.map(({ payload }) => payload.length))).toBeLessThan(1000);
    expect(workspace.files()).toEqual([
      'news/list.csv',
      'news/session.yaml',
      'shop/list.csv',
      'shop/session.yaml',
    ]);
  });

  it('is none when two spellings mean the same', async () => {
    const { ended } = await runPair({
      initiator: { session: count('receiver', { epsilon: '0.50', delta: 1e-6 }) },
      responder: { session: count('sender', { epsilon: 0.5, delta: '0.000001' }) },
    });
    expect(ended.initiator.code, ended.initiator.stderr).toBe(0);
    expect(ended.responder.code, ended.responder.stderr).toBe(0);
  });
});

describe('a policy', () => {
  const refused = ['hello', 'offer', 'inventory', 'abort'];

  it('on cells is kept before any element is sent', async () => {
    const { proxy, ended } = await runPair({
      record: true,
      both: { privacy: { minCell: 2 } },
      initiator: { session: { ...measures, privacy: { minCell: 2 } } },
      responder: { session: { ...cohorts, privacy: { minCell: 2 } } },
    });
    // The side that has the small cell knows first, and does not even greet.
    expectFailure(ended.responder, 'policy/cell-too-small', 'privacy.minCell');
    expectFailure(ended.initiator, 'policy/cell-too-small', 'privacy.minCell');
    expect(proxy.messages.some(({ message }) => message.type === 'chunk')).toBe(false);
  });

  it('on lists is kept by the side that has the short one', async () => {
    const { proxy, ended } = await runPair({
      record: true,
      both: { privacy: { minList: 2 } },
      initiator: { csv: 'email\nann@example.com\n' },
    });
    expectFailure(ended.initiator, 'policy/list-too-small', 'privacy.minList');
    expectFailure(ended.responder, 'policy/list-too-small', 'privacy.minList');
    expect(proxy.typesFrom('initiator').filter((type) => !refused.includes(type))).toEqual([]);
  });
});
