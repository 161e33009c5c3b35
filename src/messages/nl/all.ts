/** All areas of one language as one catalogue. */
import { approval } from './approval.js';
import { audit } from './audit.js';
import { budget } from './budget.js';
import { datasets } from './datasets.js';
import { errors } from './errors.js';
import { exports } from './exports.js';
import { overview } from './overview.js';
import { partners } from './partners.js';
import { report } from './report.js';
import { sessions } from './sessions.js';
import { settings } from './settings.js';
import { shell } from './shell.js';
import { start } from './start.js';
import { trend } from './trend.js';
import { upkeep } from './upkeep.js';

export const nl = {
  ...approval,
  ...audit,
  ...budget,
  ...datasets,
  ...errors,
  ...exports,
  ...overview,
  ...partners,
  ...report,
  ...sessions,
  ...settings,
  ...shell,
  ...start,
  ...trend,
  ...upkeep,
};
