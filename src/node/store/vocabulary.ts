/** The closed sets of the schema. Each is also a CHECK constraint; a test compares the two. */

export const PARTNER_STATES = ['active', 'suspended', 'removed'] as const;
export const AGREEMENT_STATES = ['draft', 'active', 'ended', 'revoked'] as const;
export const DATASET_STATES = ['active', 'archived'] as const;
export const VERSION_STATES = ['loading', 'ready', 'failed', 'deleted'] as const;
export const SESSION_STATES = [
  'draft',
  'offered',
  'accepted',
  'running',
  'done',
  'failed',
  'rejected',
  'cancelled',
  'expired',
] as const;
export const ON_UNANSWERED = ['refuse', 'charge'] as const;
export const EVENT_KINDS = ['transition', 'progress', 'notice'] as const;
export const EXPORT_KINDS = ['audience', 'suppression'] as const;
export const EXPORT_PROFILES = ['own', 'meta', 'google', 'tiktok'] as const;
export const EXPORT_FORMATS = ['csv', 'parquet'] as const;
export const EXPORT_STATES = ['writing', 'ready', 'failed', 'deleted'] as const;
export const LEDGER_STATES = ['reserved', 'spent'] as const;
export const MISSED_RUNS = ['skip', 'run-once'] as const;
export const SCHEDULE_STATES = ['active', 'paused', 'ended'] as const;
export const SCHEDULE_OUTCOMES = ['started', 'skipped', 'failed'] as const;
export const ACTOR_KINDS = ['token', 'node', 'partner', 'command'] as const;
export const TOKEN_ROLES = ['admin', 'operator', 'analyst', 'auditor'] as const;
export const ALARM_KINDS = [
  'budget-near-end',
  'list-size',
  'match-rate',
  'near-repeat',
  'refusals',
  'unknown-peer',
  'webhook-failed',
  'schedule-missed',
  'retention-failed',
  'audit-broken',
  'state-restored',
] as const;
export const ALARM_SEVERITIES = ['notice', 'warning', 'critical'] as const;
export const ALARM_STATES = ['open', 'acknowledged', 'closed'] as const;
export const ALARM_DELIVERIES = ['none', 'pending', 'delivered', 'given-up'] as const;

export type PartnerState = (typeof PARTNER_STATES)[number];
export type AgreementState = (typeof AGREEMENT_STATES)[number];
export type DatasetState = (typeof DATASET_STATES)[number];
export type VersionState = (typeof VERSION_STATES)[number];
export type StoredSessionState = (typeof SESSION_STATES)[number];
export type OnUnanswered = (typeof ON_UNANSWERED)[number];
export type EventKind = (typeof EVENT_KINDS)[number];
export type ExportKind = (typeof EXPORT_KINDS)[number];
export type ExportProfile = (typeof EXPORT_PROFILES)[number];
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
export type ExportState = (typeof EXPORT_STATES)[number];
export type LedgerState = (typeof LEDGER_STATES)[number];
export type MissedRun = (typeof MISSED_RUNS)[number];
export type ScheduleState = (typeof SCHEDULE_STATES)[number];
export type ScheduleOutcome = (typeof SCHEDULE_OUTCOMES)[number];
export type ActorKind = (typeof ACTOR_KINDS)[number];
export type TokenRole = (typeof TOKEN_ROLES)[number];
export type AlarmKind = (typeof ALARM_KINDS)[number];
export type AlarmSeverity = (typeof ALARM_SEVERITIES)[number];
export type AlarmState = (typeof ALARM_STATES)[number];
export type AlarmDelivery = (typeof ALARM_DELIVERIES)[number];
