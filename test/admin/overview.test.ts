import { describe, expect, it } from 'vitest';
import { costOfLoss, parseDecimal } from '../../src/dp/index.js';
import { costTexts } from '../../src/ledger/index.js';
import { TOKEN_ROLES, type TokenRole } from '../../src/node/index.js';
import { definitionOf, newNode, PARTNER_FINGERPRINT, termsOf } from './support.js';

describe('the overview', () => {
  it('tells each role as much as it may see elsewhere', async () => {
    const { ask, services, folder } = await newNode();
    const made = async (role: TokenRole, path: string, body: object): Promise<string> =>
      (await ask('POST', path, { role, body })).body['id'] as string;
    const partner = await made('admin', '/v1/partners', { name: 'There', fingerprint: PARTNER_FINGERPRINT });
    const dataset = await made('operator', '/v1/datasets', definitionOf(folder));
    const validUntil = new Date(Date.now() + 29 * 86_400_000).toISOString();
    const terms = { ...termsOf(services), validUntil };
    const agreed = { partner, terms, approval: 'manual', datasets: [dataset] };
    const agreement = await made('admin', '/v1/agreements', agreed);
    await ask('POST', `/v1/agreements/${agreement}/activate`, { role: 'admin' });
    await services.alarms.raise({ kind: 'refusals', severity: 'warning', message: 'again', detail: {} });

    const none = { count: 0, items: [] };
    const parts = {
      ...{ approvals: none, running: none, budgets: none, reports: none },
      alarms: { count: 1, items: [expect.objectContaining({ message: 'again' })] },
      datasetsWithoutList: { count: 1, items: [{ id: dataset, name: 'people' }] },
      endingAgreements: {
        count: 1,
        items: [{ id: agreement, name: 'spring', partner: { id: partner, name: 'There' }, validUntil }],
      },
    };
    const hidden: Record<TokenRole, readonly (keyof typeof parts)[]> = {
      admin: ['reports'],
      operator: [],
      analyst: ['alarms', 'budgets', 'datasetsWithoutList', 'endingAgreements'],
      auditor: [],
    };
    for (const role of TOKEN_ROLES) {
      const { status, body } = await ask('GET', '/v1/overview', { role });
      const expected = Object.entries(parts).map(([name, part]) =>
        hidden[role].includes(name as keyof typeof parts) ? [name, null] : [name, part],
      );
      expect([role, status, body]).toEqual([role, 200, Object.fromEntries(expected)]);
    }

    // A dataset that is loaded needs nobody any more.
    await ask('POST', `/v1/datasets/${dataset}/versions`, { role: 'operator' });
    const { body } = await ask('GET', '/v1/overview', { role: 'operator' });
    expect(body['datasetsWithoutList']).toEqual(none);
  });
});

describe('the history of a budget', () => {
  it('comes in pages, with what was spent so far', async () => {
    const { ask, services } = await newNode();
    const { context } = services;
    const added = await services.partners.add(
      { name: 'There', fingerprint: PARTNER_FINGERPRINT },
      { kind: 'command', name: 'test' },
    );
    const cost = costTexts(costOfLoss({ epsilon: parseDecimal('0.5')!, delta: parseDecimal('0')! }));
    for (let entry = 0; entry < 3; entry += 1) {
      const at = context.now().toISOString();
      await context.store.db
        .insertInto('ledger_entries')
        .values({
          ...{ id: context.newId(), partner_id: added.id, lineage: 'people', session_id: null },
          ...{ request_digest: String(entry).repeat(64), input_tag: '0'.repeat(64), state: 'spent' },
          ...{ run_id: context.store.runId, rho: cost.rho, epsilon: cost.epsilon ?? null },
          ...{ delta: cost.delta, reserved_at: at, spent_at: at },
        })
        .execute();
    }
    const path = `/v1/ledger/accounts/${added.id}/people/history?limit=2`;
    const page = async (after = '') => {
      const { body } = await ask('GET', path + after, { role: 'auditor' });
      return body as { items: { at: string; sessionId: null; spentEpsilon: string }[]; next: string | null };
    };
    const first = await page();
    const second = await page(`&after=${first.next}`);
    expect(first.items.map(({ spentEpsilon }) => spentEpsilon)).toEqual(['0.5', '1']);
    expect(second.items.map(({ spentEpsilon }) => spentEpsilon)).toEqual(['1.5']);
    expect(second.next).toBeNull();
  });
});
