import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise, ProfileComparison, PROFILES, type Profile } from '../../src/identity/index.js';

function differing(comparison: ProfileComparison): Record<string, number> {
  return Object.fromEntries(comparison.differences().map((row) => [row.profiles.join('-'), row.differing]));
}

describe('ProfileComparison', () => {
  it('counts the rows whose forms differ, for each two profiles', () => {
    const comparison = new ProfileComparison('email');
    for (const text of [
      'jane@example.com',
      'jane.doe@gmail.com', // uid2 and google drop the dot
      'jane.doe@googlemail.com', // google alone
      'ja ne@example.com', // google alone accepts it
      'nobody',
      'b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514',
    ]) {
      comparison.add(text);
    }
    expect([comparison.compared, comparison.unusable, comparison.hashed]).toEqual([4, 1, 1]);
    expect(differing(comparison)).toEqual({
      'uid2-google': 2,
      'uid2-meta': 1,
      'uid2-pair': 1,
      'google-meta': 3,
      'google-pair': 3,
      'meta-pair': 0,
    });
  });

  it('reads phone numbers in the region', () => {
    const comparison = new ProfileComparison('phone', 'US');
    comparison.add('(650) 555-1212');
    expect(comparison.compared).toBe(1);
    expect(differing(comparison)).toMatchObject({ 'uid2-google': 0, 'uid2-meta': 1, 'meta-pair': 1 });
    expect(() => new ProfileComparison('phone', 'UK')).toThrow(/country code/);
  });

  it('takes a customer id that looks like a digest for a customer id', () => {
    const comparison = new ProfileComparison('customer_id');
    comparison.add('a'.repeat(64));
    expect([comparison.compared, comparison.hashed]).toEqual([1, 0]);
  });

  it('agrees with normalising each row under both profiles', () => {
    const rows = fc.array(fc.stringMatching(/^[a-zÉ.+ ]{0,6}@(gmail\.com|googlemail\.com|x\.com|)$/), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(rows, (texts) => {
        const comparison = new ProfileComparison('email');
        for (const text of texts) comparison.add(text);
        const form = (text: string, profile: Profile): string | undefined => {
          const outcome = normalise('email', text, { profile });
          return outcome.ok ? outcome.normalised : undefined;
        };
        for (const { profiles, differing: count } of comparison.differences()) {
          const [one, other] = profiles;
          expect(count).toBe(texts.filter((text) => form(text, one) !== form(text, other)).length);
        }
        expect(comparison.compared + comparison.unusable).toBe(texts.length);
        expect(comparison.differences()).toHaveLength((PROFILES.length * (PROFILES.length - 1)) / 2);
      }),
    );
  });
});
