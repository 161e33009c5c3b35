import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../src/transport/index.js';
import {
  NEWS_AUDIENCE,
  NEWS_CSV,
  SHOP_AUDIENCE,
  SHOP_CSV,
  SHOP_SUPPRESSION,
  addresses,
  csvOf,
} from './support/lists.js';
import { parquetRows } from './support/parquet.js';
import { expectPlainSpeech, reportOf, runPair } from './support/two-terminals.js';
import { vesica } from './support/vesica-process.js';

/** Two real processes, a real socket, two files. */

const messy = { initiator: { csv: SHOP_CSV }, responder: { csv: NEWS_CSV } };

/** Rows of a CSV file that the program wrote: one column, no quoted field. */
const csvRows = (text: string): string[] => text.split('\n').slice(1, -1);

describe('psi', () => {
  it('writes the audience of each side, as CSV and as Parquet', async () => {
    const { workspace, ended } = await runPair({
      initiator: { csv: SHOP_CSV, session: { output: 'audience.csv' } },
      responder: { csv: NEWS_CSV, session: { output: 'audience.parquet' } },
    });
    const [shop, news] = [reportOf(ended.initiator), reportOf(ended.responder)];
    expect([shop.matchedKeys, news.matchedKeys]).toEqual([5, 5]);
    expect(shop.lists).toEqual({ own: 7, partner: 6 });
    expect(shop.data.byType).toEqual({
      email: { keys: 7, hashed: 2, duplicates: 1, blank: 1, rejected: { 'not-an-email': 1 } },
    });
    expect(csvRows(workspace.read('shop/audience.csv'))).toEqual(SHOP_AUDIENCE);
    expect(await parquetRows(workspace.path('news/audience.parquet'))).toEqual(
      NEWS_AUDIENCE.map((email) => ({ email })),
    );
    expect(shop.receipts.transcript).toBe(news.receipts.transcript);
    expect(shop.receipts.partner).toEqual(news.receipts.own);
    expectPlainSpeech(ended.initiator.stderr);
    expectPlainSpeech(ended.responder.stderr);
  });

  it('writes the suppression list of the one side that learns, and tells the other nothing', async () => {
    const { workspace, ended } = await runPair({
      initiator: { csv: NEWS_CSV, session: { role: 'sender', output: 'report.json' } },
      responder: {
        csv: SHOP_CSV,
        session: { role: 'receiver', output: 'rest.parquet', select: 'unmatched' },
      },
    });
    expect(reportOf(ended.responder).matchedKeys).toBe(5);
    expect(await parquetRows(workspace.path('news/rest.parquet'))).toEqual(
      SHOP_SUPPRESSION.map((email) => ({ email })),
    );
    const sender = reportOf(ended.initiator);
    expect(sender.matchedKeys).toBeNull();
    expect(JSON.parse(workspace.read('shop/report.json'))).toEqual(sender);
  });

  it('prints its report as text, and all else on standard error', async () => {
    const { workspace, ended } = await runPair({
      json: false,
      initiator: { csv: SHOP_CSV, session: { output: 'audience.csv' } },
      responder: { csv: NEWS_CSV },
    });
    const { code, stdout, stderr } = ended.initiator;
    expect(code, stderr).toBe(0);
    expect(stdout.split('\n').slice(0, 5)).toEqual([
      'Report of shop about shop and news (psi, role both)',
      '',
      '  own list      7 keys from 10 rows (1 values rejected)',
      '  partner list  6 keys',
      '  matched       5 keys',
    ]);
    expect(stderr).toContain(`wrote ${workspace.path('shop/audience.csv')}`);
    expect(stderr).not.toContain('Report of');
  });

  it('matches rows by any of several identifier types', async () => {
    const data = { source: 'list.csv', identifiers: { mail: 'email', tel: 'phone' }, region: 'NL' };
    const { workspace, ended } = await runPair({
      both: { data },
      initiator: {
        csv: 'mail,tel\nann@example.com,020 794 2222\nbob@example.com,\n,+31 20 794 3333\n',
        session: { output: 'audience.csv' },
      },
      responder: { csv: 'tel,mail\n+31207942222,\n,BOB@example.com\n020-7944444,\n' },
    });
    expect(reportOf(ended.initiator).matchedKeys).toBe(2);
    expect(workspace.read('shop/audience.csv')).toBe(
      'mail,tel\nann@example.com,020 794 2222\nbob@example.com,\n',
    );
  });
});

describe('psi-ca', () => {
  it('counts exactly where both sides say so', async () => {
    const { ended } = await runPair({
      ...messy,
      both: { mode: 'psi-ca', privacy: { disclosure: 'exact' } },
      initiator: { ...messy.initiator, session: { role: 'receiver' } },
      responder: { ...messy.responder, session: { role: 'sender' } },
    });
    for (const report of [reportOf(ended.initiator), reportOf(ended.responder)]) {
      expect(report.cells.map(({ count }) => count)).toEqual([5]);
      expect(report.privacy.counts).toMatchObject({ mechanism: 'none', sigma2: 0 });
      expect(report.matchedKeys).toBeNull();
    }
  });

  it('counts within the noise, and keeps the result from the sender if it is not shared', async () => {
    const { ended } = await runPair({
      both: { mode: 'psi-ca', privacy: { epsilon: 20 }, share: { results: false } },
      initiator: { ...messy.initiator, session: { role: 'sender' } },
      responder: { ...messy.responder, session: { role: 'receiver' } },
    });
    const receiver = reportOf(ended.responder);
    // At epsilon 20 a count is off by more than 1 once in 10^17 runs.
    expect(Math.abs(receiver.cells[0]!.count! - 5)).toBeLessThanOrEqual(1);
    expect(receiver.privacy.counts).toMatchObject({ mechanism: 'truncated-discrete-laplace', epsilon: 20 });
    expect(reportOf(ended.initiator).cells).toEqual([]);
  });
});

