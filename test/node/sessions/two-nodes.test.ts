import { describe, expect, it } from 'vitest';
import type { SessionAsk } from '../../../src/node/index.js';
import { ENDED, incoming, OPERATOR, openPair, until, type Side } from '../support/nodes.js';

const PSI: SessionAsk = { mode: 'psi', purpose: 'audience' };
const OVERLAP: SessionAsk = { mode: 'psi-ca', purpose: 'audience' };
const LIFT: SessionAsk = { mode: 'aggregate', purpose: 'campaign-measurement' };

const start = (side: Side, dataset: string, ask: SessionAsk) =>
  side.services.sessions.create(
    { agreement: side.agreement, dataset: side.datasets[dataset]!, ask },
    OPERATOR,
  );

describe('two nodes', () => {
  it.each([
    ['psi', PSI, 'receiver', 'sender'],
    ['psi-ca', OVERLAP, 'receiver', 'sender'],
    ['aggregate', LIFT, 'measures', 'cohorts'],
  ] as const)('run %s when the other side has approved', async (mode, ask, own, other) => {
    const { publisher, advertiser } = await openPair();
    const session = await start(advertiser, own, ask);
    expect(session.state).toBe('draft');
    const offered = await incoming(publisher, session.protocolSession);
    expect(offered).toMatchObject({ state: 'offered', side: 'responder', mode, role: other });
    await publisher.services.sessions.approve(offered.id, { dataset: publisher.datasets[other]! }, OPERATOR);
    const [here, there] = await Promise.all([
      until(advertiser, session.id, ENDED),
      until(publisher, offered.id, ENDED),
    ]);
    expect([here.error, there.error]).toEqual([null, null]);
    expect([here.state, there.state]).toEqual(['done', 'done']);
    expect(here.receipts).toEqual({
      transcriptDigest: there.receipts!.transcriptDigest,
      own: there.receipts!.peer,
      peer: there.receipts!.own,
    });
    const report = await advertiser.services.reports.read(here.reportId!, OPERATOR);
    expect(report.mode).toBe(mode);
    expect([publisher.node.defects, advertiser.node.defects]).toEqual([[], []]);
    for (const { services } of [publisher, advertiser]) {
      expect(await services.context.audit.verify()).toMatchObject({ ok: true });
    }
  });
});
