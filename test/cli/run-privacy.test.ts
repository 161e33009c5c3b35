import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/errors.js';
import { type Canary, type Needle, found, needlesOf } from './support/canaries.js';
import { sha256 } from './support/lists.js';
import {
  type PairOptions,
  type SessionContent,
  expectFailure,
  reportOf,
  runPair,
} from './support/two-terminals.js';

/** No identifier, normalised form or match key leaves a node, on the wire or in what it prints. */

const email = (written: string): Canary => ({ type: 'email', written, normalised: written.toLowerCase() });
const EMAILS = {
  both: email('Canary.Shared@Example.com'),
  shop: email('Canary.Shop@Example.com'),
  news: email('Canary.News@Example.com'),
};
/** Known to its owner only as a digest. */
const HASHED: Canary = {
  type: 'email',
  written: sha256('canary.hashed@example.com').toString('hex'),
  normalised: 'canary.hashed@example.com',
};
const OTHERS: readonly Canary[] = [
  { type: 'phone', written: '020 794 9901', normalised: '+31207949901' },
  { type: 'customer_id', written: 'CANARY-4711', normalised: 'CANARY-4711' },
  { type: 'domain', written: 'www.canary-customer.com', normalised: 'canary-customer.com' },
];
const CANARIES = [...Object.values(EMAILS), HASHED, ...OTHERS];
const needles: Needle[] = (await Promise.all(CANARIES.map(needlesOf))).flat();
const PURPOSE = 'a purpose that travels in clear';

const others = OTHERS.map(({ written }) => written).join(',');
const shopCsv = [
  'email,tel,id,site,arm',
  `${EMAILS.both.written},${others},A`,
  `${EMAILS.shop.written},,,,B`,
  `${HASHED.written},,,,A`,
  '',
].join('\n');
const newsCsv = [
  'email,tel,id,site',
  `${EMAILS.both.written},${others}`,
  `${EMAILS.news.written},,,`,
  `${HASHED.written},,,`,
  '',
].join('\n');
const list = (more: SessionContent = {}): SessionContent => ({
  source: 'list.csv',
  identifiers: { email: 'email' },
  region: 'NL',
  ...more,
});
const allTypes = { email: 'email', tel: 'phone', id: 'customer_id', site: 'domain' };
const count = { epsilon: 20, minCell: 1 };

const SESSIONS: readonly (readonly [
  mode: string,
  both: SessionContent,
  shop: SessionContent,
  news: SessionContent,
])[] = [
  ['psi', { data: list({ identifiers: allTypes }) }, {}, {}],
  [
    'psi-ca',
    { data: list(), privacy: { ...count, disclosure: 'dp' } },
    { role: 'receiver' },
    { role: 'sender' },
  ],
  [
    'aggregate',
    { privacy: count },
    {
      role: 'cohorts',
      data: list({ cohorts: ['arm'] }),
      arms: { column: 'arm', treatment: ['A'], control: 'B' },
    },
    { role: 'measures', data: list() },
  ],
];

/** Runs a pair and returns everything it sent and printed, by name. */
async function everythingFrom(options: PairOptions) {
  const run = await runPair({ record: true, ...options });
  const { proxy, ended } = run;
  const said = (from: string): Buffer =>
    Buffer.concat(
      [...proxy.messages, ...proxy.others].filter((one) => one.from === from).map(({ payload }) => payload),
    );
  const haystacks: Record<string, Buffer> = {
    'frames of shop': said('initiator'),
    'frames of news': said('responder'),
    'standard output of shop': Buffer.from(ended.initiator.stdout),
    'standard output of news': Buffer.from(ended.responder.stdout),
    'standard error of shop': Buffer.from(ended.initiator.stderr),
    'standard error of news': Buffer.from(ended.responder.stderr),
  };
  return { ...run, haystacks };
}

describe('nothing that identifies anybody', () => {
  it.each(SESSIONS)('is on the wire or in a log of a session of mode %s', async (mode, both, shop, news) => {
    const { proxy, ended, haystacks } = await everythingFrom({
      both: { mode, purpose: PURPOSE, ...both },
      initiator: { csv: shopCsv, session: shop },
      responder: { csv: newsCsv, session: news },
    });
    const report = reportOf(ended.initiator);
    reportOf(ended.responder);
    if (mode === 'psi') expect(report.matchedKeys).toBe(5);
    for (const [name, haystack] of Object.entries(haystacks)) {
      expect(haystack.length, name).toBeGreaterThan(0);
      expect(found(needles, haystack), name).toEqual([]);
    }
    // The recorded frames are all of the session, and readable: what travels in clear is found in them.
    const clear: Needle = { name: 'purpose', bytes: Buffer.from(PURPOSE), isText: true };
    expect(found([clear], haystacks['frames of shop']!)).toEqual(['purpose']);
    const items = proxy.messages.filter(({ message }) => message.type === 'chunk');
    expect(items.length).toBeGreaterThan(1);
    const sent = proxy.messages.filter(({ from }) => from === 'initiator');
    expect(sent.reduce((sum, { payload }) => sum + payload.length, 0)).toBe(report.bytes.sent);
  });

  it.each<[string, SessionContent, string]>([
    [
      'two cohorts for one person',
      { data: list({ cohorts: ['arm'] }), role: 'cohorts', mode: 'aggregate' },
      `email,arm\n${EMAILS.shop.written},A\n${EMAILS.shop.written},B\n`,
    ],
    ['a row too wide', { data: list() }, `email\n${EMAILS.shop.written},${EMAILS.both.written}\n`],
    ['no header', { data: list() }, `${EMAILS.shop.written}\n${EMAILS.both.written}\n`],
  ])('is in a log of a session that fails over its data: %s', async (_, session, csv) => {
    const { ended, haystacks } = await everythingFrom({
      first: 'responder',
      initiator: { csv, session },
      responder: { csv: newsCsv },
    });
    expect(ended.initiator.code, ended.initiator.stderr).toBe(EXIT_CODES.data);
    expectFailure(ended.responder, 'peer/stopped');
    for (const [name, haystack] of Object.entries(haystacks))
      expect(found(needles, haystack), name).toEqual([]);
  });
});

describe('the search', () => {
  it('finds every form where it is', () => {
    expect(new Set(needles.map(({ name }) => name)).size).toBe(needles.length);
    for (const needle of needles) {
      const planted = Buffer.concat([Buffer.from('before '), needle.bytes, Buffer.from(' after')]);
      expect(found(needles, planted)).toContain(needle.name);
    }
    expect(found(needles, Buffer.from(`say ${EMAILS.shop.written.toUpperCase()}`))).toHaveLength(2);
  });

  it('finds the identifiers in the lists themselves', () => {
    const names = found(needles, Buffer.from(shopCsv));
    for (const canary of [EMAILS.both, EMAILS.shop, HASHED, ...OTHERS]) {
      expect(names).toContain(`${canary.written}: as written`);
    }
    expect(names).not.toContain(`${EMAILS.news.written}: as written`);
  });
});