describe('aggregate', () => {
  const arms = { column: 'arm', treatment: ['seen'], control: 'held out' };
  const people = addresses(0, 60);
  const csv = [
    'email,arm,place',
    ...people.map((email, i) => `${email},${i % 2 ? 'seen' : 'held out'},${i < 40 ? 'N' : 'S'}`),
  ];
  const cohorts = {
    csv: `${csv.join('\n')}\n`,
    session: {
      role: 'cohorts',
      arms,
      data: { source: 'list.csv', identifiers: { email: 'email' }, cohorts: ['arm', 'place'] },
    },
  };
  // Bought: customers 1, 3, ... 19 (seen, N), 0 and 2 (held out, N), 41 (seen, S), and five whom nobody knows.
  const buyers = [...people.filter((_, i) => (i % 2 === 1 && i < 20) || i === 0 || i === 2 || i === 41)];
  const measures = {
    csv: csvOf([...buyers, ...addresses(1000, 5)]),
    session: { role: 'measures' },
  };
  const expected = [
    { label: { arm: 'held out', place: 'N' }, size: 20, count: 2 },
    { label: { arm: 'held out', place: 'S' }, size: 10, count: 0 },
    { label: { arm: 'seen', place: 'N' }, size: 20, count: 10 },
    { label: { arm: 'seen', place: 'S' }, size: 10, count: 1 },
  ];

  it('gives both sides each cell within the noise, and the lift', async () => {
    const { ended } = await runPair({
      both: { mode: 'aggregate', privacy: { epsilon: 20, minCell: 10 } },
      initiator: measures,
      responder: cohorts,
    });
    for (const report of [reportOf(ended.initiator), reportOf(ended.responder)]) {
      expect(report.cells.map(({ label, size }) => ({ label, size }))).toEqual(
        expected.map(({ label, size }) => ({ label, size })),
      );
      report.cells.forEach(({ count }, i) => {
        expect(Math.abs(count! - expected[i]!.count)).toBeLessThanOrEqual(1);
      });
      const [seen] = report.lift!.overall;
      expect(seen).toMatchObject({ arm: 'seen', lift: { treatment: { n: 30 }, control: { n: 30 } } });
      expect(Math.abs(seen!.lift.absolute.value! - 9 / 30)).toBeLessThan(0.2);
    }
  });

  it('keeps labels and arms on the side that has them', async () => {
    const { ended } = await runPair({
      both: { mode: 'aggregate', privacy: { epsilon: 20, minCell: 10 }, share: { labels: false } },
      initiator: cohorts,
      responder: measures,
    });
    const other = reportOf(ended.responder);
    expect(other.cells.map(({ label }) => label)).toEqual([{}, {}, {}, {}]);
    expect(other.lift).toBeNull();
    expect(reportOf(ended.initiator).lift).not.toBeNull();
  });
});

describe('lists that are hardly there', () => {
  const none = csvOf([]);
  const one = csvOf(['ann@example.com']);
  const other = csvOf(['bob@example.com', 'carol@example.com']);
  it.each([
    ['empty against empty', none, none],
    ['empty against one', none, one],
    ['one against empty', one, none],
    ['disjoint', one, other],
  ])('psi: %s', async (_, shop, news) => {
    const { workspace, ended } = await runPair({
      initiator: { csv: shop, session: { output: 'audience.csv' } },
      responder: { csv: news, session: { output: 'rest.csv', select: 'unmatched' } },
    });
    expect(reportOf(ended.initiator).matchedKeys).toBe(0);
    expect(reportOf(ended.responder).matchedKeys).toBe(0);
    expect(workspace.read('shop/audience.csv')).toBe('email\n');
    expect(workspace.read('news/rest.csv')).toBe(news);
  });

  it.each([
    ['empty against empty', none, none],
    ['empty against one', none, one],
  ])('psi-ca with noise: %s', async (_, shop, news) => {
    const { ended } = await runPair({
      both: { mode: 'psi-ca', privacy: { epsilon: 20 } },
      initiator: { csv: shop, session: { role: 'receiver' } },
      responder: { csv: news, session: { role: 'sender' } },
    });
    for (const report of [reportOf(ended.initiator), reportOf(ended.responder)]) {
      expect(Math.abs(report.cells[0]!.count!)).toBeLessThanOrEqual(1);
    }
  });
});

describe('TLS', () => {
  it('works with identities that the program made, the initiator first', async () => {
    const { workspace, ended } = await runPair({ tls: {}, first: 'initiator' });
    const [shop, news] = [reportOf(ended.initiator), reportOf(ended.responder)];
    expect([shop.matchedKeys, news.matchedKeys]).toEqual([2, 2]);
    // The receipts are signed with the keys that the session files name.
    for (const [party, report] of [
      ['shop', news],
      ['news', shop],
    ] as const) {
      const shown = await vesica('identity', 'show', workspace.path(`${party}/me.id`));
      const key = Buffer.from(report.receipts.partner.key, 'hex');
      expect(shown.stdout.trim()).toBe(fingerprint(key));
    }
  });
});
