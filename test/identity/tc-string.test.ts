import { TCString } from '@iabtcf/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { purposeBits, readTcString, type TcString } from '../../src/identity/tc-string.js';
import { anyContent, coreOfRanges, tcString, vendorOf, type TcContent } from './tc-strings.js';

/**
 * Strings of IAB Tech Lab's own tests (iabtcf-java, TCStringV2Test) and of the format's specification, with what those
 * say is in them.
 */
interface Published {
  readonly text: string;
  readonly purposes?: readonly number[];
  readonly legitimateInterests?: readonly number[];
  readonly vendors?: readonly number[];
  readonly vendorInterests?: readonly number[];
  readonly disclosed?: readonly number[];
  /** `[purpose, vendor]` pairs that need consent. */
  readonly consentRequired?: readonly (readonly [number, number])[];
  readonly created?: string;
  readonly lastUpdated?: string;
}
const CORE = 'COtybn4PA_zT4KjACBENAPCIAEBAAECAAIAAAAAAAAAA';
const FIELDS = 'COrEAV4OrXx94ACABBENAHCIAD-AAAAAAACAAxAAAAgAIAwgAgAAAAEAgQAAAAAEAYQAQAAAACAAAABAAA';
const FIELD_VENDORS = {
  purposes: [3, 4, 5, 6, 7, 8, 9],
  vendors: [23, 37, 47, 48, 53, 65, 98],
  vendorInterests: [37, 47, 48, 53, 65, 98, 129],
};
const DISCLOSED =
  'IFoEUQQgAIQwgIwQABAEAAAAOIAACAIAAAAQAIAgEAACEAAAAAgAQBAAAAAAAGBAAgAAAAAAAFAAECAAAgAAQARAEQAAAAAJAAIAAgAAAYQEAAAQmAgBC3ZAYzUw';
const PUBLISHED: readonly Published[] = [
  {
    text: CORE,
    created: '2020-01-26T17:01:00.000Z',
    lastUpdated: '2021-02-02T17:01:00.000Z',
    purposes: [2, 10],
    legitimateInterests: [2, 9],
    vendors: [],
  },
  // The example of the specification.
  {
    text: `COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA.${DISCLOSED}`,
    created: '2020-02-20T23:57:39.300Z',
    purposes: [1, 2, 3],
    legitimateInterests: [],
    vendors: [2, 6, 8],
    vendorInterests: [2, 6, 8],
  },
  { text: FIELDS, ...FIELD_VENDORS },
  {
    text: `${FIELDS}.IBAgAAAgAIAwgAgAAAAEAAAACA.QAagAQAgAIAwgA`,
    ...FIELD_VENDORS,
    disclosed: [23, 37, 47, 48, 53, 65, 98, 129],
  },
  {
    text: `${FIELDS}.Iu4QCAALgAlgBeAGAANQAggBiAECF3A`,
    ...FIELD_VENDORS,
    disclosed: [23, 37, 47, 48, 53, 65, 98, 129, 6000],
  },
  { text: `${FIELDS}.cAAAAAAAITg`, ...FIELD_VENDORS },
  { text: 'COv__-wOv__-wC2AAAENAPCgAAAAAAAAAAAAA_wAQA_gEBABAEAAAA', vendorInterests: [128] },
  { text: `COwBOpCOwBOpCLqAAAENAPCAAAAAAAAAAAAAFfwAYFfAV-BVkAGBVYFWAAA.${DISCLOSED}`, vendors: [702, 703] },
  { text: `COwBOpCOwBOpCLqAAAENAPCAAAAAAAAAAAAAFfwAQFfgUbABAUaAAA.${DISCLOSED}`, vendors: [703] },
  { text: 'COwxsONOwxsONKpAAAENAdCAAMAAAAAAAAAAAAAAAAAA', purposes: [1, 2] },
  {
    text: 'COtybn4PA_zT4KjACBENAPCIAEBAAECAAIAAAAAAAABAoAMAAQACCQAgAAgAIA',
    consentRequired: [
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 8],
    ],
  },
  { text: 'COwAdDhOwAdDhN4ABAENAPCgAAQAAv___wAAAFP_AAp_4AI6ACACAA', consentRequired: [[7, 32]] },
];

const ALL = Array.from({ length: 200 }, (_, i) => i + 1).concat([702, 703, 704, 5999, 6000, 6001]);

/** Of `ALL` vendors those of which `says` is true. */
function vendorsOf(text: string, says: (read: TcString) => boolean | undefined): number[] {
  return ALL.filter((vendor) => says(readTcString(text, vendor)!) === true);
}

describe('published TC strings', () => {
  it.each(PUBLISHED.map((published) => [published.text, published] as const))('%s', (text, published) => {
    const read = readTcString(text, 0)!;
    expect(read).toBeDefined();
    const { purposes, legitimateInterests, vendors, vendorInterests, disclosed, consentRequired } = published;
    if (purposes) expect(read.consented).toBe(purposeBits(purposes));
    if (legitimateInterests) expect(read.legitimateInterests).toBe(purposeBits(legitimateInterests));
    if (vendors) expect(vendorsOf(text, ({ vendorConsented }) => vendorConsented)).toEqual(vendors);
    if (vendorInterests) {
      expect(vendorsOf(text, ({ vendorLegitimateInterest }) => vendorLegitimateInterest)).toEqual(
        vendorInterests,
      );
    }
    if (disclosed) expect(vendorsOf(text, ({ vendorDisclosed }) => vendorDisclosed)).toEqual(disclosed);
    if (published.created) expect(new Date(read.created).toISOString()).toBe(published.created);
    if (published.lastUpdated) expect(new Date(read.lastUpdated).toISOString()).toBe(published.lastUpdated);
    for (const vendor of ALL) {
      const required = (consentRequired ?? []).flatMap(([purpose, of]) => (of === vendor ? [purpose] : []));
      const { legitimateInterestRestricted, consentRestricted } = readTcString(text, vendor)!;
      expect([legitimateInterestRestricted, consentRestricted]).toEqual([purposeBits(required), 0]);
    }
  });
});

