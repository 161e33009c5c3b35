import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { nextRow } from '../../src/node/audit/chain.js';
import { signCheckpoint } from '../../src/node/audit/checkpoint.js';
import type { SessionView } from '../../src/node/index.js';
import { newSession } from '../../src/node/sessions/new-session.js';
import type { AuditEntryRow } from '../../src/node/store/index.js';
import { start } from '../node/support/asks.js';
import {
  ENDED,
  openNode,
  openPair,
  OPERATOR,
  until,
  type Side,
  type TestNode,
} from '../node/support/nodes.js';
import {
  axeInBothThemes,
  consolePage,
  isTooWide,
  launchBrowser,
  openConsole,
  scrollList,
  shots,
  visit,
  seen,
} from './support/browser.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '\u202Eevil reversed',
  '👩🏽‍🔬 حملة الخريف שלום',
  `${'W'.repeat(60)} ${'very long '.repeat(30)}`,
];

describe('sessions', () => {
  it('stay smooth when there are 500, with names that would do harm elsewhere', async () => {
    const pair = await openPair();
    const node = pair.advertiser;
    const site = await openConsole(node.services);
    onTestFinished(() => site.close());
    const { db } = node.services.context.store;
    const example = await start(node, 'measures', {
      mode: 'aggregate',
      purpose: 'campaign-measurement',
    });
    await node.services.sessions.cancel(example.id, OPERATOR);
    const view = await until(node, example.id, ENDED);
    await fill(node, view, 500);
    await db.updateTable('datasets').set({ name: HOSTILE[0]! }).where('id', '=', view.datasetId!).execute();

    const { page, context, problems } = await consolePage(browser, site, 'operator', {
      path: '/sessions',
    });
    const table = page.getByRole('table', { name: 'Sessions, newest first' });
    const rows = table.getByRole('row');
    await seen(rows.nth(10));
    await shots(page, 'sessions-many');
    expect(await axeInBothThemes(page)).toEqual([]);
    let most = 0;
    const count = page.getByRole('status').filter({ hasText: 'sessions' });
    while ((await count.innerText()) !== '501 sessions') {
      await scrollList(page, 1);
      most = Math.max(most, await rows.count());
    }
    // Only what is in sight is in the page, however far one scrolls.
    for (let step = 0; step <= 20; step += 1) {
      await scrollList(page, step / 20);
      most = Math.max(most, await rows.count());
    }
    expect(most).toBeLessThan(60);
    const height = await page.evaluate("document.querySelector('.virtual-frame').scrollHeight");
    expect(height).toBeGreaterThan(500 * 40);

    // Names stay text, and keep to themselves.
    for (const [i, name] of HOSTILE.entries()) {
      await db.updateTable('partners').set({ name }).where('id', '=', node.partner).execute();
      await page.goto(`${site.url}/console/sessions/${view.id}`);
      await seen(page.getByText('Somebody stopped it.'));
      const isHarmed = await page.evaluate("document.querySelector('main img, main script') !== null");
      expect(isHarmed, name).toBe(false);
      await page.setViewportSize({ width: 320, height: 700 });
      await expect.poll(() => isTooWide(page), { message: name }).toBe(false);
      await page.setViewportSize({ width: 1280, height: 900 });
      const title = await page.locator('h1').innerText();
      expect(title).toContain(Array.from(name).slice(0, 20).join(''));
      if (i === 3) await shots(page, 'session-hostile-name');
      await page.goto(`${site.url}/console/sessions`);
      await seen(page.locator('.virtual-frame bdi').first());
      const first = await page.locator('.virtual-frame tbody bdi').first().textContent();
      expect(first).toBe(Array.from(name).length > 40 ? `${Array.from(name).slice(0, 39).join('')}…` : name);
      if (i === 1) await shots(page, 'sessions-hostile-name');
    }
    await visit(page, '/sessions/start');
    await page.getByRole('radio', { name: /Autumn/ }).check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await seen(page.getByRole('radio').first());
    await shots(page, 'start-hostile-name');
    expect(problems).toEqual([]);
    await context.close();

    // A phone has the same list as blocks, of which only those in sight are in the page too.
    const phone = await consolePage(browser, site, 'analyst', { path: '/sessions', locale: 'nl' });
    await phone.page.setViewportSize({ width: 390, height: 844 });
    const cards = phone.page.getByRole('listitem').filter({ has: phone.page.locator('.session-card') });
    await seen(cards.nth(3));
    expect(await cards.count()).toBeLessThan(40);
    await expect.poll(() => isTooWide(phone.page)).toBe(false);
    await seen(phone.page.getByRole('heading', { level: 1, name: 'Sessies' }));
    expect(await phone.page.getByRole('link', { name: 'Sessie starten' }).count()).toBe(0);
    expect(phone.problems).toEqual([]);
    await phone.context.close();
  });
});

