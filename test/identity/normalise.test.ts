import fc from 'fast-check';
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';
import { describe, expect, it } from 'vitest';
import { IDENTIFIER_TYPES as GROUP_TYPES } from '../../src/group/index.js';
import {
  IDENTIFIER_TYPES,
  normalise,
  PROFILES,
  type IdentifierType,
  type Profile,
} from '../../src/identity/index.js';

/** The normalised form, or the reason why there is none. */
function form(type: IdentifierType, text: string, profile: Profile, region?: string): string {
  const outcome = normalise(type, text, { profile, region });
  return outcome.ok ? outcome.normalised : outcome.reason;
}

const profiles = fc.constantFrom(...PROFILES);
const blanks = fc.stringMatching(/^[ \t\r\n\u00a0\u3000\ufeff\u200b]{0,4}$/);

/** Addresses of the kind that lists hold: mostly ASCII, some with dots, tags, accents (both Unicode forms) and emoji. */
const addresses = fc
  .tuple(
    fc.string({
      unit: fc.constantFrom(...Array.from('abcXYZ019._+-é\u0301ÅİßΣσǅ😊K')),
      minLength: 1,
      maxLength: 12,
    }),
    fc.constantFrom('gmail.com', 'GMail.com', 'googlemail.com', 'Example.COM', 'MÜLLER.de', 'x.y.co.uk'),
  )
  .map(([local, domain]) => `${local}@${domain}`);

/** Something near an identifier of each type, and arbitrary text besides. */
const texts: Record<IdentifierType, fc.Arbitrary<string>> = {
  email: fc.oneof(addresses, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })),
  phone: fc.oneof(
    fc.stringMatching(/^\+?[0-9 ().-]{5,18}$/),
    fc.stringMatching(/^\+[0-9]{5,16}$/),
    fc.stringMatching(/^0{0,3}[0-9]{4,13}$/),
    fc.string({ unit: 'binary' }),
  ),
  maid: fc.oneof(
    fc.uuid().map((id) => id.toUpperCase()),
    fc.string(),
  ),
  customer_id: fc.string({ unit: 'binary' }),
  domain: fc.oneof(
    fc.webUrl(),
    fc.domain(),
    fc
      .tuple(
        fc.string({ unit: fc.constantFrom(...Array.from('abcé\u0301İß-K。０')), minLength: 1 }),
        fc.constantFrom('.de', '.co.uk', '.公司.cn'),
      )
      .map((parts) => parts.join('')),
    fc.string({ unit: 'grapheme' }),
  ),
};

it('names the same identifier types as the group room, in the same order', () => {
  expect(IDENTIFIER_TYPES).toEqual(GROUP_TYPES);
});

describe.each(IDENTIFIER_TYPES)('%s', (type) => {
  it('normalises a normalised identifier to itself', () => {
    const regions = type === 'phone' ? ['US', 'GB', 'IT', 'AU', 'CN', 'TH', undefined] : [undefined];
    fc.assert(
      fc.property(texts[type], profiles, fc.constantFrom(...regions), (text, profile, region) => {
        const once = normalise(type, text, { profile, region });
        if (!once.ok) return;
        // The meta form has lost its plus sign, and with it the region it must be read without.
        const readIn = type === 'phone' && profile === 'meta' ? undefined : region;
        expect(normalise(type, once.normalised, { profile, region: readIn })).toEqual(once);
      }),
      { numRuns: 3000 },
    );
  });

  it('does not depend on white space and zero-width characters around it', () => {
    fc.assert(
      fc.property(texts[type], blanks, blanks, profiles, (text, before, after, profile) => {
        expect(form(type, before + text + after, profile)).toBe(form(type, text, profile));
      }),
    );
  });

  it('never throws on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', size: 'large' }), profiles, (text, profile) => {
        expect(typeof normalise(type, text, { profile, region: 'DE' }).ok).toBe('boolean');
      }),
    );
  });
});

it.each(IDENTIFIER_TYPES.filter((type) => type !== 'customer_id'))(
  '%s does not depend on the case of ASCII letters',
  (type) => {
    const ascii = texts[type].filter((text) => /^[\x20-\x7e]*$/.test(text));
    fc.assert(
      fc.property(ascii, profiles, (text, profile) => {
        expect(form(type, text.toUpperCase(), profile)).toBe(form(type, text.toLowerCase(), profile));
      }),
    );
  },
);

