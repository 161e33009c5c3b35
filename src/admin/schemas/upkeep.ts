import Type from 'typebox';
import {
  ALARM_DELIVERIES,
  ALARM_KINDS,
  ALARM_SEVERITIES,
  ALARM_STATES,
  MAX_TREND_RUNS,
  MISSED_RUNS,
  SCHEDULE_OUTCOMES,
  SCHEDULE_STATES,
  SESSION_ASK_SCHEMA,
  SESSION_STATES,
  TREND_KINDS,
} from '../../node/index.js';
import { strict } from '../route.js';
import { count, detail, id, named, nullable, pageQuery, text, textOrNull, time } from './parts.js';

const settings = {
  name: Type.String({ minLength: 1, maxLength: 100, description: 'Unique among schedules.' }),
  pattern: Type.String({
    minLength: 1,
    maxLength: 200,
    description: 'Cron: minute, hour, day, month, weekday.',
  }),
  timeZone: Type.String({ minLength: 1, maxLength: 100, description: 'IANA name.' }),
  missedRun: Type.Enum(MISSED_RUNS),
  request: SESSION_ASK_SCHEMA,
};

export const SCHEDULE = Type.Object(
  {
    id,
    agreementId: id,
    agreementName: text('Name of the agreement.'),
    partner: named('Name of the partner.'),
    datasetId: id,
    datasetName: text('Name of the dataset.'),
    ...settings,
    state: Type.Enum(SCHEDULE_STATES),
    nextRunAt: nullable(time),
    lastRunAt: nullable(time),
    lastOutcome: nullable(Type.Enum(SCHEDULE_OUTCOMES)),
    createdAt: time,
    updatedAt: time,
  },
  strict,
);
export const NEW_SCHEDULE = Type.Object({ agreement: id, dataset: id, ...settings }, strict);
export const SCHEDULE_CHANGE = Type.Object(
  {
    name: Type.Optional(settings.name),
    pattern: Type.Optional(settings.pattern),
    timeZone: Type.Optional(settings.timeZone),
    missedRun: Type.Optional(settings.missedRun),
    request: Type.Optional(settings.request),
  },
  strict,
);
export const SCHEDULES_QUERY = Type.Object(
  { ...pageQuery, state: Type.Optional(Type.Enum(SCHEDULE_STATES)), agreement: Type.Optional(id) },
  strict,
);

const number = (description: string) => nullable(Type.Number({ description }));
const figure = {
  value: number('The estimate; null where it cannot be stated.'),
  lower: number('Lower end of its interval.'),
  upper: number('Upper end of its interval.'),
};
export const TREND_RUN = Type.Object(
  {
    sessionId: id,
    reportId: nullable(id),
    at: time,
    state: Type.Enum(SESSION_STATES),
    matchRatePercent: nullable(
      Type.Integer({ minimum: 0, maximum: 100, description: 'Of the own list, as coarse as it is shown.' }),
    ),
    matchRateCapped: Type.Boolean({ description: 'Whether it is more than that.' }),
    epsilon: textOrNull('What it cost the budget of this side, decimal; null when it spent none.'),
    lifts: Type.Array(
      Type.Object(
        {
          measure: textOrNull('null for matched people.'),
          kind: Type.Enum(TREND_KINDS),
          arm: text('The treatment arm, over all cohorts.'),
          ...figure,
          relative: Type.Object(figure, { ...strict, description: 'The same over the control arm.' }),
        },
        { ...strict, description: 'Difference per person, in the unit of the measure.' },
      ),
    ),
  },
  strict,
);
export const TREND = Type.Object(
  { items: Type.Array(TREND_RUN, { maxItems: MAX_TREND_RUNS, description: 'Oldest first.' }) },
  strict,
);

export const ALARM = Type.Object(
  {
    id,
    kind: Type.Enum(ALARM_KINDS),
    severity: Type.Enum(ALARM_SEVERITIES),
    state: Type.Enum(ALARM_STATES),
    partnerId: nullable(id),
    sessionId: nullable(id),
    message: text('One sentence.'),
    detail,
    raisedAt: time,
    acknowledgedBy: textOrNull('Name of the token or command.'),
    acknowledgedAt: nullable(time),
    delivery: Type.Enum(ALARM_DELIVERIES),
    deliveryAttempts: count('How often the webhook was tried.'),
    nextDeliveryAt: nullable(time),
  },
  strict,
);
export const ALARMS_QUERY = Type.Object(
  {
    ...pageQuery,
    state: Type.Optional(Type.Enum(ALARM_STATES)),
    kind: Type.Optional(Type.Enum(ALARM_KINDS)),
  },
  strict,
);
