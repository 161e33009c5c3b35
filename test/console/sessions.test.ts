import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { TokenRole } from '../../src/node/index.js';
import { LIMITS } from '../../src/protocol/index.js';
import {
  ADVERTISER_DATA,
  ENDED,
  incoming,
  openPair,
  OPERATOR,
  PUBLISHER_DATA,
  until,
  type Side,
} from '../node/support/nodes.js';
import { newFolder } from '../node/support/states.js';
import { approve, OVERLAP, PSI, start } from '../node/support/asks.js';
import { Relay } from '../node/crash/support/relay.js';
import {
  consolePage,
  examined,
  launchBrowser,
  openConsole,
  shots,
  visit,
  type ConsoleNode,
  type PageOptions,
  seen,
} from './support/browser.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

interface ConsoleSide extends Side {
  readonly console: ConsoleNode;
  readonly as: (
    role: TokenRole | null,
    options?: PageOptions,
  ) => Promise<{ page: Page; context: BrowserContext; problems: string[] }>;
}

async function withConsole(side: Side): Promise<ConsoleSide> {
  const node = await openConsole(side.services);
  onTestFinished(() => node.close());
  return { ...side, console: node, as: (role, options) => consolePage(browser, node, role, options) };
}

const heading = (page: Page, name: string | RegExp, level = 1) => page.getByRole('heading', { level, name });

/** A page as it stands has no fault that axe finds, fits a phone, and is kept as pictures. */
async function look(page: Page, name: string): Promise<void> {
  expect(await examined(page, name)).toEqual([]);
}

async function logIn(page: Page, secret: string): Promise<void> {
  await page.getByLabel('Token').fill(secret);
  await page.keyboard.press('Enter');
  await seen(heading(page, 'Overview'));
}

/** What the node answers to whoever is logged in, csrf header and all. */
async function answerTo(context: BrowserContext, url: string, method: string, path: string): Promise<number> {
  const login = await context.request.get(`${url}/v1/login`);
  const { csrf } = (await login.json()) as { csrf: string };
  const answer = await context.request.fetch(`${url}${path}`, { method, headers: { 'x-vesica-csrf': csrf } });
  return answer.status();
}

