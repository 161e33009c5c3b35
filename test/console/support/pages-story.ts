import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { LIFT, PSI, runSession } from '../../node/support/asks.js';
import { ADVERTISER_DATA, openPair, OPERATOR, PUBLISHER_DATA, type Side } from '../../node/support/nodes.js';
import { newFolder, TEST_FOLDERS } from '../../node/support/states.js';
import { openConsole, type ConsoleNode } from './browser.js';

/** Names as somebody would choose them who wants to do harm: markup, another direction of text, signs, great length. */
export const MARKUP = '<img src=x onerror=alert(1)>';
export const RIGHT_TO_LEFT = '\u202Eevil\u202C מבצע';
export const EMOJI = '👩‍👩‍👧‍👦🔥';
export const LONG = 'w'.repeat(90);

export interface Story {
  /** Who shows the cohorts, and gets the report of what they did. */
  readonly publisher: Side & { readonly site: ConsoleNode };
  /** Who measures, and learns which people both have. */
  readonly advertiser: Side & { readonly site: ConsoleNode };
  readonly reportId: string;
  readonly scheduleId: string;
  readonly hostileDataset: string;
}

/** Two nodes that have measured twice and matched once, with a schedule, alarms and hostile names. */
export async function tellStory(): Promise<Story> {
  mkdirSync(TEST_FOLDERS, { recursive: true });
  const pair = await openPair({
    publisherData: { ...PUBLISHER_DATA, hostile: hostileData() },
    advertiserData: ADVERTISER_DATA,
  });
  const { publisher, advertiser } = pair;
  const ways = { dataset: 'cohorts', with: 'measures' };
  const first = await runSession(publisher, advertiser, { ...ways, ask: { ...LIFT, epsilon: '1' } });
  const second = await runSession(publisher, advertiser, { ...ways, ask: { ...LIFT, epsilon: '2' } });
  await runSession(advertiser, publisher, { dataset: 'receiver', with: 'sender', ask: PSI });
  const { services } = publisher;
  for (const dataset of ['cohorts', 'hostile']) {
    await services.datasets.loadVersion(publisher.datasets[dataset]!, OPERATOR);
  }
  const schedule = await services.schedules.create(
    {
      agreement: publisher.agreement,
      dataset: publisher.datasets['cohorts']!,
      name: `every Monday ${LONG.slice(0, 80)}`,
      pattern: '0 6 * * 1',
      timeZone: 'Europe/Amsterdam',
      missedRun: 'skip',
      request: { mode: 'aggregate', purpose: 'campaign-measurement', epsilon: '1' },
    },
    OPERATOR,
  );
  // As if the schedule had started them, which takes weeks.
  await services.context.store.db
    .updateTable('sessions')
    .set({ schedule_id: schedule.id })
    .where('id', 'in', [first.here.id, second.here.id])
    .execute();
  await services.alarms.raise({
    kind: 'match-rate',
    severity: 'warning',
    message: 'the match rate was far from that of earlier sessions',
    detail: { figure: 'matchPercent', value: 12, usual: 48 },
    partnerId: publisher.partner,
    sessionId: first.here.id,
  });
  await services.alarms.raise({
    kind: 'schedule-missed',
    severity: 'critical',
    message: 'a schedule did not run',
    detail: { schedule: MARKUP },
  });
  await services.partners.change(
    publisher.partner,
    { note: `${MARKUP} ${RIGHT_TO_LEFT} ${EMOJI} ${LONG}` },
    OPERATOR,
  );
  const withSite = async (side: Side): Promise<Side & { readonly site: ConsoleNode }> => {
    const site = await openConsole(side.services);
    onTestFinished(() => site.close());
    return { ...side, site };
  };
  return {
    publisher: await withSite(publisher),
    advertiser: await withSite(advertiser),
    reportId: second.here.reportId!,
    scheduleId: schedule.id,
    hostileDataset: publisher.datasets['hostile']!,
  };
}

/** A list whose columns and cohorts have hostile names, and whose rows have every kind of fault. */
function hostileData(): object {
  const column = `${MARKUP}${RIGHT_TO_LEFT}`;
  const cells = [MARKUP, RIGHT_TO_LEFT, EMOJI, LONG];
  const rows = Array.from(
    { length: 400 },
    (_, i) => `person${i}@example.com,"${cells[i % 4]!}",${i % 9 === 0 ? 'no' : 'yes'}`,
  );
  const faults = ['not an address', 'Ann <ann@example.com>', '', 'person1@example.com'].map(
    (value) => `${value},"${MARKUP}",yes`,
  );
  const source = join(newFolder(), 'people.csv');
  writeFileSync(source, [`email,"${column}",consent`, ...rows, ...faults, ''].join('\n'));
  return {
    name: `q${LONG}`,
    lineage: 'strangers',
    role: 'cohorts',
    data: {
      source,
      identifiers: { email: { type: 'email' } },
      cohorts: [column],
      consent: { column: 'consent', equals: 'yes' },
      profile: 'uid2',
    },
    onAmbiguousCohort: 'first',
  };
}
