import {
  type GVL,
  PurposeRestriction,
  RestrictionType,
  Segment,
  SegmentEncoder,
  TCModel,
} from '@iabtcf/core';
import fc from 'fast-check';

/** What a TC string holds, as plain lists. */
export interface TcContent {
  readonly created: number;
  readonly lastUpdated: number;
  readonly consents: readonly number[];
  readonly legitimateInterests: readonly number[];
  readonly vendorConsents: readonly number[];
  readonly vendorLegitimateInterests: readonly number[];
  /** `undefined`: no such segment. */
  readonly disclosed: readonly number[] | undefined;
  readonly restrictions: readonly { purpose: number; type: number; vendors: readonly number[] }[];
  /** Segments that say nothing about consent: allowed vendors, purposes of the publisher. */
  readonly others: readonly ('allowed' | 'publisher')[];
}

export const EMPTY: TcContent = {
  created: Date.UTC(2024, 4, 1),
  lastUpdated: Date.UTC(2024, 4, 1),
  consents: [],
  legitimateInterests: [],
  vendorConsents: [],
  vendorLegitimateInterests: [],
  disclosed: undefined,
  restrictions: [],
  others: [],
};

const RESTRICTIONS = [
  RestrictionType.NOT_ALLOWED,
  RestrictionType.REQUIRE_CONSENT,
  RestrictionType.REQUIRE_LI,
];

/** The TC string of `content`, made by IAB Tech Lab's own library. */
export function tcString(content: Partial<TcContent>): string {
  const all = { ...EMPTY, ...content };
  const model = new TCModel();
  model.cmpId = 28;
  model.cmpVersion = 1;
  model.consentLanguage = 'EN';
  model.vendorListVersion = 100;
  model.isServiceSpecific = true;
  model.created = new Date(all.created);
  model.lastUpdated = new Date(all.lastUpdated);
  model.purposeConsents.set([...all.consents]);
  model.purposeLegitimateInterests.set([...all.legitimateInterests]);
  model.vendorConsents.set([...all.vendorConsents]);
  model.vendorLegitimateInterests.set([...all.vendorLegitimateInterests]);
  // The encoder joins vendors to a range when the list knows none between them: here it knows every number.
  model.publisherRestrictions.gvl = { vendorIds: { has: () => true } } as unknown as GVL;
  for (const { purpose, type, vendors } of all.restrictions) {
    for (const vendor of vendors) {
      model.publisherRestrictions.add(vendor, new PurposeRestriction(purpose, RESTRICTIONS[type]));
    }
  }
  const segments = [SegmentEncoder.encode(model, Segment.CORE)];
  if (all.disclosed !== undefined) {
    model.vendorsDisclosed.set([...all.disclosed]);
    segments.push(SegmentEncoder.encode(model, Segment.VENDORS_DISCLOSED));
  }
  if (all.others.includes('allowed')) {
    model.vendorsAllowed.set([2, 5, 700]);
    segments.push(SegmentEncoder.encode(model, Segment.VENDORS_ALLOWED));
  }
  if (all.others.includes('publisher')) {
    model.publisherConsents.set([1, 24]);
    model.numCustomPurposes = 3;
    model.publisherCustomConsents.set([2]);
    segments.push(SegmentEncoder.encode(model, Segment.PUBLISHER_TC));
  }
  return segments.join('.');
}

/** `bits` as base64url text, filled up with zeros. */
export function base64url(bits: string): string {
  return bits
    .padEnd(Math.ceil(bits.length / 6) * 6, '0')
    .replace(/.{6}/g, (six) =>
      'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.charAt(parseInt(six, 2)),
    );
}

const field = (value: number, bits: number): string => value.toString(2).padStart(bits, '0');

/** A core string of bits: vendors with consent as `ranges` up to `maxVendor`, and nothing else. */
export function coreOfRanges(maxVendor: number, ranges: readonly (readonly [number, number])[]): string {
  const entries = ranges.map(([first, last]) => `1${field(first, 16)}${field(last, 16)}`).join('');
  const vendors = `${field(maxVendor, 16)}1${field(ranges.length, 12)}${entries}`;
  return base64url(`${field(2, 6)}${'0'.repeat(207)}${vendors}${'0'.repeat(17 + 12)}`);
}

/** Sets that come out as bit fields (dense) and as ranges (sparse, with runs). */
const vendors = fc.oneof(
  fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 30 }),
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 0, max: 40 })), { maxLength: 4 })
    .map((runs) => [
      ...new Set(runs.flatMap(([first, more]) => Array.from({ length: more + 1 }, (_, i) => first + i))),
    ]),
);
const purposes = fc.uniqueArray(fc.integer({ min: 1, max: 24 }), { maxLength: 24 });
/** Whole seconds: a string holds tenths of one. */
const time = fc.integer({ min: 1_500_000_000, max: 2_000_000_000 }).map((seconds) => 1000 * seconds);

export const anyContent: fc.Arbitrary<TcContent> = fc.record({
  created: time,
  lastUpdated: time,
  consents: purposes,
  legitimateInterests: purposes,
  vendorConsents: vendors,
  vendorLegitimateInterests: vendors,
  disclosed: fc.option(vendors, { nil: undefined }),
  restrictions: fc.array(
    fc.record({
      purpose: fc.integer({ min: 1, max: 24 }),
      type: fc.integer({ min: 0, max: 2 }),
      vendors,
    }),
    { maxLength: 4 },
  ),
  others: fc.uniqueArray(fc.constantFrom('allowed' as const, 'publisher' as const), { maxLength: 2 }),
});

/** A vendor that the content is likely to speak of, or not. */
export const vendorOf = (content: TcContent): fc.Arbitrary<number> =>
  fc.oneof(
    fc.constantFrom(
      ...content.vendorConsents,
      ...content.vendorLegitimateInterests,
      ...(content.disclosed ?? []),
      ...content.restrictions.flatMap((restriction) => restriction.vendors),
      1,
    ),
    fc.integer({ min: 1, max: 65_535 }),
  );
