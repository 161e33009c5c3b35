/**
 * What a node does by itself: starts sessions on schedule, deletes what was kept as long as it may be, and raises alarms
 * when something needs a person, which a webhook is told of.
 */
export type { Alarm, AlarmDetail, NewAlarm } from './alarm.js';
export { Alarms, type AlarmQuery, type AlarmsOptions } from './alarms.js';
export { Cadence, type Rhythm } from './cadence.js';
export type { Retained, ScheduleCollaborators, ScheduledAgreement } from './collaborators.js';
export { MAX_DELIVERY_ATTEMPTS, type Delivered } from './delivery.js';
export { Heartbeat, type HeartbeatOptions } from './heartbeat.js';
export { httpPost } from './post.js';
export { Retention, type RetentionOptions, type Swept } from './retention.js';
export type { NewSchedule, ScheduleChanges, ScheduleSettings, ScheduleView } from './schedule.js';
export { Schedules, type ScheduleQuery, type SchedulesOptions } from './schedules.js';
export type { Ticked } from './schedule-runs.js';
export { Watch, type FinishedSession, type WatchOptions, type WatchThresholds } from './watch.js';
export type { SessionFigures } from './watch-rules.js';
export type { Post, Webhook } from './webhook.js';
