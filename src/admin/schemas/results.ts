import Type from 'typebox';
import { EXPORT_FORMATS, EXPORT_KINDS, EXPORT_PROFILES, EXPORT_STATES } from '../../node/index.js';
import { strict } from '../route.js';
import { MODES } from '../../protocol/index.js';
import { countOrNull, digest, id, named, nullable, pageQuery, text, textOrNull, time } from './parts.js';

export const REPORT_VIEW = Type.Object(
  {
    id,
    sessionId: id,
    partner: named('Name of the partner.'),
    agreementName: textOrNull('Name of the agreement.'),
    datasetName: textOrNull('Name of the dataset of this side.'),
    scheduleId: nullable(id),
    mode: Type.Enum(MODES),
    purpose: text('One of the purposes of the agreement.'),
    finishedAt: nullable(time),
    schemaVersion: text('`format` of the report.'),
    digest,
    createdAt: time,
    expiresAt: nullable(time),
    deletedAt: nullable(time),
  },
  strict,
);
export const REPORTS_QUERY = Type.Object({ ...pageQuery, partner: Type.Optional(id) }, strict);

export const REPORT_PAGE_QUERY = Type.Object(
  {
    locale: Type.Optional(
      Type.Enum(['en', 'nl'], { description: 'Language of the page; English unless told.' }),
    ),
  },
  strict,
);

export { REPORT_SCHEMA as REPORT } from '../../report/report-schema.js';

const count = (description: string) => Type.Integer({ minimum: 0, description });
const EXPORT_QUALITY = Type.Object(
  {
    foreignDigests: count('Digests of the source that were made under rules which are not the platform’s.'),
    unusableValues: count('Values that give no identifier, or that the session did not use.'),
    rowsLeftOut: count('Rows of which nothing was left.'),
  },
  strict,
);

export const EXPORT = Type.Object(
  {
    id,
    sessionId: id,
    partner: named('Name of the partner of the session.'),
    datasetName: textOrNull('Name of the dataset whose rows it has.'),
    kind: Type.Enum(EXPORT_KINDS),
    profile: Type.Enum(EXPORT_PROFILES),
    format: Type.Enum(EXPORT_FORMATS),
    state: Type.Enum(EXPORT_STATES),
    rowCount: countOrNull('Rows of the file, without a header.'),
    byteCount: countOrNull('Bytes of the file.'),
    digest: nullable(digest),
    quality: nullable(EXPORT_QUALITY),
    requestedBy: text('Name of the token or command.'),
    errorCode: textOrNull('Why it failed.'),
    createdAt: time,
    expiresAt: nullable(time),
    deletedAt: nullable(time),
  },
  strict,
);
export const NEW_EXPORT = Type.Object(
  {
    session: id,
    kind: Type.Enum(EXPORT_KINDS),
    profile: Type.Enum(EXPORT_PROFILES),
    format: Type.Enum(EXPORT_FORMATS),
  },
  strict,
);
export const EXPORTS_QUERY = Type.Object({ ...pageQuery, session: Type.Optional(id) }, strict);
