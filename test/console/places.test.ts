import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOKEN_ROLES, type TokenRole } from '../../src/node/index.js';
import { consolePage, examined, launchBrowser, visit, seen } from './support/browser.js';
import { EMOJI, LONG, MARKUP, tellStory, type Story } from './support/pages-story.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });

interface Place {
  readonly name: string;
  readonly path: string;
  readonly heading: string | RegExp;
  readonly roles: readonly TokenRole[];
  /** Text that is there once it has come. */
  readonly shows: string | RegExp;
}

function placesOf({ publisher, reportId, scheduleId, hostileDataset }: Story): readonly Place[] {
  const oversight = ['operator', 'admin', 'auditor'] as const;
  const budget = `/budget?partner=${publisher.partner}&lineage=subscribers`;
  return [
    {
      name: 'reports',
      path: '/reports',
      heading: 'Reports',
      roles: ['operator', 'analyst', 'auditor'],
      shows: 'What the campaign changed',
    },
    {
      name: 'report',
      path: `/reports/${reportId}`,
      heading: 'What the campaign changed',
      roles: ['operator', 'analyst'],
      shows: /epsilon/i,
    },
    {
      name: 'trends',
      path: `/trends?schedule=${scheduleId}`,
      heading: 'Trends',
      roles: ['operator', 'analyst'],
      shows: 'Open report',
    },
    {
      name: 'datasets',
      path: '/datasets',
      heading: 'Datasets',
      roles: oversight,
      shows: 'exposures',
    },
    {
      name: 'dataset',
      path: `/datasets/${publisher.datasets['cohorts']!}`,
      heading: 'exposures',
      roles: oversight,
      shows: 'Keys by identifier type',
    },
    {
      name: 'dataset-hostile',
      path: `/datasets/${hostileDataset}`,
      heading: `q${LONG}`,
      roles: oversight,
      shows: 'Address with something around it',
    },
    {
      name: 'dataset-new',
      path: '/datasets/new',
      heading: 'New dataset',
      roles: ['operator'],
      shows: 'Identifier columns',
    },
    { name: 'partners', path: '/partners', heading: 'Partners', roles: oversight, shows: 'Autumn campaign' },
    {
      name: 'partner',
      path: `/partners/${publisher.partner}`,
      heading: 'advertiser',
      roles: oversight,
      shows: 'Autumn campaign',
    },
    {
      name: 'agreement',
      path: `/agreements/${publisher.agreement}`,
      heading: 'Autumn campaign',
      roles: oversight,
      shows: 'People are matched by Email address',
    },
    {
      name: 'agreement-new',
      path: `/agreements/new?partner=${publisher.partner}`,
      heading: 'Enter an agreement',
      roles: ['admin'],
      shows: 'Begin with a proposal',
    },
    {
      name: 'budget',
      path: '/budget',
      heading: 'Budget',
      roles: oversight,
      shows: /of 10 is spent/,
    },
    {
      name: 'budget-history',
      path: budget,
      heading: 'Budget of advertiser',
      roles: oversight,
      shows: 'Open session',
    },
    {
      name: 'audit',
      path: '/audit',
      heading: 'Audit log',
      roles: ['admin', 'auditor'],
      shows: 'Alarm raised',
    },
    {
      name: 'schedules',
      path: '/schedules',
      heading: 'Schedules',
      roles: [...oversight, 'analyst'],
      shows: '0 6 * * 1',
    },
    {
      name: 'alarms',
      path: '/alarms',
      heading: 'Alarms',
      roles: oversight,
      shows: 'A schedule did not run',
    },
  ];
}

describe('pages of data and oversight', () => {
  it('are there for the roles that may see them, and for no other', async () => {
    const story = await tellStory();
    const places = placesOf(story);
    const faults: string[] = [];
    for (const role of TOKEN_ROLES) {
      const { page, context, problems } = await consolePage(browser, story.publisher.site, role);
      await seen(heading(page, 'Overview'));
      for (const place of places) {
        // Nothing of the last place can be taken for this one then.
        await visit(page, '/nowhere');
        await seen(heading(page, 'No such page'));
        await visit(page, place.path);
        if (!place.roles.includes(role)) {
          await seen(page.getByText('Your role may not see this.'));
          continue;
        }
        await seen(heading(page, place.heading));
        await seen(page.getByText(place.shows).filter({ visible: true }).first());
        await page.locator('.skeleton').first().waitFor({ state: 'detached' });
        // One role looks closely.
        if (place.roles[0] === role) faults.push(...(await examined(page, place.name)));
      }
      faults.push(...problems.map((problem) => `${role}: ${problem}`));
      await context.close();
    }
    expect(faults).toEqual([]);
    await showHostileNames(story);
    await takeReportAlong(story);
  });

  const takeReportAlong = async ({ publisher, reportId }: Story): Promise<void> => {
    const { page } = await consolePage(browser, publisher.site, 'analyst', { path: `/reports/${reportId}` });
    const contents: Record<string, string> = {};
    for (const name of ['HTML page', 'CSV table', 'JSON data']) {
      const link = page.getByRole('link', { name });
      const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
      contents[name] = readFileSync(await download.path(), 'utf8');
    }
    expect(contents['HTML page']).toContain('<!doctype html>');
    expect(contents['CSV table']).toContain('match_rate');
    expect(JSON.parse(contents['JSON data']!)).toMatchObject({ mode: 'aggregate' });
  };

  const showHostileNames = async (story: Story): Promise<void> => {
    const { page, problems } = await consolePage(browser, story.publisher.site, 'operator', {
      path: `/datasets/${story.hostileDataset}`,
    });
    await seen(page.getByRole('table', { name: 'Match keys in each cell' }).getByText(MARKUP));
    await seen(page.getByText(EMOJI).first());
    await visit(page, '/alarms');
    await seen(page.getByText(MARKUP).first());
    await visit(page, `/partners/${story.publisher.partner}`);
    await seen(heading(page, 'advertiser'));
    const note = page.locator('bdi', { hasText: MARKUP });
    expect(await note.innerText()).toContain(LONG);
    expect(await page.locator('main img').count()).toBe(0);
    expect(problems).toEqual([]);
  };
});
