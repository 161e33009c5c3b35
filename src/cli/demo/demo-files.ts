import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'yaml';
import { createIdentity, fingerprint, saveIdentity } from '../../transport/index.js';
import { advertiserLines, publisherLines } from './demo-lists.js';
import { ARMS } from './published-figures.js';

/** The two sides of the demo. */
export const DEMO_PARTIES = ['publisher', 'advertiser'] as const;
export type DemoParty = (typeof DEMO_PARTIES)[number];

/** What both session files say of the measures: whether a customer bought, and for how much, up to $500. */
const MEASURES = [
  { name: 'bought', bound: 1 },
  { name: 'spend', bound: 500, quantum: 0.01, statistic: 'sum-and-squares' },
] as const;
/** The advertiser's columns. */
const COLUMN_OF = { bought: 'orders', spend: 'spend' } as const;

/**
 * Writes everything two users would have: their lists, their identities, and session files that name each other. The
 * advertiser connects to `port` on this machine.
 *
 * @returns the folder, with `<party>.yaml` and, after the sessions, `<party>-report.json` and `<party>-report.html`.
 * @throws VesicaError `output/unwritable`.
 */
export async function writeDemoFiles(wantedFolder: string | undefined, port: number): Promise<string> {
  try {
    const folder =
      wantedFolder === undefined ? await mkdtemp(join(tmpdir(), 'vesica-demo-')) : resolve(wantedFolder);
    await mkdir(folder, { recursive: true });
    await pipeline(Readable.from(publisherLines()), createWriteStream(join(folder, 'publisher.csv')));
    await pipeline(Readable.from(advertiserLines()), createWriteStream(join(folder, 'advertiser.csv')));
    const identities = {
      publisher: createIdentity('demo publisher'),
      advertiser: createIdentity('demo advertiser'),
    };
    for (const party of DEMO_PARTIES) await saveIdentity(identities[party], join(folder, `${party}.id`));
    const address = `127.0.0.1:${port}`;
    const common = {
      mode: 'aggregate',
      profile: 'uid2',
      purpose: 'demo: effect of two e-mails',
      privacy: { epsilon: 1, delta: 1e-6, minCell: 50 },
      // The two sides share this machine.
      threads: Math.max(1, Math.floor(availableParallelism() / 2)),
    };
    await writeSession(folder, 'publisher', {
      party: 'publisher',
      listen: address,
      tls: { identity: 'publisher.id', peer: fingerprint(identities.advertiser.publicKey) },
      role: 'cohorts',
      ...common,
      measures: MEASURES,
      data: { source: 'publisher.csv', identifiers: { email: 'email' }, cohorts: ['arm', 'segment'] },
      arms: { column: 'arm', treatment: [ARMS.mens, ARMS.womens], control: ARMS.none },
    });
    await writeSession(folder, 'advertiser', {
      party: 'advertiser',
      connect: `wss://${address}`,
      tls: { identity: 'advertiser.id', peer: fingerprint(identities.publisher.publicKey) },
      role: 'measures',
      ...common,
      measures: MEASURES.map((measure) => ({ ...measure, column: COLUMN_OF[measure.name] })),
      data: { source: 'advertiser.csv', identifiers: { customer_email: 'email' } },
    });
    return folder;
  } catch (error) {
    const { outputFailure } = await import('../../data/index.js');
    throw outputFailure(error, wantedFolder ?? tmpdir());
  }
}

async function writeSession(folder: string, party: DemoParty, session: object): Promise<void> {
  await writeFile(
    join(folder, `${party}.yaml`),
    stringify({ ...session, output: [`${party}-report.json`, `${party}-report.html`] }),
  );
}
