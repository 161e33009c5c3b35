import { describe, expect, it } from 'vitest';
import { discreteLaplace, parseEpsilon, variance } from '../../../src/dp/index.js';
import { planEffects } from '../../../src/measurement/index.js';
import type { SessionAsk, SessionEvent } from '../../../src/node/index.js';
import { compareWithAgreement, requireWithinAgreement } from '../../../src/node/partners/index.js';
import { ENDED, incoming, OPERATOR, openPair, until } from '../support/nodes.js';
import { failure } from '../support/states.js';

const LIFT: SessionAsk = { mode: 'aggregate', purpose: 'campaign-measurement' };

async function offered() {
  const pair = await openPair();
  const { publisher, advertiser } = pair;
  const request = { agreement: advertiser.agreement, dataset: advertiser.datasets['measures']!, ask: LIFT };
  const session = await advertiser.services.sessions.create(request, OPERATOR);
  const offer = await incoming(publisher, session.protocolSession);
  const approval = { dataset: publisher.datasets['cohorts']! };
  return { ...pair, request, session, offer, approval };
}

describe('a preview', () => {
  it('tells the side with the cohorts what it could find, as the planner does', async () => {
    const { publisher, advertiser, request, offer, approval } = await offered();
    const preview = () => publisher.services.sessions.previewApproval(offer.id, approval);
    expect(await preview()).toMatchObject({ detectable: null, detectableMissing: 'no-version' });
    expect(await advertiser.services.sessions.preview(request)).toMatchObject({
      detectable: null,
      detectableMissing: 'no-cohorts',
    });

    const { quality } = await publisher.services.datasets.loadVersion(approval.dataset, OPERATOR);
    const people = (arm: string): number =>
      quality!.cells.reduce((sum, { labels, keys }) => sum + (labels[0] === arm ? keys : 0), 0);
    const { detectable, detectableMissing } = await preview();
    expect(detectableMissing).toBeNull();
    const effects = (measure: string) => detectable!.filter((effect) => effect.measure === measure);
    expect(effects('buyers').map(({ baseRate }) => baseRate)).toEqual([0.01, 0.05, 0.1]);
    // Of an epsilon of 3, the count has one part, each sum two and the squares one: 1 for the buyers.
    for (const effect of effects('buyers')) {
      const [planned] = planEffects(
        {
          treatmentN: people('exposed'),
          controlN: people('holdout'),
          baseRate: effect.baseRate!,
          confidence: 0.95,
          power: 0.8,
          cellsPerArm: 2,
          noiseVarianceAt: (epsilon) => variance(discreteLaplace(parseEpsilon(epsilon), 1n)),
        },
        [1],
      );
      expect(effect).toMatchObject({ kind: 'yes-no', arm: 'exposed', treatmentPeople: people('exposed') });
      expect(effect.absolute).toBeCloseTo(planned!.detectable!.absolute, 12);
      expect(effect.relative).toBeCloseTo(planned!.detectable!.relative!, 12);
      expect(effect.inflation).toBeCloseTo(planned!.inflation!, 12);
      expect(effect.inflation).toBeGreaterThan(1);
    }
    // Amounts of up to 200, two cells an arm, noise of scale 200 in each: the formula of the planner by hand.
    const [n, m] = [people('exposed'), people('holdout')];
    const noise = 2 * variance(discreteLaplace(parseEpsilon(1), 20_000n)) * 0.01 ** 2;
    for (const effect of effects('sales')) {
      const spread = effect.spread! * 200;
      const error = Math.sqrt((spread ** 2 + noise / n) / n + (spread ** 2 + noise / m) / m);
      expect(effect.absolute! / error).toBeCloseTo(1.959964 + 0.841621, 5);
      expect(effect.inStandardDeviations).toBeCloseTo(effect.absolute! / spread, 12);
      expect([effect.kind, effect.baseRate, effect.relative]).toEqual(['amount', null, null]);
    }
    expect(effects('sales').map(({ spread }) => spread)).toEqual([0.05, 0.1, 0.25]);
  });

  it('tells what each side learns as facts and as sentences, and how the terms compare', async () => {
    const { publisher, offer, approval } = await offered();
    const { learns, ownLearns, comparison } = await publisher.services.sessions.previewApproval(
      offer.id,
      approval,
    );
    expect(learns.own.map(({ what }) => what)).toEqual([
      ...['overlap-by-cell', 'sum', 'sum', 'list-size', 'timing'],
    ]);
    expect(learns.own[1]).toEqual({ what: 'sum', measure: 'buyers', noise: 'dp', epsilon: '3' });
    expect(ownLearns[1]).toBe('the sum of buyers by cell, with noise (epsilon 3 in all)');
    expect(learns.partner.map(({ what }) => what)).toContain('cells');
    expect(comparison.filter(({ isWithin }) => !isWithin)).toEqual([]);
    expect(comparison.find(({ term }) => term === 'epsilon')).toEqual({
      ...{ term: 'epsilon', limit: 'at-most', offered: ['3'], agreed: ['3'], isWithin: true },
    });

    const agreement = await publisher.services.agreements.get(publisher.agreement);
    const changes = [
      ['epsilon', { epsilon: '3.5' }],
      ['purpose', { purpose: 'resale' }],
      ['minCell', { minCell: 49 }],
      ['role', { initiatorRole: 'cohorts' }],
      ['shareLabels', { shareLabels: false }],
      ['agreement', { agreement: '0'.repeat(64) }],
    ] as const;
    for (const [term, change] of changes) {
      const terms = { ...offer.terms, ...change };
      const rows = compareWithAgreement(agreement, terms, 'responder');
      expect(rows.filter(({ isWithin }) => !isWithin).map((row) => row.term)).toEqual([term]);
      await failure(() => requireWithinAgreement(agreement, terms, 'responder'));
    }
  });
});

