import Type from 'typebox';
import {
  ALARM_DELIVERIES,
  ALARM_KINDS,
  ALARM_SEVERITIES,
  ALARM_STATES,
  MISSED_RUNS,
  SCHEDULE_OUTCOMES,
  SCHEDULE_STATES,
  SESSION_ASK_SCHEMA,
} from '../../node/index.js';
import { strict } from '../route.js';
import { count, detail, id, nullable, pageQuery, text, textOrNull, time } from './parts.js';

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
    datasetId: id,
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
