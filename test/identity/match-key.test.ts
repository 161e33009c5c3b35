import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  IDENTIFIER_TYPES,
  matchKey,
  matchKeyReader,
  normalise,
  PROFILES,
  REJECT_REASONS,
  type IdentifierType,
  type MatchKeyOptions,
  type RejectReason,
} from '../../src/identity/index.js';

const sha256 = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

const IDENTIFIERS: Record<IdentifierType, fc.Arbitrary<string>> = {
  email: fc.emailAddress().filter((text) => normalise('email', text, { profile: 'meta' }).ok),
  phone: fc.stringMatching(/^\+1[2-9][0-9]{9}$/),
  maid: fc.uuid(),
  customer_id: fc.stringMatching(/^[A-Za-z0-9]{1,40}$/),
  domain: fc.stringMatching(/^[a-z]{3,20}$/).map((label) => `${label}.com`),
};

function reasonOf(type: IdentifierType, text: string, options: MatchKeyOptions): RejectReason | undefined {
  const key = matchKey(type, text, options);
  return key.ok ? undefined : key.reason;
}

describe.each(IDENTIFIER_TYPES)('match key of %s', (type) => {
  it('is SHA-256 of the normalised identifier', () => {
    fc.assert(
      fc.property(IDENTIFIERS[type], fc.constantFrom(...PROFILES), (text, profile) => {
        const form = normalise(type, text, { profile });
        const key = matchKey(type, text, { profile });
        if (!form.ok || !key.ok) throw new Error('a good identifier was rejected');
        expect(key.hashed).toBe(false);
        expect(Buffer.from(key.key)).toEqual(sha256(form.normalised));
      }),
    );
  });

  it('is the same from the identifier, from its digest in hexadecimal of either case, and in base64', () => {
    fc.assert(
      fc.property(IDENTIFIERS[type], (text) => {
        const form = normalise(type, text, { profile: 'google' });
        if (!form.ok) throw new Error('a good identifier was rejected');
        const digest = sha256(form.normalised);
        const spellings = [
          digest.toString('hex'),
          digest.toString('hex').toUpperCase(),
          digest.toString('base64'),
        ];
        for (const spelling of [...spellings, ` ${digest.toString('base64')}\n`]) {
          const key = matchKey(type, spelling, { profile: 'google', encoding: 'sha256' });
          expect(key.ok && key.hashed && Buffer.from(key.key)).toEqual(digest);
        }
      }),
    );
  });

  it('is refused where a digest is declared and the text is none', () => {
    for (const text of [
      'jane@x.com',
      'a'.repeat(63),
      `${'A'.repeat(42)}B=`,
      `${'A'.repeat(43)}-`,
      'é'.repeat(64),
    ]) {
      expect(reasonOf(type, text, { profile: 'uid2', encoding: 'sha256' })).toBe('bad-hash');
    }
    expect(reasonOf(type, ' ', { profile: 'uid2', encoding: 'sha256' })).toBe('blank');
    expect(matchKey(type, null, { profile: 'uid2', encoding: 'sha256' })).toEqual({
      ok: false,
      reason: 'blank',
    });
  });

  it('is refused where the digest is that of nothing', () => {
    for (const text of [sha256('').toString('hex'), sha256('').toString('base64')]) {
      expect(reasonOf(type, text, { profile: 'uid2', encoding: 'sha256' })).toBe('blank');
    }
  });
});

describe('digests among identifiers', () => {
  const hex = sha256('anything').toString('hex');

  it('are recognised unless the column is declared plain', () => {
    for (const type of ['email', 'phone', 'maid', 'domain'] as const) {
      expect(matchKey(type, hex, { profile: 'uid2' })).toMatchObject({ ok: true, hashed: true });
      expect(matchKey(type, hex, { profile: 'uid2', encoding: 'plain' }).ok).toBe(false);
    }
  });

  it('are recognised as customer ids only where declared', () => {
    const asText = matchKey('customer_id', hex, { profile: 'uid2' });
    expect(asText.ok && !asText.hashed && Buffer.from(asText.key)).toEqual(sha256(hex));
    expect(matchKey('customer_id', hex, { profile: 'uid2', encoding: 'sha256' })).toMatchObject({
      hashed: true,
    });
  });

  it('are refused where they are the digest of the opted-out advertising id', () => {
    const optedOut = sha256('00000000-0000-0000-0000-000000000000').toString('hex');
    expect(reasonOf('maid', optedOut, { profile: 'uid2' })).toBe('maid-opted-out');
    expect(reasonOf('email', optedOut, { profile: 'uid2' })).toBeUndefined();
  });

  it('are named when they are of another kind', () => {
    const md5 = createHash('md5').update('x').digest('hex');
    const sha1 = createHash('sha1').update('x').digest('hex');
    const base64url = sha256('jane@x.com').toString('base64url');
    for (const text of [md5, sha1, base64url, ` ${md5} `]) {
      expect(reasonOf('email', text, { profile: 'uid2' })).toBe('bad-hash');
    }
    expect(reasonOf('maid', md5, { profile: 'uid2' })).toBe('bad-hash');
    expect(reasonOf('email', 'jane', { profile: 'uid2' })).toBe('not-an-email');
  });
});

describe('matchKeyReader', () => {
  it('uses the digest it is given, on the normalised text, once a plain identifier', () => {
    const seen: string[] = [];
    const read = matchKeyReader('email', {
      profile: 'google',
      digest: (text) => {
        seen.push(text);
        return sha256(text);
      },
    });
    const key = read(' Jane.Doe@gmail.com ');
    expect(key.ok && Buffer.from(key.key)).toEqual(sha256('janedoe@gmail.com'));
    read(sha256('x').toString('hex'));
    read('nobody');
    expect(seen).toEqual(['janedoe@gmail.com']);
  });

  it('gives each row an array of its own', () => {
    const read = matchKeyReader('email', { profile: 'uid2' });
    const [first, second] = [read('a@x.com'), read('b@x.com')];
    expect(first.ok && Buffer.from(first.key)).toEqual(sha256('a@x.com'));
    expect(second.ok && Buffer.from(second.key)).toEqual(sha256('b@x.com'));
  });

  it('checks the region once, when it is made', () => {
    expect(() => matchKeyReader('phone', { profile: 'uid2', region: 'UK' })).toThrow(
      expect.objectContaining({ code: 'config/invalid' }),
    );
  });
});

it('every reason for a reject is reached', () => {
  const rows: readonly (readonly [IdentifierType, string, RejectReason])[] = [
    ['email', ' ', 'blank'],
    ['customer_id', 'x'.repeat(257), 'too-long'],
    ['customer_id', 'a\u0000', 'bad-character'],
    ['email', 'jane', 'not-an-email'],
    ['email', 'Jane <jane@x.com>', 'not-a-bare-address'],
    ['phone', '12', 'not-a-phone'],
    ['phone', '+1 650 555 1212 ext 7', 'phone-extension'],
    ['maid', 'x', 'not-a-maid'],
    ['maid', '00000000-0000-0000-0000-000000000000', 'maid-opted-out'],
    ['domain', 'localhost', 'not-a-domain'],
    ['domain', '127.0.0.1', 'ip-address'],
    ['domain', 'com', 'public-suffix'],
    ['email', 'd41d8cd98f00b204e9800998ecf8427e', 'bad-hash'],
  ];
  for (const [type, text, reason] of rows) expect(reasonOf(type, text, { profile: 'uid2' })).toBe(reason);
  expect(new Set(rows.map(([, , reason]) => reason))).toEqual(new Set(REJECT_REASONS));
});
