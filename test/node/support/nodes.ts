import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  KeyRing,
  MasterKey,
  NODE_DEFAULTS,
  startNode,
  type Actor,
  type NodeConfig,
  type NodeServices,
  type RunningNode,
  type SessionView,
} from '../../../src/node/index.js';
import { createIdentity, type NodeIdentity } from '../../../src/transport/index.js';
import { systemRandom } from '../../../src/system-random.js';
import { newFolder, TEST_FOLDERS } from './states.js';

export const OPERATOR: Actor = { kind: 'token', name: 'operator' };

export interface TestNode extends RunningNode {
  readonly identity: NodeIdentity;
  readonly config: NodeConfig;
  readonly defects: unknown[];
}

/** A running node on a state of its own, closed when the test ends. */
export async function openNode(
  party: string,
  changes: Partial<NodeConfig> = {},
  now = (): Date => new Date(),
): Promise<TestNode> {
  const identity = changes.identity ?? createIdentity(party);
  mkdirSync(TEST_FOLDERS, { recursive: true });
  const config: NodeConfig = {
    ...NODE_DEFAULTS,
    party,
    software: 'vesica test',
    stateFolder: join(newFolder(join(tmpdir(), 'vesica-test-nodes')), 'state'),
    dataFolders: [resolve('examples'), TEST_FOLDERS],
    keepOut: [],
    identity,
    masterKeys: new KeyRing(new MasterKey(new Uint8Array(32).fill(7))),
    listen: { host: '127.0.0.1', port: 0 },
    threads: 0,
    ...changes,
  };
  const defects: unknown[] = [];
  const node = await startNode(config, {
    random: systemRandom,
    now,
    onDefect: (where, error) => defects.push([where, error]),
  });
  onTestFinished(() => node.close(0));
  return { ...node, identity, config, defects };
}

export const example = (name: string): string => resolve('examples', name);

/** The datasets of the examples: who was exposed, and who bought what. */
export const EXPOSURES = {
  name: 'exposures',
  lineage: 'subscribers',
  role: 'cohorts',
  data: {
    source: example('exposures.csv'),
    identifiers: { email: { type: 'email' } },
    cohorts: ['arm', 'region'],
    profile: 'uid2',
  },
  arms: { column: 'arm', treatment: ['exposed'], control: 'holdout' },
} as const;

const rule = { aboveBound: 'clamp', betweenQuanta: 'round-nearest', missing: 'zero' } as const;
export const ORDERS = {
  name: 'orders',
  lineage: 'customers',
  role: 'measures',
  data: {
    source: example('orders.csv'),
    identifiers: { customer_email: { type: 'email' } },
    measures: [
      { name: 'buyers', column: 'order', rule: { ...rule, quantum: '1', bound: '1' } },
      { name: 'sales', column: 'amount', rule: { ...rule, quantum: '0.01', bound: '200' } },
    ],
    profile: 'uid2',
  },
} as const;

/** A list without cohorts or measures, of the same people. */
export function plainList(of: typeof EXPOSURES | typeof ORDERS, role: 'sender' | 'receiver'): object {
  const { source, identifiers, profile } = of.data;
  return { name: `${of.name} ${role}`, lineage: of.lineage, role, data: { source, identifiers, profile } };
}

export const PUBLISHER_DATA = { cohorts: EXPOSURES, sender: plainList(EXPOSURES, 'sender') };
export const ADVERTISER_DATA = { measures: ORDERS, receiver: plainList(ORDERS, 'receiver') };

const roles = (publisher: string, advertiser: string): object => ({ publisher, advertiser });

export const AGREEMENT = {
  format: 'vesica-agreement-1',
  name: 'Autumn campaign',
  purposes: ['campaign-measurement', 'audience'],
  uses: [
    { mode: 'aggregate', roles: roles('cohorts', 'measures') },
    { mode: 'psi', roles: roles('sender', 'receiver') },
    { mode: 'psi-ca', roles: roles('sender', 'receiver') },
  ],
  profile: 'uid2',
  identifierTypes: ['email'],
  measures: [
    { name: 'buyers', quantum: '1', bound: '1', statistic: 'sum' },
    { name: 'sales', quantum: '0.01', bound: '200', statistic: 'sum-and-squares' },
  ],
  privacy: {
    disclosures: ['dp'],
    epsilonPerRelease: '3',
    deltaPerRelease: '0.000001',
    epsilonTotal: '10',
    deltaTotal: '0.00001',
    minList: 100,
    minCell: 50,
  },
  share: { labels: true, results: true },
  retentionDays: { reports: 365, exports: 30 },
  schedule: 'weekly',
  validFrom: '2020-01-01T00:00:00.000Z',
  validUntil: '2099-01-01T00:00:00.000Z',
};

