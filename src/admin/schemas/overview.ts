import Type, { type TSchema } from 'typebox';
import { strict } from '../route.js';
import { count, id, named, nullable, text, textOrNull, time } from './parts.js';
import { REPORT_VIEW } from './results.js';
import { SESSION } from './sessions.js';
import { ALARM } from './upkeep.js';

/** The first ten of them; what the role of the caller may not see has no schema but null. */
const part = <Schema extends TSchema>(item: Schema, description: string) =>
  nullable(
    Type.Object(
      { count: count('All of them.'), items: Type.Array(item, { maxItems: 10 }) },
      { ...strict, description },
    ),
  );

const nearBudget = Type.Object(
  {
    partner: named('Name of the partner.'),
    lineage: text('Which people it is about.'),
    spentEpsilon: textOrNull("At the limit's delta; null when there is none so small."),
    limitEpsilon: text('Decimal.'),
    percent: count('Spent, of epsilon or delta, whichever is nearer to its end.'),
  },
  strict,
);
const endingAgreement = Type.Object(
  { id, name: text('Name of the agreement.'), partner: named('Name of the partner.'), validUntil: time },
  strict,
);

export const OVERVIEW = Type.Object(
  {
    approvals: part(SESSION, 'Offers of partners that nobody here decided on, newest first.'),
    running: part(SESSION, 'Sessions that are accepted or run, newest first.'),
    alarms: part(ALARM, 'Open alarms, newest first.'),
    budgets: part(nearBudget, 'Budgets of which 80 percent or more are spent, the nearest to its end first.'),
    reports: part(REPORT_VIEW, 'Reports, newest first.'),
    datasetsWithoutList: part(
      named('Name of the dataset.'),
      'Datasets in use that were never loaded as they are defined now.',
    ),
    endingAgreements: part(endingAgreement, 'Active agreements that end within 30 days, the soonest first.'),
  },
  strict,
);