describe('email', () => {
  it.each([
    // address, uid2, google, meta and pair
    ['Jane.Doe+news@Gmail.com', 'janedoe@gmail.com', 'janedoe@gmail.com', 'jane.doe+news@gmail.com'],
    [
      'Jane.Doe@GoogleMail.com',
      'jane.doe@googlemail.com',
      'janedoe@googlemail.com',
      'jane.doe@googlemail.com',
    ],
    ['j.d+x@mail.gmail.com', 'j.d+x@mail.gmail.com', 'j.d+x@mail.gmail.com', 'j.d+x@mail.gmail.com'],
    ['jane doe@x.com', 'not-an-email', 'janedoe@x.com', 'not-an-email'],
    ['jane\t@x.com', 'bad-character', 'jane@x.com', 'bad-character'],
    ['a..b@docomo.example', 'a..b@docomo.example', 'a..b@docomo.example', 'a..b@docomo.example'],
  ])('follows the rules of each platform: %s', (text, uid2, google, metaAndPair) => {
    expect(PROFILES.map((profile) => form('email', text, profile))).toEqual([
      uid2,
      google,
      metaAndPair,
      metaAndPair,
    ]);
  });

  it('lower-cases letters outside ASCII only where the platform does, and in no locale', () => {
    expect(form('email', 'ÉVA@x.com', 'uid2')).toBe('Éva@x.com');
    expect(form('email', 'ÉVA@x.com', 'pair')).toBe('Éva@x.com');
    expect(form('email', 'ÉVA@x.com', 'google')).toBe('éva@x.com');
    expect(form('email', 'ÉVA@x.com', 'meta')).toBe('éva@x.com');
    for (const profile of PROFILES) {
      expect(form('email', 'IRIS@x.com', profile)).toBe('iris@x.com');
      expect(form('email', 'ırıs@x.com', profile)).toBe('ırıs@x.com');
    }
  });

  it('has one form for composed and decomposed letters', () => {
    for (const profile of PROFILES) {
      expect(form('email', 'jose\u0301@x.com', profile)).toBe('jos\u00e9@x.com');
    }
    // H with a line below has no composed capital, its lower case has one.
    expect(form('email', 'H\u0331@x.com', 'uid2')).toBe('\u1e96@x.com');
  });

  it.each([
    'jane@x.com.',
    'jane@.x.com',
    'jane@x..com',
    'jane@localhost',
    'jane',
    'jane＠x.com',
    'a@b@c.com',
  ])('is not %s', (text) => {
    for (const profile of PROFILES) expect(form('email', text, profile)).toBe('not-an-email');
  });

  it.each([
    'Jane <jane@x.com>',
    '<jane@x.com>',
    'mailto:jane@x.com',
    '"jane"@x.com',
    'jane@x.com;joe@y.com',
    'jane@x.com, joe@y.com',
    'jane(home)@x.com',
    'jane@[10.0.0.1]',
  ])('is asked for bare: %s', (text) => {
    for (const profile of PROFILES) expect(form('email', text, profile)).toBe('not-a-bare-address');
  });

  it('keeps international domains and full-width letters as written', () => {
    expect(form('email', 'Jane@bücher.de', 'uid2')).toBe('jane@bücher.de');
    expect(form('email', 'jane@ｘ.com', 'google')).toBe('jane@ｘ.com');
  });

  it('has at most 320 characters, however wide its column is', () => {
    const longest = `${'a'.repeat(314)}@x.com`;
    expect(form('email', longest + ' '.repeat(3776), 'meta')).toBe(longest);
    expect(form('email', longest + ' '.repeat(3777), 'meta')).toBe('too-long');
    expect(form('email', `a${longest}`, 'meta')).toBe('too-long');
  });
});

