import type { AuditAction } from '../../../src/node/audit/index.js';
import { Definitions } from '../../../src/node/datasets/index.js';
import {
  Agreements,
  Partners,
  type AgreementTerms,
  type NewAgreement,
} from '../../../src/node/partners/index.js';
import type { SessionRow } from '../../../src/node/store/index.js';
import {
  Alarms,
  Schedules,
  type AlarmsOptions,
  type ScheduleView,
  type NewSchedule,
} from '../../../src/node/upkeep/index.js';
import { createIdentity, type NodeIdentity } from '../../../src/transport/index.js';
import { addDataset, agreementTerms, openNode, OPS, type TestNode } from '../partners/support.js';
import { addPartner, newFolder } from '../support/states.js';

export { OPS } from '../partners/support.js';

/** A node with its alarms. */
export interface UpkeepNode extends TestNode {
  readonly alarms: Alarms;
  /** Details of the entries of one action, oldest first. */
  readonly toldOf: (action: AuditAction) => Promise<Readonly<Record<string, unknown>>[]>;
  /** Ends this process of the node; what is opened next on its folder is the same node after a restart. */
  readonly restart: (options?: Partial<AlarmsOptions>) => Promise<UpkeepNode>;
}

export async function upkeepNode(
  options: Partial<AlarmsOptions> = {},
  place: { own: NodeIdentity; folder: string } = { own: createIdentity('shop'), folder: newFolder() },
): Promise<UpkeepNode> {
  const node = await openNode(place);
  return {
    ...node,
    alarms: new Alarms(node.context, { node: 'shop', ...options }),
    toldOf: async (action) =>
      (await node.told()).filter((entry) => entry.action === action).map(({ detail }) => detail),
    restart: async (next = options) => {
      await node.context.store.close();
      const opened = await upkeepNode(next, place);
      opened.clock.at = node.clock.at;
      return opened;
    },
  };
}

/** A partner, and an agreement with it about the dataset `customers`. */
export interface Agreed {
  readonly partner: string;
  readonly agreement: string;
  readonly agreements: Agreements;
}

/** The agreements of a node whose partners are all in the store. */
export async function agreementsOf({ context, own }: TestNode): Promise<Agreements> {
  const partners = await Partners.open(context);
  return new Agreements(context, { ownFingerprint: own.fingerprint, partners });
}

/** Enters the partner `press`, the dataset, and the agreement. */
export async function agree(node: TestNode, more: Partial<AgreementTerms> = {}): Promise<Agreed> {
  const partner = await addPartner(node.context.store, 'press');
  const agreements = await agreementsOf(node);
  await addDataset(node, 'customers');
  const terms = agreementTerms(more, [
    node.own.fingerprint,
    `sha256:${Buffer.from(partner).toString('hex').padEnd(64, '0')}`,
  ]);
  const draft: NewAgreement = { partner, terms, approval: 'automatic', datasets: ['customers'] };
  const { id: agreement } = await agreements.create(draft, OPS);
  await agreements.activate(agreement, OPS);
  return { partner, agreement, agreements };
}

let sessions = 0;

/** Enters a session, done with these figures unless told. */
export async function addSession(
  { context, clock }: TestNode,
  parts: Partial<SessionRow> & { partner_id: string },
): Promise<string> {
  sessions += 1;
  const row = {
    id: `session-${String(sessions).padStart(6, '0')}`,
    side: 'initiator',
    mode: 'psi-ca',
    role: 'receiver',
    state: 'done',
    purpose: 'campaign-measurement',
    terms: '{}',
    terms_digest: '0'.repeat(64),
    created_at: clock.at,
    updated_at: clock.at,
    ended_at: clock.at,
    ...parts,
  };
  await context.store.db
    .insertInto('sessions')
    .values(row as never)
    .execute();
  return row.id;
}

/** What is left of a start: the session's row, as the sessions of a node write it first. */
export function startSession(node: TestNode, partner: string): (schedule: ScheduleView) => Promise<string> {
  return ({ id }) =>
    addSession(node, { partner_id: partner, schedule_id: id, state: 'draft', ended_at: null });
}

export interface Scheduled extends Agreed {
  readonly schedules: Schedules;
  /** Ids of the schedules that `start` was called for. */
  readonly starts: string[];
}

/** The schedules of a node; `start` as told, or one that enters a session. */
export function schedulesOf(
  node: UpkeepNode,
  agreed: Agreed,
  start: (schedule: ScheduleView) => Promise<string> = startSession(node, agreed.partner),
): Scheduled {
  const starts: string[] = [];
  const schedules = new Schedules(node.context, {
    agreements: agreed.agreements,
    definitions: new Definitions(node.context.store.db, node.context),
    alarms: node.alarms,
    start: (schedule) => {
      starts.push(schedule.id);
      return start(schedule);
    },
  });
  return { ...agreed, schedules, starts };
}

/** Weekly, on Sunday in the night; `NOW` is a Friday. */
export const weekly = (agreement: string): NewSchedule => ({
  agreement,
  dataset: 'customers',
  name: 'Weekly refresh',
  pattern: '30 3 * * 0',
  timeZone: 'Europe/Amsterdam',
  missedRun: 'skip',
  request: { mode: 'psi-ca', purpose: 'campaign-measurement', identifierTypes: ['email'] },
});

export const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
