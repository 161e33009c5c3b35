import type { Migration } from '../migrate.js';

/** What a node that runs sessions by itself has to remember. */
export const runningNode: Migration = {
  name: 'running-node',
  statements: [
    `ALTER TABLE agreements ADD COLUMN datasets TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(datasets))`,
    `ALTER TABLE sessions ADD COLUMN on_unanswered TEXT NOT NULL DEFAULT 'refuse'
      CHECK (on_unanswered IN ('refuse', 'charge'))`,
    `ALTER TABLE sessions ADD COLUMN error_message TEXT`,
    `ALTER TABLE exports ADD COLUMN quality TEXT CHECK (json_valid(quality))`,
    `CREATE UNIQUE INDEX sessions_by_protocol_session ON sessions (protocol_session)
      WHERE protocol_session IS NOT NULL`,
  ],
};