/** Enters sessions as if they had been: each state in turn. */
async function fill(node: Side, like: SessionView, count: number): Promise<void> {
  const { store, newId } = node.services.context;
  const rows = Array.from({ length: count }, (_, i) => {
    const at = new Date(Date.UTC(2026, 0, 1) + i * 3_600_000);
    return {
      ...newSession({ id: newId(), side: i % 3 === 0 ? 'responder' : 'initiator', terms: like.terms, at }),
      partner_id: node.partner,
      agreement_id: node.agreement,
      dataset_id: like.datasetId,
      state: ENDED[i % ENDED.length]!,
      error_code: 'transport/closed',
      error_reported_by: 'self',
      ended_at: at.toISOString(),
    } as const;
  });
  await store.transaction(async (trx) => {
    for (let i = 0; i < rows.length; i += 50) {
      await trx
        .insertInto('sessions')
        .values(rows.slice(i, i + 50))
        .execute();
    }
  });
}

const ENTRIES = 10_000;

/** Enters entries in the log of a node as if they had been, with its word for the last. */
async function lengthen({ services, identity }: TestNode): Promise<void> {
  const { store, now } = services.context;
  const at = now().toISOString();
  await store.transaction(async (trx) => {
    let last: AuditEntryRow | undefined = await trx
      .selectFrom('audit_entries')
      .selectAll()
      .orderBy('sequence', 'desc')
      .executeTakeFirst();
    while ((last?.sequence ?? 0) < ENTRIES) {
      const rows: AuditEntryRow[] = [];
      while (rows.length < 500 && (last?.sequence ?? 0) < ENTRIES) {
        const sequence: number = last?.sequence ?? 0;
        last = nextRow(
          {
            actor: { kind: 'token', name: sequence % 2 === 0 ? 'ann' : 'bob' },
            action: sequence === 77 ? 'report.read' : 'session.created',
            subject: { kind: 'session', id: `s${sequence}` },
            detail: { keys: sequence },
          },
          { before: last, at },
        );
        rows.push(last);
      }
      await trx.insertInto('audit_entries').values(rows).execute();
    }
    await trx.deleteFrom('audit_checkpoints').where('kind', '=', 'head').execute();
    const { sequence, digest } = last!;
    const head = signCheckpoint(identity, { kind: 'head', sequence, digest, at });
    await trx.insertInto('audit_checkpoints').values(head).execute();
  });
}

describe('the audit log', () => {
  it('stays smooth with 10,000 entries, and is filtered', async () => {
    const node = await openNode('auditee');
    await lengthen(node);
    const site = await openConsole(node.services);
    onTestFinished(() => site.close());
    const { page, problems } = await consolePage(browser, site, 'auditor', { path: '/audit' });
    const frame = page.getByRole('region', { name: 'Audit log, scrolls' });
    await seen(frame.getByRole('row').nth(5));
    const first = frame.getByRole('rowheader', { name: '1', exact: true });
    let most = 0;
    while ((await first.count()) === 0) {
      await scrollList(page, 1);
      most = Math.max(most, await frame.getByRole('row').count());
    }
    // Only what is in sight is in the page, wherever one looks.
    for (let step = 0; step <= 20; step += 1) {
      await scrollList(page, step / 20);
      most = Math.max(most, await frame.getByRole('row').count());
    }
    expect(most).toBeLessThan(80);

    await page.getByLabel('What', { exact: true }).selectOption('report.read');
    await page.getByRole('button', { name: 'Apply filters' }).click();
    await seen(page.getByText('1 entry', { exact: true }));
    await frame.getByRole('button').click();
    await seen(page.getByRole('dialog').getByText('report.read'));
    expect(await axeInBothThemes(page)).toEqual([]);
    await shots(page, 'audit-entry');
    expect(problems).toEqual([]);
  });
});
