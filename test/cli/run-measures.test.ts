import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/index.js';
import { addresses } from './support/lists.js';
import {
  type Party,
  expectFailure,
  reportOf,
  runPair,
  startPair,
  bothEnded,
} from './support/two-terminals.js';
import { vesica } from './support/vesica-process.js';

/** Two real processes with encrypted measures, and with ledgers. */

const people = addresses(0, 120);
const COHORTS: Party = {
  csv: ['email,arm', ...people.map((email, i) => `${email},${i % 2 ? 'seen' : 'held out'}`), ''].join('\n'),
  session: {
    role: 'cohorts',
    data: { source: 'list.csv', identifiers: { email: 'email' }, cohorts: ['arm'] },
    arms: { column: 'arm', treatment: ['seen'], control: 'held out' },
    measures: [
      { name: 'bought', bound: 1 },
      { name: 'spend', bound: 10, quantum: 0.5, statistic: 'sum-and-squares' },
    ],
  },
};
/** Customer i of the first forty spends i/4 in one order, and customer 1 twice; customer 119 more than the bound. */
const ORDERS = [
  ...people.slice(0, 40).map((email, i) => `${email},1,${(i / 4).toFixed(2)}`),
  `${people[1]},1,2.00`,
  `${people[119]},1,400`,
  'stranger@example.com,1,7',
];
const measuresOf = (lines: readonly string[], rules: object = {}): Party => ({
  csv: ['email,orders,total', ...lines, ''].join('\n'),
  session: {
    role: 'measures',
    measures: [
      { name: 'bought', bound: 1, column: 'orders' },
      { name: 'spend', bound: 10, quantum: 0.5, statistic: 'sum-and-squares', column: 'total', ...rules },
    ],
  },
});
const both = { mode: 'aggregate', privacy: { epsilon: 20, minCell: 10 } };

/** Exact sums: the even customers are held out. Quarters are rounded to halves, upper when half way. */
const halves = (i: number): number => Math.round(i / 2) / 2;
const sumOf = (parity: number): number =>
  people.slice(0, 40).reduce((sum, _, i) => sum + (i % 2 === parity ? halves(i) : 0), 0);
const EXACT = { bought: [20, 21], spend: [sumOf(0), sumOf(1) + 2 + 10] };

/** At these epsilons noise beyond these is rarer than once in 10^9 sessions. */
const LARGEST = { bought: 4, spend: 35 };

function sums(report: Report, name: 'bought' | 'spend'): number[] {
  return report.measures.find((measure) => measure.name === name)!.cells.map(({ sum }) => sum);
}

