import type { ExportFormat, ExportKind, ExportProfile, ExportRow, ExportState } from '../store/index.js';

/** An export as it is listed. */
export interface ExportView {
  readonly id: string;
  readonly sessionId: string;
  readonly kind: ExportKind;
  readonly profile: ExportProfile;
  readonly format: ExportFormat;
  readonly state: ExportState;
  /** Rows of the file, without a header; `null` before it is ready and when it failed. */
  readonly rowCount: number | null;
  /** Of the file as it is downloaded; `null` as `rowCount`. */
  readonly byteCount: number | null;
  /**
   * 64 hexadecimal digits: SHA-256 of the file as it is downloaded. `null` before it is ready, and again once it is deleted:
   * of a file with few rows it could be guessed from.
   */
  readonly digest: string | null;
  /** What was left out of the file; `null` as `rowCount`. */
  readonly quality: ExportQuality | null;
  /** Name of the token or command that asked for it. */
  readonly requestedBy: string;
  /** Why it failed. */
  readonly errorCode: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly deletedAt: string | null;
}

/** What of an export did not go into its file. Counts over the chosen rows only. */
export interface ExportQuality {
  /** Digests in the source that were made under rules which are not the platform's. */
  readonly foreignDigests: number;
  /** Values that give no identifier under the rules of the profile, or that the session did not use. */
  readonly unusableValues: number;
  /** Rows that are not in the file, because nothing was left of them. */
  readonly rowsLeftOut: number;
}

/** Which export to make. */
export interface NewExport {
  /** Id of a session of mode `psi` that is done. */
  readonly session: string;
  /**
   * `audience`: the rows that matched, to address them. `suppression`: the rows that have usable identifiers and of which
   * none matched, to leave them out elsewhere or to address those whom the partner does not have. A row that has no
   * usable identifier, or only repeats earlier rows, is in neither.
   */
  readonly kind: ExportKind;
  readonly profile: ExportProfile;
  readonly format: ExportFormat;
}

export function exportViewOf(row: ExportRow): ExportView {
  return {
    id: row.id,
    sessionId: row.session_id,
    kind: row.kind,
    profile: row.profile,
    format: row.format,
    state: row.state,
    rowCount: row.row_count,
    byteCount: row.byte_count,
    digest: row.digest,
    quality: row.quality === null ? null : (JSON.parse(row.quality) as ExportQuality),
    requestedBy: row.requested_by,
    errorCode: row.error_code,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    deletedAt: row.deleted_at,
  };
}
