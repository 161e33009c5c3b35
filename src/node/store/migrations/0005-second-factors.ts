import type { Migration } from '../migrate.js';

/** Tokens that a code of an authenticator must come with. */
export const secondFactors: Migration = {
  name: 'second-factors',
  statements: [
    `ALTER TABLE tokens ADD COLUMN factor BLOB`,
    `ALTER TABLE tokens ADD COLUMN factor_step INTEGER CHECK (factor_step >= 0)`,
    `ALTER TABLE tokens ADD COLUMN factor_confirmed_at TEXT
      CHECK (factor_confirmed_at IS NULL OR (factor IS NOT NULL AND factor_step IS NOT NULL))`,
  ],
};