describe('a session in the consoles of both sides', () => {
  it('is started on one, approved on the other, and watched to its report', async () => {
    const pair = await openPair();
    const advertiser = await withConsole(pair.advertiser);
    const publisher = await withConsole(pair.publisher);
    await publisher.services.datasets.loadVersion(publisher.datasets['cohorts']!, OPERATOR);

    const one = await advertiser.as(null);
    await logIn(one.page, advertiser.console.secrets.operator);
    await seen(one.page.getByText('2 datasets without a list'));
    await shots(one.page, 'overview');
    await one.page.getByRole('link', { name: 'Start a session' }).click();

    // Each step says what is missing before it goes on.
    const next = one.page.getByRole('button', { name: 'Continue' });
    await seen(heading(one.page, 'Start a session'));
    await next.click();
    await seen(one.page.getByText('Choose one.'));
    await one.page.getByRole('radio', { name: /Autumn campaign/ }).check();
    await shots(one.page, 'start-agreement');
    await next.click();
    await one.page.getByRole('radio', { name: /^orders brings/ }).check();
    await shots(one.page, 'start-dataset');
    await next.click();
    await seen(one.page.getByRole('group', { name: 'What may the result be used for?' }));
    await one.page.getByLabel(/^Privacy loss/).fill('3.5');
    await next.click();
    await seen(one.page.getByText('Give a decimal above 0 and at most 3'));
    const focus = await one.page.evaluate("document.activeElement?.getAttribute('type')");
    expect(focus).toBe('radio');
    await look(one.page, 'start-question');
    await one.page.getByRole('radio', { name: 'campaign-measurement' }).check();
    await one.page.getByLabel(/^Privacy loss/).fill('2.5');
    await next.click();

    // What would come of it, before anything is sent.
    await seen(heading(one.page, 'Who learns what', 2));
    const body = one.page.getByRole('main');
    expect(await body.innerText()).toContain(
      'the sum of sales in each cell, with noise (epsilon 2.5 in all)',
    );
    expect(await body.innerText()).toMatch(/Left after it\s+7\.5/);
    expect(await body.innerText()).toContain('Only the partner, who brings the cohorts, can tell');
    expect((await advertiser.services.sessions.list()).items).toEqual([]);
    await look(one.page, 'start-check');
    await one.page.getByRole('button', { name: 'Send the offer' }).click();
    await seen(heading(one.page, /^Measurement with .*publisher/));
    await seen(one.page.getByText('The partner has the offer and decides.'));
    await shots(one.page, 'session-offered');

    const other = await publisher.as(null);
    await logIn(other.page, publisher.console.secrets.operator);
    await seen(other.page.getByRole('heading', { name: '1 offer to decide' }));
    await look(other.page, 'overview-needs');
    await other.page.getByRole('link', { name: 'Decide' }).click();
    await seen(heading(other.page, 'Decide on an offer'));
    await seen(other.page.getByText('is stricter or narrower than agreed'));
    const terms = other.page.getByRole('table', { name: 'Terms of the offer beside those of the agreement' });
    expect(await terms.first().innerText()).toMatch(/epsilon.*at most 3.*2\.5.*stricter/s);
    const effects = other.page.getByRole('table', { name: /^Smallest effect/ });
    await seen(effects);
    expect(await effects.getByRole('row').count()).toBeGreaterThan(5);
    await look(other.page, 'approval');
    await other.page.getByRole('button', { name: 'Approve' }).click();
    const dialog = other.page.getByRole('dialog', { name: 'Approve this session?' });
    await seen(dialog.getByText('It costs epsilon 2.5; 7.5 is left'));
    await shots(other.page, 'approval-confirm');
    await dialog.getByRole('button', { name: 'Approve' }).click();

    for (const { page } of [one, other]) {
      await seen(page.getByText('It ended as agreed'));
      const stages = page.getByRole('region', { name: 'Stages' }).getByRole('listitem');
      expect(await stages.allInnerTexts()).toHaveLength(7);
      for (const text of await stages.allInnerTexts()) expect(text).toContain('done');
      const log = page.getByRole('table', { name: 'What happened' });
      await seen(log.getByText('Running → Done'));
    }
    await look(one.page, 'session-done');
    const read = one.page.getByRole('link', { name: 'Read the report' });
    const { items } = await advertiser.services.reports.list();
    expect(await read.getAttribute('href')).toBe(`/console/reports/${items[0]!.id}`);

    // The list has it, and the first page its report.
    await one.page.getByRole('link', { name: 'All sessions' }).click();
    await seen(one.page.getByRole('row', { name: /publisher Measurement campaign-measurement Done/ }));
    await look(one.page, 'sessions');
    await one.page.getByRole('link', { name: 'Overview' }).click();
    await seen(
      one.page.getByRole('table', { name: 'Last reports' }).getByRole('link', { name: 'publisher' }),
    );
    expect([...one.problems, ...other.problems]).toEqual([]);

    // What a role may not do is neither shown nor possible.
    const [session] = (await advertiser.services.sessions.list()).items;
    await start(advertiser, 'receiver', OVERLAP);
    const offered = await incoming(
      publisher,
      (await advertiser.services.sessions.list()).items[0]!.protocolSession,
    );
    for (const role of ['admin', 'analyst', 'auditor'] as const) {
      const { page, context, problems } = await publisher.as(role, { path: `/sessions/${offered.id}` });
      await seen(heading(page, /^Overlap with/));
      expect(await page.getByRole('button', { name: /Cancel|Approve|Reject/ }).count(), role).toBe(0);
      expect(await page.getByRole('link', { name: 'Decide' }).count(), role).toBe(0);
      await visit(page, `/sessions/${offered.id}/approve`);
      await seen(page.getByText('Your role may not see this.'));
      await visit(page, '/sessions/start');
      await seen(page.getByText('It takes a token with the role Operator.'));
      if (role === 'analyst') await shots(page, 'start-forbidden');
      for (const path of ['approve', 'reject', 'cancel']) {
        const path1 = `/v1/sessions/${offered.id}/${path}`;
        expect(await answerTo(context, publisher.console.url, 'POST', path1), `${role} ${path}`).toBe(403);
      }
      expect(problems).toEqual([]);
      await context.close();
    }
    for (const [role, reports] of [
      ['admin', 0],
      ['auditor', 0],
      ['analyst', 1],
    ] as const) {
      const { page, context } = await advertiser.as(role, { path: `/sessions/${session!.id}` });
      await seen(page.getByText('It ended as agreed'));
      expect(await page.getByRole('link', { name: 'Read the report' }).count(), role).toBe(reports);
      if (role === 'analyst') {
        await visit(page, '/');
        await seen(page.getByText('your token reads sessions and reports'));
        await look(page, 'overview-analyst');
      }
      await context.close();
    }

    // An offer that is rejected ends on both sides, with a sentence and a next step.
    await visit(other.page, `/sessions/${offered.id}/approve`);
    await other.page.getByRole('button', { name: 'Reject' }).click();
    await other.page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
    await seen(other.page.getByText('One side declined.'));
    await visit(one.page, '/sessions?state=rejected');
    await one.page
      .getByRole('row', { name: /Overlap/ })
      .getByRole('link')
      .click();
    await seen(one.page.getByText('Ask the same again'));
    await look(one.page, 'session-rejected');
    await one.page.getByRole('link', { name: 'Ask the same again' }).click();
    await seen(one.page.getByText('The choices below are those of the session of'));
    expect(await one.page.getByRole('radio', { name: /Autumn campaign/ }).isChecked()).toBe(true);
    await one.context.close();
    await other.context.close();
  });

  it('shows how far it is while it runs, and ends when somebody cancels it', async () => {
    const { advertiser, publisher, relay } = await relayedPair(6 * LIMITS.chunkItems);
    const node = await withConsole(advertiser);
    const session = await start(advertiser, 'receiver', PSI);
    const { page, context, problems } = await node.as('operator', { path: `/sessions/${session.id}` });
    await seen(page.getByText('The partner has the offer and decides.'));
    // Nothing of the publisher's comes through: the session stands once the advertiser has sent its own.
    const held = { from: 'responder', message: 'chunk elements' } as const;
    const nextChunk = async (): Promise<void> => {
      relay.release();
      await relay.holdAt(held);
    };
    const isHeld = relay.holdAt(held);
    await approve(publisher, await incoming(publisher, session.protocolSession), 'sender');
    const bar = page.getByRole('progressbar', { name: 'Blind and match' });
    const stages = page.getByRole('region', { name: 'Stages' });
    await isHeld;
    const figures = stages.getByText(/of [\d,]+ items/);
    // The node tells a few times a second at most, which may leave out where it came to stand.
    while (!(await figures.isVisible())) await nextChunk();
    const shown = await stages.innerText();
    expect(shown).toMatch(/Partner\s+Connected/);
    expect(shown).toMatch(/Sent\s+[\d.]+ [kM]B/);
    expect(shown).toMatch(/Blind and match\s+now/);
    // Nothing steady can be told of so few.
    expect(shown).toMatch(/Rate\s+unknown/);
    await look(page, 'session-running');
    const before = Number(await bar.getAttribute('value'));
    while (Number(await bar.getAttribute('value')) <= before) await nextChunk();

    await page.getByRole('button', { name: 'Cancel session' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel this session?' });
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    expect(await dialog.count()).toBe(0);
    await page.getByRole('button', { name: 'Cancel session' }).click();
    await dialog.getByRole('button', { name: 'Cancel session' }).click();
    await seen(page.getByText('Somebody stopped it.'));
    expect(await stages.innerText()).toMatch(/Blind and match\s+stopped here/);
    expect(await page.getByRole('button', { name: 'Cancel session' }).count()).toBe(0);
    expect((await until(advertiser, session.id, ENDED)).state).toBe('cancelled');
    expect(problems).toEqual([]);
    await context.close();
  });
});

/** Two nodes with lists of so many people, and a relay on the way between them that can hold what one sends. */
async function relayedPair(people: number) {
  const source = join(newFolder(), 'many.csv');
  const lines = Array.from({ length: people }, (_, i) => `person${i}@example.com`);
  writeFileSync(source, ['email', ...lines, ''].join('\n'));
  const data = { source, identifiers: { email: { type: 'email' } }, profile: 'uid2' };
  const list = (role: string): object => ({ name: `many ${role}`, lineage: 'everybody', role, data });
  const { advertiser, publisher } = await openPair({
    publisherData: { ...PUBLISHER_DATA, sender: list('sender') },
    advertiserData: { ...ADVERTISER_DATA, receiver: list('receiver') },
  });
  const relay = await Relay.open({
    identities: { initiator: advertiser.node.identity, responder: publisher.node.identity },
    responderUrl: () => publisher.node.partnerUrl,
  });
  onTestFinished(() => relay.close());
  await advertiser.services.partners.change(advertiser.partner, { address: relay.url }, OPERATOR);
  return { advertiser, publisher, relay };
}
