/**
 * The administration of a node over HTTP: routes, who may use which, what they take and answer, and a description of all that.
 * The only importer of fastify.
 */
export type {
  Agreement,
  AgreementTerms,
  Alarm,
  AuditCheckpoint,
  AuditEntry,
  AuditPage,
  AuditQuery,
  AuditVerdict,
  CreatedToken,
  Dataset,
  DatasetDefinition,
  DatasetVersion,
  DetectableEffect,
  Export,
  FactorCode,
  LedgerAccount,
  LedgerEntry,
  ListPage,
  LoggedIn,
  Login,
  NewAgreement,
  NewExport,
  NewFactor,
  NewSchedule,
  NewSession,
  NewToken,
  NodeInfo,
  Overview,
  Partner,
  QualityReport,
  Report,
  ReportView,
  Schedule,
  ScheduleChange,
  Session,
  SessionApproval,
  SessionAsk,
  SessionEvent,
  SessionPreview,
  SessionProgress,
  SessionTerms,
  TermComparison,
  Token,
  TrendRun,
} from './api-types.js';
export type { AdminOptions } from './build-app.js';
export type { AdminLog } from './log.js';
export { PERMISSIONS, type Permission } from './permissions.js';
export type { Problem } from './problem.js';
export type { RateLimits } from './rate-limits.js';
export { startAdmin, type RunningAdmin } from './start-admin.js';
