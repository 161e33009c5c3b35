import { auditLog, type StoredAuditEntry } from '../../../src/node/audit/index.js';
import type { Actor, NodeContext } from '../../../src/node/context.js';
import { Agreements, Partners, type AgreementTerms } from '../../../src/node/partners/index.js';
import { idSource } from '../../../src/node/store/index.js';
import { createIdentity, type NodeIdentity } from '../../../src/transport/index.js';
import { seededRandom } from '../../support/deterministic-random.js';
import { newFolder, NOW, openState } from '../support/states.js';

export const OPS: Actor = { kind: 'token', name: 'ops' };

/** A node with its partners and agreements, and a clock that a test sets. */
export interface TestNode {
  readonly context: NodeContext;
  readonly partners: Partners;
  readonly agreements: Agreements;
  readonly own: NodeIdentity;
  readonly clock: { at: string };
  /** Actions and details of the audit log, oldest first. */
  readonly told: () => Promise<Pick<StoredAuditEntry, 'action' | 'subject' | 'detail' | 'actor'>[]>;
}

export async function openNode(
  { own, folder }: { own: NodeIdentity; folder: string } = {
    own: createIdentity('shop'),
    folder: newFolder(),
  },
): Promise<TestNode> {
  const clock = { at: NOW };
  const now = (): Date => new Date(clock.at);
  const store = await openState(folder, { now });
  const audit = auditLog(store, own, { now });
  const random = seededRandom(3);
  const context: NodeContext = { store, audit, now, random, newId: idSource({ random, now }) };
  const partners = await Partners.open(context);
  const agreements = new Agreements(context, { ownFingerprint: own.fingerprint, partners });
  const told: TestNode['told'] = async () =>
    (await audit.entries({ order: 'oldest-first', limit: 1000 })).entries.map(
      ({ action, subject, detail, actor }) => ({ action, subject, detail, actor }),
    );
  return { context, partners, agreements, own, clock, told };
}

/** A dataset of this id. */
export async function addDataset({ context }: TestNode, id: string): Promise<string> {
  const row = { id, name: id, lineage: id, role: 'cohorts', state: 'active', definition: '{}' } as const;
  const rest = { definition_digest: '0'.repeat(64), consent: null, created_at: NOW, updated_at: NOW };
  await context.store.db
    .insertInto('datasets')
    .values({ ...row, ...rest })
    .execute();
  return id;
}

export const OWN_KEY = `sha256:${'a'.repeat(64)}`;
export const PARTNER_KEY = `sha256:${'b'.repeat(64)}`;

/** Terms that are right, in their one form, between the shop (this node) and the press. */
export function agreementTerms(
  more: Partial<AgreementTerms> = {},
  [own, partner] = [OWN_KEY, PARTNER_KEY],
): AgreementTerms {
  return {
    format: 'vesica-agreement-1',
    name: 'Spring campaign',
    parties: { shop: own, press: partner },
    purposes: ['audience-planning', 'campaign-measurement'],
    uses: [
      { mode: 'aggregate', roles: { shop: 'measures', press: 'cohorts' } },
      { mode: 'psi', roles: { shop: 'sender', press: 'receiver' } },
      { mode: 'psi', roles: { shop: 'receiver', press: 'sender' } },
      { mode: 'psi-ca', roles: { shop: 'receiver', press: 'sender' } },
    ],
    profile: 'uid2',
    identifierTypes: ['email', 'phone'],
    measures: [
      { name: 'orders', quantum: '1', bound: '5', statistic: 'sum' },
      { name: 'revenue', quantum: '0.5', bound: '500', statistic: 'sum-and-squares' },
    ],
    privacy: {
      disclosures: ['dp', 'exact'],
      epsilonPerRelease: '1',
      deltaPerRelease: '0.000001',
      epsilonTotal: '10',
      deltaTotal: '0.00001',
      minList: 1000,
      minCell: 50,
    },
    share: { labels: true, results: true },
    retentionDays: { reports: 400, exports: 30 },
    schedule: 'weekly',
    validFrom: '2026-01-01T00:00:00.000Z',
    validUntil: '2027-01-01T00:00:00.000Z',
    ...more,
  };
}
