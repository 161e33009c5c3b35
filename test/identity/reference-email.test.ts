import { describe, expect, it } from 'vitest';
import { matchKey, normalise, type Profile } from '../../src/identity/index.js';
import { toHex } from '../../src/bytes.js';
import { hasReferenceData, referenceJson } from '../support/reference-data.js';

interface Uid2Row {
  readonly input: string;
  readonly normalized: string;
  readonly sha256_hex?: string;
  readonly sha256_base64: string;
}
interface Uid2File {
  readonly unnormalized_counterexample: {
    readonly input: string;
    readonly wrong_sha256_base64: string;
    readonly right_sha256_base64: string;
  };
  readonly docs_email: readonly Uid2Row[];
  readonly operator_tests: {
    readonly valid_email: readonly Uid2Row[];
    readonly invalid_email: readonly string[];
    readonly valid_email_hash: { readonly preimage: string; readonly accepted: readonly string[] };
    readonly invalid_email_hash: readonly string[];
  };
}
interface DigestRow {
  readonly kind?: string;
  readonly field?: string;
  readonly input: string;
  readonly normalized: string;
  readonly sha256_hex: string;
}
interface DigestFile {
  readonly vectors: readonly DigestRow[];
}

/** What `input` becomes under `profile`, and its key in hexadecimal and base64. */
function email(input: string, profile: Profile) {
  const form = normalise('email', input, { profile });
  const key = matchKey('email', input, { profile });
  if (!form.ok || !key.ok) return { rejected: form.ok ? 'by matchKey only' : form.reason };
  return {
    normalised: form.normalised,
    hex: toHex(key.key),
    base64: Buffer.from(key.key).toString('base64'),
    hashed: key.hashed,
  };
}

describe.skipIf(!hasReferenceData)('UID2 reference e-mails', () => {
  const uid2 = hasReferenceData ? referenceJson<Uid2File>('identifiers/uid2_normalization.json') : undefined!;

  it('gives every printed form and digest of the documentation and of the operator tests', () => {
    const rows = [...uid2.docs_email, ...uid2.operator_tests.valid_email];
    expect(rows).toHaveLength(31);
    for (const row of rows) {
      expect(email(row.input, 'uid2'), row.input).toEqual({
        normalised: row.normalized,
        hex: row.sha256_hex ?? Buffer.from(row.sha256_base64, 'base64').toString('hex'),
        base64: row.sha256_base64,
        hashed: false,
      });
    }
  });

  it('gives the right digest of the counterexample, and never the one without normalisation', () => {
    const { input, wrong_sha256_base64, right_sha256_base64 } = uid2.unnormalized_counterexample;
    expect(email(input, 'uid2').base64).toBe(right_sha256_base64);
    for (const profile of ['google', 'meta', 'pair'] as const) {
      expect(email(input, profile).base64).not.toBe(wrong_sha256_base64);
    }
  });

  it('rejects every invalid address of the operator tests', () => {
    const { invalid_email } = uid2.operator_tests;
    expect(invalid_email).toHaveLength(11);
    for (const input of invalid_email) {
      expect(email(input, 'uid2'), JSON.stringify(input)).toEqual({
        rejected: input.trim() === '' ? 'blank' : 'not-an-email',
      });
    }
  });

  it('takes the accepted spellings of a digest, and no other', () => {
    const { valid_email_hash, invalid_email_hash } = uid2.operator_tests;
    const expected = email(valid_email_hash.preimage, 'uid2').hex;
    for (const encoding of ['auto', 'sha256'] as const) {
      for (const text of valid_email_hash.accepted) {
        const key = matchKey('email', text, { profile: 'uid2', encoding });
        expect(key.ok && toHex(key.key)).toBe(expected);
        expect(key.ok && key.hashed).toBe(true);
      }
    }
    for (const text of invalid_email_hash) {
      const reason = text === '' ? 'blank' : 'bad-hash';
      expect(matchKey('email', text, { profile: 'uid2', encoding: 'sha256' })).toEqual({ ok: false, reason });
      expect(matchKey('email', text, { profile: 'uid2' }).ok).toBe(false);
    }
  });
});

describe.skipIf(!hasReferenceData)('e-mails of the other platforms', () => {
  it.each([
    ['google', 'identifiers/google_format_user_data.json', 'google', 2],
    ['meta', 'identifiers/meta_customer_information.json', 'meta', 1],
    ['liveramp', 'identifiers/liveramp_hashing.json', 'pair', 1],
  ] as const)('gives every form and digest printed by %s', (_name, file, profile, count) => {
    const rows = referenceJson<DigestFile>(file).vectors.filter((row) => (row.kind ?? row.field) !== 'phone');
    const addresses = rows.filter((row) => row.input.includes('@'));
    expect(addresses).toHaveLength(count);
    for (const row of addresses) {
      expect(email(row.input, profile)).toMatchObject({ normalised: row.normalized, hex: row.sha256_hex });
    }
  });
});

describe('IAB PAIR, table 1', () => {
  it('gives the printed digest, which is that of user@example.com', () => {
    expect(email(' USER@Example.com', 'pair')).toMatchObject({
      normalised: 'user@example.com',
      hex: 'b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514',
    });
  });
});
