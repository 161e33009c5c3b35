import { describe, expect, it } from 'vitest';
import { addresses, csvOf } from './support/lists.js';
import { reportOf, runPair } from './support/two-terminals.js';

/**
 * Sizes of the two lists: about one half of a chunk of a stream, and six chunks, the last of one item. The engine is the
 * best that this machine has.
 */
const SIZES: readonly (readonly [shop: number, news: number])[] = [
  [4095, 4096],
  [40961, 4096],
];

describe('psi on larger lists', () => {
  it.each(SIZES)('%i against %i addresses', async (shopSize, newsSize) => {
    // The last of the one are among the first of the other, in another order and another spelling.
    const shop = addresses(0, shopSize);
    const shared = Math.floor(Math.min(shopSize, newsSize) / 3);
    const news = [...addresses(shopSize - shared, newsSize)]
      .reverse()
      .map((address) => address.toUpperCase());
    const { workspace, ended } = await runPair({
      both: { threads: 2 },
      initiator: { csv: csvOf(shop), session: { output: 'audience.csv' } },
      responder: { csv: csvOf(news), session: { output: 'audience.csv' } },
    });
    expect(reportOf(ended.initiator).lists).toEqual({ own: shopSize, partner: newsSize });
    expect(reportOf(ended.responder).matchedKeys).toBe(shared);
    expect(workspace.read('shop/audience.csv')).toBe(csvOf(shop.slice(-shared)));
    expect(workspace.read('news/audience.csv')).toBe(csvOf(news.slice(-shared)));
  });
});