describe('phone', () => {
  it.each([
    ['07911 123456', 'GB', '+447911123456'],
    ['+44 (0)20 7123 4567', undefined, '+442071234567'],
    ['+4402071234567', undefined, '+442071234567'],
    ['00447911123456', 'GB', '+447911123456'],
    ['+0044 7911 123456', 'GB', '+447911123456'],
    ['+07911 123456', 'GB', '+447911123456'],
    ['+07911 123456', undefined, 'not-a-phone'],
    ['011 44 7911 123456', 'US', '+447911123456'],
    ['\u202a+1 650 555 1212\u202c', undefined, '+16505551212'],
    ['٠٧٩١١ ١٢٣٤٥٦', 'GB', '+447911123456'],
    ['1.650.555.1212', 'CA', '+16505551212'],
    ['650 555 1212', undefined, 'not-a-phone'],
    ['555-1212', 'US', 'not-a-phone'],
    ['16505551212.0', 'US', 'not-a-phone'],
    ['15112345678.0', 'DE', 'not-a-phone'],
    [`+49${'7'.repeat(13)}`, undefined, `+49${'7'.repeat(13)}`],
    [`+49${'7'.repeat(14)}`, undefined, 'not-a-phone'],
    ['1.65056E+10', 'US', 'not-a-phone'],
    ['6505551212 / 6505551213', 'US', 'not-a-phone'],
    ['call +16505551212', 'US', 'not-a-phone'],
    ['+1 650 555 1212 x5', 'US', 'phone-extension'],
    ['020 7123 4567 ext. 12', 'GB', 'phone-extension'],
    ['+1650\u0000555 1212', 'US', 'bad-character'],
  ])('reads %s in %s', (text, region, expected) => {
    expect(form('phone', text, 'google', region)).toBe(expected);
  });

  it('reads digits with a country code under meta, where no region is set', () => {
    expect(form('phone', '00 44 7911 123456', 'meta')).toBe('447911123456');
    expect(form('phone', '447911123456', 'meta')).toBe('447911123456');
    expect(form('phone', '07911 123456', 'meta', 'GB')).toBe('447911123456');
    expect(form('phone', '447911123456', 'pair')).toBe('not-a-phone');
  });

  it('keeps impossible numbers under uid2 only, and there only in E.164', () => {
    expect(form('phone', '+1234567890', 'uid2')).toBe('+1234567890');
    expect(form('phone', '+1234567890', 'google')).toBe('not-a-phone');
    expect(form('phone', '+1 234 567 890', 'uid2')).toBe('not-a-phone');
    expect(form('phone', '+1234567890123456', 'uid2')).toBe('not-a-phone');
  });

  it('reads North American spellings as the parser does', () => {
    const spellings = fc
      .tuple(
        fc.constantFrom('', '1', '+1', '1 ', '+1 ', '1-', '+1.', '+'),
        fc.constantFrom(
          'ABC DEFG',
          '(ABC) DEFG',
          'ABC-DEFG',
          'ABC.DEFG',
          'ABCDEFG',
          '(ABC)DEFG',
          '(ABC)-DEFG',
        ),
        fc.stringMatching(/^[0-9]{10}$/),
      )
      .map(
        ([code, layout, digits]) =>
          code +
          layout
            .replace('ABC', digits.slice(0, 3))
            .replace('DEFG', `${digits.slice(3, 6)}${layout.includes('-') ? '-' : ' '}${digits.slice(6)}`),
      );
    // A plus sign before a zero is dropped before the parser sees the number; the parse cases hold that.
    const parsedAsWritten = spellings.filter((text) => !text.startsWith('+0'));
    fc.assert(
      fc.property(
        parsedAsWritten,
        fc.constantFrom<CountryCode>('US', 'CA', 'PR', 'AG', 'GB'),
        (text, region) => {
          const parsed = parsePhoneNumberFromString(text, { defaultCountry: region, extract: false });
          const number = parsed?.isPossible() === true ? parsed.number : 'not-a-phone';
          const again = parsePhoneNumberFromString(number, { extract: false });
          expect(form('phone', text, 'google', region)).toBe(
            again?.number === number && again.isPossible() ? number : 'not-a-phone',
          );
        },
      ),
      { numRuns: 1500 },
    );
  });

  it.each(['us', 'UK', 'ZZ', '', 'constructor'])('refuses the region %j as a setting', (region) => {
    expect(() => form('phone', '+16505551212', 'google', region)).toThrow(
      expect.objectContaining({ code: 'config/invalid', field: 'region' }),
    );
  });
});

describe('maid', () => {
  it.each([
    ['CDDA802E-FB9C-47AD-9866-0794D394C912', 'cdda802e-fb9c-47ad-9866-0794d394c912'],
    ['{cdda802e-fb9c-47ad-9866-0794d394c912}', 'not-a-maid'],
    ['cdda802e-fb9c-47ad-9866-0794d394c91', 'not-a-maid'],
    ['gdda802e-fb9c-47ad-9866-0794d394c912', 'not-a-maid'],
    ['cdda802efb9c47ad98660794d394c912', 'not-a-maid'],
    ['00000000-0000-0000-0000-000000000000', 'maid-opted-out'],
    ['00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001'],
  ])('%s', (text, expected) => {
    for (const profile of PROFILES) expect(form('maid', text, profile)).toBe(expected);
  });
});

