/**
 * What a lineage may be called: 1 to 63 small letters, digits, dots, hyphens and underscores, so that two budgets never
 * differ in case alone. It stands in messages and in the audit log, so no UUID, which may be somebody's advertising id.
 */
export const LINEAGE_PATTERN =
  '^(?!.*[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})[a-z0-9][a-z0-9._-]{0,62}$';

/** The pattern in words. */
export const LINEAGE_FORM =
  'a lineage is 1 to 63 small letters, digits, dots, hyphens and underscores, and no UUID';
