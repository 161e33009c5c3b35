import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  axeInBothThemes,
  consolePage,
  examined,
  launchBrowser,
  shots,
  visit,
  seen,
} from './support/browser.js';
import { tellStory, type Story } from './support/pages-story.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
/** By its visible text; a button has another name for the ear where there is one in each row. */
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

describe('what is done on the pages', () => {
  it('changes what the role may, with a word on what follows', async () => {
    const story = await tellStory();
    await exportAudience(story);
    await changeDataset(story);
    await keepSchedules(story);
    await changePartners(story);
    await verifyLog(story);
  });

  const exportAudience = async ({ advertiser }: Story): Promise<void> => {
    const { page, problems } = await consolePage(browser, advertiser.site, 'operator', { path: '/exports' });
    await seen(page.getByText('No exports yet'));
    await button(page, 'New export').click();
    await page.getByRole('radio', { name: /Meta/ }).check();
    expect(await axeInBothThemes(page)).toEqual([]);
    await shots(page, 'export-new');
    await button(page, 'Make export').click();
    const link = page.getByRole('link', { name: /^Download Audience made/ });
    await seen(link);
    const rows = await page.getByRole('cell').filter({ hasText: /^Rows/ }).innerText();
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split(/\r?\n/);
    expect(lines[0]).toBe('email');
    expect(lines[1]).toMatch(/^[0-9a-f]{64}$/);
    expect(lines.length - 1).toBe(Number(rows.replaceAll(/\D/g, '')));
    expect(await examined(page, 'exports')).toEqual([]);

    await page.getByRole('button', { name: /^Delete Audience made/ }).click();
    await seen(page.getByRole('dialog').getByText('cannot be downloaded any more'));
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await seen(page.getByText('Deleted', { exact: true }));
    expect(await link.count()).toBe(0);

    const { page: theirs } = await consolePage(browser, advertiser.site, 'auditor', { path: '/exports' });
    await seen(theirs.getByText('Deleted', { exact: true }));
    expect(await theirs.getByRole('button', { name: /export/i }).count()).toBe(0);
    expect(problems).toEqual([]);
  };

  const changeDataset = async ({ publisher }: Story): Promise<void> => {
    const { page, problems } = await consolePage(browser, publisher.site, 'operator', {
      path: '/datasets/new',
    });
    await page.getByLabel('Name', { exact: true }).fill('fans');
    await page.getByLabel('Lineage').fill('fans');
    await page.getByLabel('File', { exact: true }).fill('not absolute.csv');
    await button(page, 'Create dataset').click();
    const field = page.getByLabel('File', { exact: true });
    await seen(page.getByText('data.source must be an absolute path').first());
    expect(await field.getAttribute('aria-invalid')).toBe('true');

    await page.getByRole('radio', { name: 'Document (JSON)' }).check();
    const document = page.getByRole('textbox', { name: 'Definition' });
    const text = await document.inputValue();
    expect(JSON.parse(text)).toMatchObject({ name: 'fans', data: { source: 'not absolute.csv' } });
    await document.fill(
      text.replace('not absolute.csv', publisher.node.config.dataFolders[0]! + '/exposures.csv'),
    );
    await button(page, 'Create dataset').click();
    await seen(heading(page, 'fans'));
    await seen(page.getByText('Nothing loaded yet'));

    await button(page, 'Load now').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Load now' }).click();
    await seen(page.getByText(/^Version 1 loaded: [\d,]+ match keys/));
    await seen(page.getByRole('heading', { name: 'Quality of version 1' }));

    await button(page, 'Archive').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
    await seen(page.getByText('This dataset is archived'));
    expect(problems).toEqual([]);
  };

  const changePartners = async ({ publisher }: Story): Promise<void> => {
    const { page, problems } = await consolePage(browser, publisher.site, 'admin', { path: '/partners' });
    await button(page, 'Add a partner').click();
    await page.getByLabel('Name', { exact: true }).fill('Third party');
    await page.getByLabel('Fingerprint of the partner’s key').fill(`sha256:${'3d'.repeat(32)}`);
    const add = button(page, 'Add partner');
    expect(await add.isDisabled()).toBe(true);
    await page.getByRole('checkbox', { name: /compared all 16 groups/ }).check();
    expect(await axeInBothThemes(page)).toEqual([]);
    await shots(page, 'partner-new');
    await add.click();
    await seen(heading(page, 'Third party'));
    await button(page, 'Suspend').click();
    await seen(page.getByRole('dialog').getByText('It can connect no more'));
    expect(await axeInBothThemes(page)).toEqual([]);
    await shots(page, 'partner-suspend');
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
    await seen(page.getByText('Suspended', { exact: true }));

    await visit(page, `/agreements/${publisher.agreement}`);
    await button(page, 'Revoke').click();
    await seen(page.getByRole('dialog').getByText('are ended now'));
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await seen(page.getByText('Revoked', { exact: true }));
    expect(await button(page, 'Revoke').count()).toBe(0);
    expect(problems).toEqual([]);
  };

  const verifyLog = async ({ publisher }: Story): Promise<void> => {
    const { page, problems } = await consolePage(browser, publisher.site, 'auditor', { path: '/audit' });
    await button(page, 'Verify the log').click();
    await seen(page.getByText('The log is whole'));
    const [checkpoint] = await Promise.all([
      page.waitForEvent('download'),
      button(page, 'Download a checkpoint').click(),
    ]);
    expect(await checkpoint.path().then((path) => readFileSync(path, 'utf8'))).toContain('"signature"');
    await page.getByLabel('Checkpoint to compare with (optional)').setInputFiles(await checkpoint.path());
    await button(page, 'Verify the log').click();
    await seen(page.getByText('It also agrees with the checkpoint'));
    expect(await axeInBothThemes(page)).toEqual([]);
    await shots(page, 'audit-verified');
    expect(problems).toEqual([]);
  };

  const keepSchedules = async ({ publisher }: Story): Promise<void> => {
    const { page, problems } = await consolePage(browser, publisher.site, 'operator', { path: '/schedules' });
    await button(page, 'New schedule').click();
    await page.getByLabel('Name', { exact: true }).fill('mondays');
    expect(await page.locator('[aria-live=polite] time').count()).toBe(4);
    await page.getByRole('radio', { name: 'Every day' }).check();
    await button(page, 'Create schedule').click();
    await seen(page.getByText(/runs more often than weekly/).first());
    await page.getByRole('radio', { name: 'Every week' }).check();
    expect(await axeInBothThemes(page)).toEqual([]);
    await shots(page, 'schedule-new');
    await button(page, 'Create schedule').click();
    await button(page, 'Pause mondays').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await seen(button(page, 'Resume mondays'));
    await button(page, 'End mondays').click();
    await page.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click();
    await button(page, 'End mondays').waitFor({ state: 'detached' });

    await visit(page, '/alarms');
    await button(page, 'I look after it: A schedule did not run').click();
    await seen(page.getByText('the operator looks after it'));
    await button(page, 'Dealt with: A schedule did not run').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Dealt with' }).click();
    await button(page, 'Dealt with: A schedule did not run').waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
  };
});
