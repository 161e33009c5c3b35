import { describe, expect, it } from 'vitest';
import { checkData } from '../../src/data/index.js';
import { systemRandom } from '../../src/system-random.js';
import { hasReferenceData, referenceFile, referenceJson } from '../support/reference-data.js';
import { emails, failure, file, inFolder, load } from './scratch.js';

describe('checkData', () => {
  it('counts what a list would be and what another profile would cost', async () => {
    const path = file(
      'check.csv',
      'email,arm\nJane.Doe+x@gmail.com,t\njane.doe@example.com,t\n,c\nno address,c\njane.doe@example.com,c\n' +
        `${'ab'.repeat(32)},t\n`,
    );
    const check = await checkData(emails(path, { cohorts: ['arm'] }), { random: systemRandom });
    expect(check.cells).toBe(1);
    expect(check.counts).toEqual({
      rows: 6,
      rowsWithoutConsent: 0,
      ambiguous: 1,
      byType: { email: { keys: 3, hashed: 1, duplicates: 1, blank: 1, rejected: { 'not-an-email': 1 } } },
    });
    const { compared, hashed, differences } = check.profiles.email!;
    expect([compared, hashed]).toEqual([3, 1]);
    const between = Object.fromEntries(differences.map((entry) => [entry.profiles.join(), entry.differing]));
    expect(between).toMatchObject({ 'uid2,google': 0, 'uid2,meta': 1, 'google,pair': 1, 'meta,pair': 0 });
  });

  it('ends with the errors of a load', async () => {
    await failure(checkData(emails(inFolder('none.csv')), { random: systemRandom }), 'data/unreadable');
  });
});

describe.runIf(hasReferenceData)('the MineThatData experiment', () => {
  interface Expected {
    readonly [arm: string]: { readonly conversion: { readonly n_t: number; readonly n_c: number } };
  }

  it('has the published number of customers in each arm and 21 cells', async () => {
    const published = referenceJson<Expected>('hillstrom/expected.json');
    const path = referenceFile('hillstrom/hillstrom.csv.gz').replaceAll("'", "''");
    const list = await load({
      sql: `SELECT 'c' || row_number() OVER () AS id, segment, history_segment FROM read_csv('${path}', all_varchar = true)`,
      identifiers: { id: { type: 'customer_id' } },
      cohorts: ['segment', 'history_segment'],
      profile: 'uid2',
    });
    expect(list.rows.length).toBe(64_000);
    expect(list.cellLabels).toHaveLength(21);
    const arms: Record<string, number> = {};
    for (const cell of list.cells!) {
      const arm = list.cellLabels[cell]![0]!;
      arms[arm] = (arms[arm] ?? 0) + 1;
    }
    expect(arms).toEqual({
      'Mens E-Mail': published['Mens E-Mail']!.conversion.n_t,
      'Womens E-Mail': published['Womens E-Mail']!.conversion.n_t,
      'No E-Mail': published['Mens E-Mail']!.conversion.n_c,
    });
  });

  it('reads the gzip CSV itself: 64,000 rows and the spend values as they are printed', async () => {
    const list = await load({
      source: referenceFile('hillstrom/hillstrom.csv.gz'),
      identifiers: { zip_code: { type: 'customer_id' } },
      consent: { column: 'conversion', equals: true },
      profile: 'uid2',
    });
    expect(list.counts.rows).toBe(64_000);
    // 267 and 122 conversions of the Mens and No E-Mail arms and 189 of the Womens arm (expected.json).
    expect(64_000 - list.counts.rowsWithoutConsent).toBe(267 + 189 + 122);
    expect(list.rows.length).toBe(3);
  });
});