/** What the naive reading of `content` says about `vendor`. */
function naive(content: TcContent, vendor: number): TcString {
  const { created, lastUpdated, disclosed } = content;
  const restricted = (...types: number[]): number =>
    purposeBits(
      content.restrictions
        .filter(({ type, vendors }) => types.includes(type) && vendors.includes(vendor))
        .map(({ purpose }) => purpose),
    );
  return {
    created,
    lastUpdated,
    consented: purposeBits(content.consents),
    legitimateInterests: purposeBits(content.legitimateInterests),
    vendorConsented: content.vendorConsents.includes(vendor),
    vendorLegitimateInterest: content.vendorLegitimateInterests.includes(vendor),
    vendorDisclosed: disclosed?.includes(vendor),
    consentRestricted: restricted(0, 2),
    legitimateInterestRestricted: restricted(0, 1),
  };
}

const contentAndVendor = anyContent.chain((content) =>
  fc.record({ content: fc.constant(content), vendor: vendorOf(content) }),
);

describe('a TC string that the library of IAB Tech Lab makes', () => {
  it('says what went into it', () => {
    fc.assert(
      fc.property(contentAndVendor, ({ content, vendor }) => {
        expect(readTcString(tcString(content), vendor)).toEqual(naive(content, vendor));
      }),
      { numRuns: 400 },
    );
  });

  it('says what the library reads out of it', () => {
    fc.assert(
      fc.property(contentAndVendor, ({ content, vendor }) => {
        const text = tcString(content);
        const theirs = TCString.decode(text);
        expect(readTcString(text, vendor)).toMatchObject({
          created: theirs.created.getTime(),
          lastUpdated: theirs.lastUpdated.getTime(),
          consented: purposeBits([...theirs.purposeConsents.values()]),
          legitimateInterests: purposeBits([...theirs.purposeLegitimateInterests.values()]),
          vendorConsented: theirs.vendorConsents.has(vendor),
          vendorLegitimateInterest: theirs.vendorLegitimateInterests.has(vendor),
        });
      }),
      { numRuns: 100 },
    );
  });

  it('is not read once it was cut, by however little', () => {
    fc.assert(
      fc.property(anyContent, fc.nat(), (content, cut) => {
        const text = tcString({ ...content, others: [], disclosed: undefined });
        // What fills up the last bytes with zeros may go; a character that holds anything may not.
        const needed = text.replace(/A+$/, '').length;
        const shorter = text.slice(0, cut % needed);
        expect(readTcString(shorter, 1)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('is not read with anything behind its end', () => {
    fc.assert(
      fc.property(anyContent, fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/), (content, more) => {
        fc.pre(!/^A+$/.test(more));
        // Sixteen more characters of zeros end whatever the last field was.
        const text = tcString({ ...content, disclosed: [1, 2], others: [] });
        expect(readTcString(`${text}${'A'.repeat(16)}${more}`, 1)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });
});

describe('what is no TC string', () => {
  it('is read only with ranges that begin, end and stay below the largest vendor', () => {
    expect(readTcString(coreOfRanges(10, [[3, 5]]), 4)).toMatchObject({ vendorConsented: true });
    expect(readTcString(coreOfRanges(10, [[3, 5]]), 6)).toMatchObject({ vendorConsented: false });
    for (const [first, last] of [
      [5, 3],
      [0, 3],
      [3, 11],
    ] as const) {
      expect(readTcString(coreOfRanges(10, [[first, last]]), 4), `${first}-${last}`).toBeUndefined();
    }
  });

  it.each([
    ['nothing', ''],
    ['a word', 'granted'],
    ['version 1', 'BOQ7WlgOQ7WlgABACDENABwAAABJOACgACAAQABA'],
    ['version 3', `D${CORE.slice(1)}`],
    ['padding', `${CORE}==`],
    ['a character of other base64', CORE.replace('_', '/')],
    ['a character that is no ASCII', `${CORE.slice(0, -1)}\u0101`],
    ['a segment without a core', 'IBAgAAAgAIAwgAgAAAAEAAAACA'],
    ['two cores', `${CORE}.${CORE}`],
    ['an empty segment', `${CORE}.`],
    ['a segment of a type that does not exist', `${CORE}.gAAAAAAA`],
    ['a segment twice', `${CORE}.IBAgAAAgAIAwgAgAAAAEAAAACA.IBAgAAAgAIAwgAgAAAAEAAAACA`],
    ['a segment cut short', `${CORE}.IBAgAAAgAIAwgAgAAAAEAAA`],
    ['more than any string needs', `${CORE}${'A'.repeat(16_384)}`],
  ])('is not read: %s', (_, text) => {
    expect(readTcString(text, 1)).toBeUndefined();
  });

  it('is read in bounded time, however many vendors its ranges name', () => {
    // One of 11 000 characters that names 131 million vendors.
    const ranges = Array.from({ length: 2000 }, () => [1, 65_535] as const);
    const text = coreOfRanges(65_535, ranges);
    expect(readTcString(text, 7)).toMatchObject({ vendorConsented: true });
  }, 2_000);

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^C[A-Za-z0-9_.-]{0,120}$/)), (text) => {
        readTcString(text, 1);
      }),
      { numRuns: 2000 },
    );
  });
});