/** What one side knows under its names. */
export interface Side {
  readonly node: TestNode;
  readonly services: NodeServices;
  partner: string;
  agreement: string;
  readonly datasets: Record<string, string>;
}

/** A publisher and an advertiser that know each other and agreed; the advertiser starts sessions. */
export async function openPair(
  options: {
    readonly agreement?: object;
    readonly approval?: 'manual' | 'automatic';
    readonly publisher?: Partial<NodeConfig>;
    readonly advertiser?: Partial<NodeConfig>;
    /** Of both. */
    readonly now?: () => Date;
    /** Definitions by the names that tests give them; those of the examples unless told. */
    readonly publisherData?: Record<string, object>;
    readonly advertiserData?: Record<string, object>;
  } = {},
): Promise<{ readonly publisher: Side; readonly advertiser: Side }> {
  const { approval = 'manual' } = options;
  const publisher = sideOf(await openNode('publisher', options.publisher, options.now));
  const advertiser = sideOf(await openNode('advertiser', options.advertiser, options.now));
  const terms = {
    ...AGREEMENT,
    ...options.agreement,
    parties: {
      publisher: publisher.services.info.fingerprint,
      advertiser: advertiser.services.info.fingerprint,
    },
  };
  await introduce(publisher, advertiser, 'advertiser');
  await introduce(advertiser, publisher, 'publisher');
  await define(publisher, options.publisherData ?? PUBLISHER_DATA);
  await define(advertiser, options.advertiserData ?? ADVERTISER_DATA);
  for (const side of [publisher, advertiser]) {
    const { id } = await side.services.agreements.create(
      { partner: side.partner, terms, approval, datasets: Object.values(side.datasets) },
      OPERATOR,
    );
    side.agreement = (await side.services.agreements.activate(id, OPERATOR)).id;
  }
  return { publisher, advertiser };
}

export function sideOf(node: TestNode): Side {
  return { node, services: node.services, partner: '', agreement: '', datasets: {} };
}

export async function introduce(
  side: Side,
  other: {
    readonly services: { readonly info: { readonly fingerprint: string } };
    readonly node: Pick<TestNode, 'partnerUrl'>;
  },
  name: string,
): Promise<void> {
  const { fingerprint } = other.services.info;
  const partner = await side.services.partners.add(
    { name, fingerprint, address: other.node.partnerUrl },
    OPERATOR,
  );
  side.partner = partner.id;
}

export async function define(side: Side, datasets: Record<string, unknown>): Promise<void> {
  for (const [key, definition] of Object.entries(datasets)) {
    side.datasets[key] = (await side.services.datasets.define(definition, OPERATOR)).id;
  }
}

/** Waits, by its events, until a session is in one of `states`. */
export async function until(
  { services }: Side,
  id: string,
  states: readonly SessionView['state'][],
): Promise<SessionView> {
  for (;;) {
    let stop = (): void => undefined;
    const changed = new Promise<void>((resolve) => {
      stop = services.sessions.subscribe(id, ({ to }) => {
        if (to !== null) resolve();
      });
    });
    const view = await services.sessions.get(id);
    if (states.includes(view.state)) {
      stop();
      return view;
    }
    await changed;
    stop();
  }
}

export const ENDED = ['done', 'failed', 'rejected', 'cancelled', 'expired'] as const;

/** The session that the partner offers, by its protocol id, once it is here. */
export async function incoming({ services }: Side, protocolSession: string | null): Promise<SessionView> {
  for (;;) {
    const { items } = await services.sessions.list({ limit: 200 });
    const found = items.find((item) => item.protocolSession === protocolSession);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