describe('a session that is under way', () => {
  it('tells how far it is and whether the partner is there, until it has ended', async () => {
    const { publisher, advertiser, session, offer, approval } = await offered();
    const told: SessionEvent[] = [];
    publisher.services.sessions.subscribe(offer.id, (event) => told.push(event));
    for (const [side, id] of [[publisher, offer.id] as const, [advertiser, session.id] as const]) {
      const { progress, agreementName, datasetName } = await side.services.sessions.get(id);
      expect(progress).toMatchObject({ stage: 'offering', done: 0, total: 0, peer: 'connected' });
      expect(agreementName).toBe('Autumn campaign');
      expect(datasetName).toBe(side === advertiser ? 'orders' : null);
    }
    await publisher.services.sessions.approve(offer.id, approval, OPERATOR);
    await Promise.all([until(advertiser, session.id, ENDED), until(publisher, offer.id, ENDED)]);
    const details = told.filter(({ kind }) => kind === 'progress').map(({ detail }) => detail);
    expect(details.map(({ stage }) => stage)).toEqual(expect.arrayContaining(['queued', 'reading']));
    expect(details.at(-1)).toMatchObject({ peer: 'connected' });
    expect(details.at(-1)!['bytesSent']).toBeGreaterThan(0);
    expect((await publisher.services.sessions.get(offer.id)).progress).toBeNull();
    expect((await advertiser.services.sessions.get(session.id)).progress).toBeNull();
  });

  it('tells that the partner left, and is found by what it is', async () => {
    const { publisher, advertiser, offer } = await offered();
    const { sessions } = publisher.services;
    const gone = new Promise<void>((resolve) => {
      sessions.subscribe(offer.id, ({ detail }) => {
        if (detail['peer'] === 'gone') resolve();
      });
    });
    await advertiser.node.close(0);
    await gone;
    expect(await sessions.get(offer.id)).toMatchObject({ state: 'offered', progress: { peer: 'gone' } });
    const ids = async (query: Parameters<typeof sessions.list>[0]): Promise<string[]> =>
      (await sessions.list(query)).items.map(({ id }) => id);
    const { agreement } = publisher;
    const mine = { mode: 'aggregate', side: 'responder', agreement, limit: 200 } as const;
    expect(await ids({ ...mine, state: ['running', 'offered'] })).toEqual([offer.id]);
    for (const other of [{ state: ['running', 'done'] as const }, { mode: 'psi' } as const]) {
      expect(await ids({ ...mine, ...other })).toEqual([]);
    }
    expect(await ids({ side: 'initiator' })).toEqual([]);
    expect(await ids({ schedule: offer.id })).toEqual([]);
  });
});