describe('measures', () => {
  it('give both sides sums within the noise, with repeats added and the bound kept', async () => {
    const { ended, workspace } = await runPair({
      both: { ...both, output: ['report.json', 'report.html'] },
      initiator: measuresOf(ORDERS),
      responder: COHORTS,
    });
    for (const [side, folder] of [
      [ended.initiator, 'shop'],
      [ended.responder, 'news'],
    ] as const) {
      const report = reportOf(side);
      expect(report.cells.map(({ label }) => label['arm'])).toEqual(['held out', 'seen']);
      for (const name of ['bought', 'spend'] as const) {
        sums(report, name).forEach((sum, i) => {
          expect(Math.abs(sum - EXACT[name][i]!), `${name} ${i}`).toBeLessThanOrEqual(LARGEST[name]);
        });
      }
      expect(report.measures.map(({ lift }) => lift?.kind)).toEqual(['conversion', 'value']);
      expect(JSON.parse(workspace.read(`${folder}/report.json`))).toEqual(report);
      expect(workspace.read(`${folder}/report.html`)).toContain('<!doctype html>');
    }
    // Each has the other's noise: two draws that agree in all six sums would be a wonder.
    const all = (report: Report): number[] => [...sums(report, 'bought'), ...sums(report, 'spend')];
    expect(all(reportOf(ended.initiator))).not.toEqual(all(reportOf(ended.responder)));
  });

  it.each([
    ['a negative value', '-1.50', {}],
    ['a text', 'much', {}],
    ['not a number', 'NaN', {}],
    ['a fraction of the quantum', '1.25', { betweenQuanta: 'refuse' }],
    ['a value past the bound', '10.5', { aboveBound: 'refuse' }],
    ['an absent value', '', { missing: 'refuse' }],
  ])('refuse %s, naming column and line, before anything is said', async (_, value, rules) => {
    const { ended, proxy } = await runPair({
      both: { ...both, timeouts: { connectSeconds: 60, idleSeconds: 60 } },
      record: true,
      initiator: measuresOf(
        [...ORDERS.slice(0, 5).filter((__, i) => i % 2 === 0), `eve@example.com,1,${value}`],
        rules,
      ),
      responder: COHORTS,
    });
    expectFailure(ended.initiator, 'data/invalid-measure', 'total');
    expect(ended.initiator.stderr).toContain('line 5');
    if (value !== '') expect(ended.initiator.stderr).not.toContain(value);
    expectFailure(ended.responder, 'peer/stopped');
    expect(proxy.typesFrom('initiator')).toEqual(['abort']);
  });

  it('refuse to count what could not be decrypted, on both sides, before any element', async () => {
    const measures = [{ name: 'spend', bound: 10_000_000_000, quantum: 1 }];
    const { ended, proxy } = await runPair({
      both: { ...both, measures },
      record: true,
      initiator: { csv: 'email,spend\nann@example.com,5\n', session: { role: 'measures' } },
      responder: { ...COHORTS, session: { ...COHORTS.session, measures } },
    });
    expectFailure(ended.initiator, 'limit/measure-range', 'measures.spend');
    expectFailure(ended.responder, 'limit/measure-range', 'measures.spend');
    expect(proxy.messages.some(({ message }) => message.type === 'chunk')).toBe(false);
  });

  it('refuse measures that the other side does not have', async () => {
    const { ended } = await runPair({
      both,
      initiator: measuresOf(ORDERS),
      responder: { ...COHORTS, session: { ...COHORTS.session, measures: [{ name: 'bought', bound: 1 }] } },
    });
    expectFailure(ended.initiator, 'agreement/mismatch', 'measures');
    expectFailure(ended.responder, 'agreement/mismatch', 'measures');
  });
});

describe('a ledger', () => {
  const ledger = { file: '../spent.jsonl', epsilon: 2.5, delta: 1e-5 };
  const withLedger = (party: Party, file: string): Party => ({
    ...party,
    session: { ...party.session, ledger: { ...ledger, file } },
  });
  const options = (orders: readonly string[]) => ({
    both: { mode: 'aggregate', privacy: { epsilon: 1, minCell: 10 } },
    tls: {},
    initiator: withLedger(measuresOf(orders), 'spent.jsonl'),
    responder: withLedger(COHORTS, 'spent.jsonl'),
  });

  it('answers the same request again without new noise, charges for other data, and refuses past the budget', async () => {
    const terminals = await startPair(options(ORDERS));
    const first = await bothEnded(terminals);
    const { workspace } = terminals;
    const again = async () => {
      const [initiator, responder] = await Promise.all(
        ['shop', 'news'].map((party) => vesica('run', workspace.path(`${party}/session.yaml`), '--json')),
      );
      return { initiator: initiator!, responder: responder! };
    };
    const entries = (): number => workspace.read('shop/spent.jsonl').trim().split('\n').length;
    expect(first.initiator.stderr).toMatch(/epsilon 1(\.0+1)? of 2\.5 spent in 1 session/);
    const before = entries();

    const second = await again();
    for (const side of ['initiator', 'responder'] as const) {
      const [fresh, replayed] = [reportOf(first[side]), reportOf(second[side])];
      expect(replayed.cells).toEqual(fresh.cells);
      expect(replayed.measures).toEqual(fresh.measures);
      expect(replayed.answeredFrom).toBe(fresh.session);
      expect(fresh.answeredFrom).toBeNull();
    }
    expect(entries()).toBe(before);

    // Another order makes it another request.
    workspace.write('shop/list.csv', `${workspace.read('shop/list.csv')}new@example.com,1,3\n`);
    const third = await again();
    expect(reportOf(third.initiator).answeredFrom).toBeNull();
    expect(entries()).toBeGreaterThan(before);

    workspace.write('shop/list.csv', `${workspace.read('shop/list.csv')}newer@example.com,1,3\n`);
    const spent = [workspace.read('shop/spent.jsonl'), workspace.read('news/spent.jsonl')];
    const fourth = await again();
    expectFailure(fourth.initiator, 'budget/exceeded');
    expectFailure(fourth.responder, 'budget/exceeded');
    expect([workspace.read('shop/spent.jsonl'), workspace.read('news/spent.jsonl')]).toEqual(spent);
  });
});
