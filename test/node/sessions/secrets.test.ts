import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LIFT, PSI, runSession } from '../support/asks.js';
import { example, EXPOSURES, openPair, ORDERS, OPERATOR, plainList, type Side } from '../support/nodes.js';
import { failure, newFolder } from '../support/states.js';

/** Of the people in the lists nothing may be found outside of them: not on the disk, not in what a node tells. */

const CANARY = 'canary.planted@example.com';
const digest = createHash('sha256').update(CANARY).digest();
/** The address, its digest, which is also the match key, in bytes and in the ways it is written. */
const TRACES = [
  Buffer.from(CANARY),
  Buffer.from('canary.planted'),
  digest,
  Buffer.from(digest.toString('hex')),
  Buffer.from(digest.toString('base64')),
  Buffer.from(digest.toString('base64url')),
];

const found = (where: Buffer): string[] => TRACES.filter((trace) => where.includes(trace)).map(String);

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

function onDisk({ node }: Side): string[] {
  return filesIn(node.config.stateFolder).filter((path) => found(readFileSync(path)).length > 0);
}

async function told({ services, node }: Side): Promise<string> {
  const { items } = await services.sessions.list();
  const events = await Promise.all(items.map(({ id }) => services.sessions.events(id)));
  const audit: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = await services.context.audit.entries(cursor === undefined ? {} : { cursor });
    audit.push(...page.entries);
    cursor = page.next;
  } while (cursor !== undefined);
  expect(audit.length).toBeGreaterThan(10);
  const defects = node.defects.map((defect) => String(defect));
  return JSON.stringify([items, events, audit, (await services.alarms.list()).items, defects]);
}

describe('a person in the lists of both sides', () => {
  it('is in no file of a node, and in nothing that it tells, however sessions end', async () => {
    const folder = newFolder();
    const [exposures, orders, malformed] = ['exposures', 'orders', 'malformed'].map((name) =>
      join(folder, `${name}.csv`),
    ) as [string, string, string];
    writeFileSync(
      exposures,
      `${readFileSync(example('exposures.csv'), 'utf8').trimEnd()}\n${CANARY},exposed,north\n`,
    );
    writeFileSync(orders, `${readFileSync(example('orders.csv'), 'utf8').trimEnd()}\n9999,${CANARY},10.00\n`);
    writeFileSync(malformed, `order,customer_email,amount\n1,${CANARY},x${CANARY}\n2,"${CANARY},\n`);
    const cohorts = { ...EXPOSURES, data: { ...EXPOSURES.data, source: exposures } };
    const measures = { ...ORDERS, data: { ...ORDERS.data, source: orders } };
    const broken = { ...ORDERS, name: 'broken', data: { ...ORDERS.data, source: malformed } };
    const { publisher, advertiser } = await openPair({
      publisherData: { cohorts, sender: plainList(cohorts, 'sender') },
      advertiserData: { measures, receiver: plainList(measures, 'receiver'), broken },
    });
    const sides = [publisher, advertiser];
    const matched = await runSession(advertiser, publisher, {
      dataset: 'receiver',
      with: 'sender',
      ask: PSI,
    });
    const measured = await runSession(advertiser, publisher, {
      dataset: 'measures',
      with: 'cohorts',
      ask: LIFT,
    });
    const failed = await runSession(advertiser, publisher, { dataset: 'broken', with: 'cohorts', ask: LIFT });
    expect([matched, measured, failed].map(({ here }) => here.state)).toEqual(['done', 'done', 'failed']);
    const error = await failure(
      advertiser.services.datasets.loadVersion(advertiser.datasets['broken']!, OPERATOR),
    );
    expect(found(Buffer.from(`${error.message} ${error.stack} ${error.field}`))).toEqual([]);
    await publisher.services.datasets.loadVersion(publisher.datasets['cohorts']!, OPERATOR);
    const { id } = await advertiser.services.exports.create(
      { session: matched.here.id, kind: 'audience', profile: 'own', format: 'csv' },
      OPERATOR,
    );
    await advertiser.services.exports.whenIdle();
    // The check can fail: the person is in the export once it is opened, and in the sources.
    const { bytes } = await advertiser.services.exports.download(id, OPERATOR);
    const pieces: Uint8Array[] = [];
    for await (const piece of bytes) pieces.push(piece);
    expect(found(Buffer.concat(pieces))).not.toEqual([]);
    expect(filesIn(folder).every((path) => found(readFileSync(path)).length > 0)).toBe(true);
    for (const side of sides) {
      expect(onDisk(side)).toEqual([]);
      expect(found(Buffer.from(await told(side)))).toEqual([]);
      for (const session of [matched, measured]) {
        const view = side === advertiser ? session.here : session.there;
        const report = await side.services.reports.read(view.reportId!, OPERATOR);
        expect(found(Buffer.from(JSON.stringify(report)))).toEqual([]);
      }
    }
  });
});
