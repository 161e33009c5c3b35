import type { ExportView, NodeServices, Page, ScheduleView, SessionView } from '../node/index.js';

/** Names beside ids, for those who may see a thing but not look up what it is about. */

export interface NamedSchedule extends ScheduleView {
  readonly agreementName: string;
  readonly partner: SessionView['partner'];
  readonly datasetName: string;
}

export async function namedSchedule(services: NodeServices, schedule: ScheduleView): Promise<NamedSchedule> {
  const { agreements, datasets, partners } = services;
  const agreement = await agreements.get(schedule.agreementId);
  const { id, name } = await partners.get(agreement.partnerId);
  const { definition } = await datasets.get(schedule.datasetId);
  return {
    ...schedule,
    agreementName: agreement.name,
    partner: { id, name },
    datasetName: definition.name,
  };
}

export interface NamedExport extends ExportView, Pick<SessionView, 'partner' | 'datasetName'> {}

export async function namedExport({ sessions }: NodeServices, one: ExportView): Promise<NamedExport> {
  const { partner, datasetName } = await sessions.get(one.sessionId);
  return { ...one, partner, datasetName };
}

/** A page of which each item is given its names. */
export async function namedPage<Item, Named>(
  services: NodeServices,
  { items, next }: Page<Item>,
  named: (services: NodeServices, item: Item) => Promise<Named>,
): Promise<Page<Named>> {
  return { items: await Promise.all(items.map((item) => named(services, item))), next };
}
