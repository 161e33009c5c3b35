import { toHex } from '../bytes.js';
import { VesicaError } from '../errors.js';
import { normalise, type IdentifierType, type MatchKey, type Profile } from '../identity/index.js';
import type { DataDefinition } from './definition.js';
import type { KeyColumn } from './list-reader.js';
import { textDigest } from './sha256.js';

/** Advertising platforms whose upload pages take lists of hashed identifiers. */
export const UPLOAD_PROFILES = ['meta', 'google', 'tiktok'] as const;
export type UploadProfile = (typeof UPLOAD_PROFILES)[number];

/** The form of an export: `own` keeps the identifier columns of the source as they are. */
export type ExportForm = 'own' | UploadProfile;

/** A column of an export. */
export interface ExportColumn {
  readonly name: string;
  /** The column of the source that it comes from. */
  readonly source: KeyColumn;
  /**
   * What to write for a value that gave the match key `key`; `undefined` when the platform could not use it: a digest made
   * under other rules, or an identifier that has no form under the platform's.
   */
  readonly form: (text: string, key: MatchKey & { readonly ok: true }) => string | undefined;
}

/** What a platform asks for in one type of identifier. */
interface UploadRule {
  readonly header: string;
  readonly written: 'sha256' | 'plain';
  /** The normalisation profile that has the platform's rule. */
  readonly rule: Profile;
  /** Whether white space inside a value is removed before that. */
  readonly solid?: true;
  /**
   * Profiles of datasets whose digests are of the platform's form. What a digest was made from cannot be seen: it is taken
   * to be what the profile of its dataset says, as matching does.
   */
  readonly digestsOf: readonly Profile[];
}

const E164: readonly Profile[] = ['uid2', 'google', 'pair'];
const ANY: readonly Profile[] = ['uid2', 'google', 'meta', 'pair'];

/** Columns of one type that an upload page takes; the pages of Google name no number. */
const MAX_COLUMNS: Readonly<Record<UploadProfile, number>> = { meta: 3, google: Infinity, tiktok: 3 };

/**
 * What the upload pages ask for. Digests are SHA-256 in 64 lower-case hexadecimal digits. Types that are not named are not
 * taken, and left out: no platform knows the customer ids or domains of a dataset.
 *
 * - Meta, customer list. Headers `email`, `phone` and `madid`, each in up to three columns
 *   (https://www.facebook.com/business/help/2082575038703844). Addresses trimmed and lower-cased, with the dots that Gmail
 *   ignores; phone numbers as digits with the country code, without plus sign and leading zeros
 *   (https://developers.facebook.com/documentation/ads-commerce/conversions-api/parameters/customer-information-parameters):
 *   the rules of profile `meta`. Advertising ids are not hashed
 *   (customaudiencemixin.py in https://github.com/facebook/facebook-python-business-sdk), lower case with hyphens.
 * - Google, Customer Match. Headers `Email` and `Phone`, each in as many columns as needed
 *   (https://support.google.com/google-ads/answer/7659867). Addresses without any white space, lower-cased, those of
 *   gmail.com and googlemail.com without dots and without the plus sign and what follows it; phone numbers in E.164 with the
 *   plus sign (https://developers.google.com/data-manager/api/devguides/concepts/formatting): the rules of profile `google`.
 *   Device ids go in a list of their own kind, which cannot be mixed with these, and are left out.
 * - TikTok, customer file. Headers `Email_SHA256`, `Phone_SHA256` and `MAID_SHA256`, each in up to three columns
 *   (https://ads.tiktok.com/help/article/list-of-supported-ids-and-formats-for-a-customer-file). Addresses without any white
 *   space, lower-cased, nothing else; phone numbers in E.164, with the plus sign recommended and without it also taken;
 *   advertising ids in one case
 *   (https://ads.tiktok.com/help/article/how-to-create-a-custom-audience-with-a-customer-file, September 2025). Older editions
 *   of the first page ask to cut addresses at a plus sign, and phone numbers without theirs.
 *
 * Profile `pair` lower-cases ASCII letters only; its digests count as those of `meta`, because only addresses with other
 * capitals differ, and such a digest matches nobody.
 */
const UPLOADS: Readonly<Record<UploadProfile, Readonly<Partial<Record<IdentifierType, UploadRule>>>>> = {
  meta: {
    email: { header: 'email', written: 'sha256', rule: 'meta', digestsOf: ['meta', 'pair'] },
    phone: { header: 'phone', written: 'sha256', rule: 'meta', digestsOf: ['meta'] },
    maid: { header: 'madid', written: 'plain', rule: 'meta', digestsOf: [] },
  },
  google: {
    email: { header: 'Email', written: 'sha256', rule: 'google', digestsOf: ['google'] },
    phone: { header: 'Phone', written: 'sha256', rule: 'google', digestsOf: E164 },
  },
  tiktok: {
    email: {
      header: 'Email_SHA256',
      written: 'sha256',
      rule: 'meta',
      solid: true,
      digestsOf: ['meta', 'pair'],
    },
    phone: { header: 'Phone_SHA256', written: 'sha256', rule: 'google', digestsOf: ANY },
    maid: { header: 'MAID_SHA256', written: 'sha256', rule: 'google', digestsOf: ANY },
  },
};

/**
 * The columns of an export of `definition`, in its order. Two columns of the same type have the same name, as the upload
 * pages want it.
 *
 * @throws VesicaError `config/invalid` with field `profile` when the platform takes none of the identifiers, or not so many
 * columns of a type; as `listReader`.
 */
export function exportColumns(
  definition: DataDefinition,
  keyColumns: readonly KeyColumn[],
  form: ExportForm,
): readonly ExportColumn[] {
  if (form === 'own')
    return keyColumns.map((source) => ({ name: source.name, source, form: (text) => text }));
  const columns = keyColumns.flatMap((source) => {
    const rule = UPLOADS[form][source.type];
    return rule === undefined
      ? []
      : [{ name: rule.header, source, form: uploadForm(rule, definition, source) }];
  });
  if (columns.length === 0) {
    throw invalid(`the dataset has no identifier that profile ${form} takes`);
  }
  for (const { name } of columns) {
    if (columns.filter((column) => column.name === name).length <= MAX_COLUMNS[form]) continue;
    throw invalid(`profile ${form} takes at most ${MAX_COLUMNS[form]} columns of ${name}`);
  }
  return columns;
}

function uploadForm(
  { written, rule, solid, digestsOf }: UploadRule,
  { profile, region }: DataDefinition,
  { type }: KeyColumn,
): ExportColumn['form'] {
  const digest = textDigest();
  const passesDigests = digestsOf.includes(profile);
  return (text, { key, hashed }) => {
    if (hashed) return passesDigests ? toHex(key) : undefined;
    const outcome = normalise(type, solid === true ? text.replace(/\s+/g, '') : text, {
      profile: rule,
      region,
    });
    if (!outcome.ok) return undefined;
    return written === 'plain' ? outcome.normalised : toHex(digest(outcome.normalised));
  };
}

function invalid(message: string): VesicaError {
  return new VesicaError('config/invalid', message, { field: 'profile' });
}