describe('customer_id', () => {
  it('keeps case, inner blanks and everything else that can be seen', () => {
    expect(form('customer_id', ' 00Q5f000001abcD ', 'uid2')).toBe('00Q5f000001abcD');
    expect(form('customer_id', 'A 1/"<>', 'uid2')).toBe('A 1/"<>');
    expect(form('customer_id', 'e\u0301', 'uid2')).toBe('\u00e9');
  });
});

describe('domain', () => {
  it.each([
    ['https://www.Example.co.uk/a?b#c', 'example.co.uk'],
    ['http://shop.example.com:8080', 'example.com'],
    ['//cdn.example.com/x', 'example.com'],
    ['EXAMPLE.com.', 'example.com'],
    ['example.com/jane@x.com', 'example.com'],
    ['München.de', 'xn--mnchen-3ya.de'],
    ['xn--mnchen-3ya.de', 'xn--mnchen-3ya.de'],
    ['ＥＸＡＭＰＬＥ.com', 'example.com'],
    ['www.食狮.公司.cn', 'xn--85x722f.xn--55qx5d.cn'],
    ['a_b.example.com', 'example.com'],
    ['jane.github.io', 'jane.github.io'],
    ['github.io', 'public-suffix'],
    ['co.uk', 'public-suffix'],
    ['https://com/', 'public-suffix'],
    ['192.168.1.1', 'ip-address'],
    ['http://192.168.1.1:80/x', 'ip-address'],
    ['http://[2001:db8::1]:80/x', 'ip-address'],
    ['2001:db8::1', 'ip-address'],
    ['1．2．3．4', 'ip-address'],
    ['localhost', 'not-a-domain'],
    ['server.internal', 'not-a-domain'],
    ['jane@example.com', 'not-a-domain'],
    ['mailto:jane@example.com', 'not-a-domain'],
    ['exa mple.com', 'not-a-domain'],
    ['foo..com', 'not-a-domain'],
    ['.example.com', 'not-a-domain'],
    ['-.example.com', 'not-a-domain'],
    [`${'a.'.repeat(124)}x.com`, 'x.com'],
    [`${'a.'.repeat(124)}xx.com`, 'not-a-domain'],
    [`${'a'.repeat(63)}.com`, `${'a'.repeat(63)}.com`],
    [`${'a'.repeat(64)}.com`, 'not-a-domain'],
    ['exam_ple.com', 'not-a-domain'],
    ['é%.com', 'not-a-domain'],
    ['http://', 'not-a-domain'],
    ['ex\u200bample.com', 'bad-character'],
  ])('%s', (text, expected) => {
    for (const profile of PROFILES) expect(form('domain', text, profile)).toBe(expected);
  });
});

describe('rejects of every type', () => {
  it.each(IDENTIFIER_TYPES)('%s: blank, too long, unreadable', (type) => {
    for (const profile of PROFILES) {
      for (const text of ['', ' \t\u3000', '\u200b\ufeff']) expect(form(type, text, profile)).toBe('blank');
      expect(form(type, '1'.repeat(2049), profile)).toBe('too-long');
      expect(form(type, ' '.repeat(4097), profile)).toBe('too-long');
      for (const mark of ['\u0000', '\u0007', '\u0085', '\ud83d', '\ufffd']) {
        expect(form(type, `a${mark}b@x.com`, profile)).toBe('bad-character');
      }
    }
    for (const missing of [null, undefined]) {
      expect(normalise(type, missing, { profile: 'uid2' })).toEqual({ ok: false, reason: 'blank' });
    }
  });
});

it('reads a domain with Latin-1 letters the same way however often it has been asked', () => {
  // Node 20's URL.canParse changes its answer once the optimising compiler has seen it often.
  for (let i = 0; i < 50_000; i += 1) {
    const outcome = normalise('domain', 'é.de', { profile: 'uid2' });
    if (!outcome.ok) throw new Error(`call ${i} was refused as ${outcome.reason}`);
  }
});
