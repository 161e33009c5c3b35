import type { TSchema } from 'typebox';
import { PROBLEM } from '../problem.js';
import { DATASET, DATASET_DEFINITION, DATASET_VERSION, QUALITY } from './datasets.js';
import {
  AUDIT_CHECKPOINT,
  AUDIT_ENTRY,
  AUDIT_VERDICT,
  CREATED_TOKEN,
  LEDGER_ACCOUNT,
  LEDGER_ENTRY,
  NEW_TOKEN,
  NODE_INFO,
  TOKEN,
} from './governance.js';
import { FACTOR_CODE, LOGGED_IN, LOGIN, NEW_FACTOR } from './login.js';
import { OVERVIEW } from './overview.js';
import { detail, digest, id, time } from './parts.js';
import { AGREEMENT, AGREEMENT_TERMS, NEW_AGREEMENT, PARTNER } from './partners.js';
import { EXPORT, NEW_EXPORT, REPORT, REPORT_VIEW } from './results.js';
import {
  DETECTABLE_EFFECT,
  NEW_SESSION,
  SESSION,
  SESSION_ASK,
  SESSION_EVENT,
  SESSION_PREVIEW,
  SESSION_PROGRESS,
  SESSION_TERMS,
  TERM_COMPARISON,
} from './sessions.js';
import { ALARM, NEW_SCHEDULE, SCHEDULE, SCHEDULE_CHANGE, TREND_RUN } from './upkeep.js';

/** The schemas that have a name in the OpenAPI document. */
export const COMPONENTS: Readonly<Record<string, TSchema>> = {
  Problem: PROBLEM,
  Id: id,
  Time: time,
  Digest: digest,
  Detail: detail,
  Partner: PARTNER,
  AgreementTerms: AGREEMENT_TERMS,
  Agreement: AGREEMENT,
  NewAgreement: NEW_AGREEMENT,
  DatasetDefinition: DATASET_DEFINITION,
  Dataset: DATASET,
  DatasetVersion: DATASET_VERSION,
  QualityReport: QUALITY,
  SessionAsk: SESSION_ASK,
  SessionTerms: SESSION_TERMS,
  NewSession: NEW_SESSION,
  Session: SESSION,
  SessionPreview: SESSION_PREVIEW,
  SessionEvent: SESSION_EVENT,
  SessionProgress: SESSION_PROGRESS,
  DetectableEffect: DETECTABLE_EFFECT,
  TermComparison: TERM_COMPARISON,
  Report: REPORT,
  ReportSummary: REPORT_VIEW,
  Export: EXPORT,
  NewExport: NEW_EXPORT,
  Schedule: SCHEDULE,
  NewSchedule: NEW_SCHEDULE,
  ScheduleChange: SCHEDULE_CHANGE,
  TrendRun: TREND_RUN,
  Overview: OVERVIEW,
  LedgerAccount: LEDGER_ACCOUNT,
  LedgerEntry: LEDGER_ENTRY,
  AuditEntry: AUDIT_ENTRY,
  AuditCheckpoint: AUDIT_CHECKPOINT,
  AuditVerdict: AUDIT_VERDICT,
  Alarm: ALARM,
  Token: TOKEN,
  NewToken: NEW_TOKEN,
  CreatedToken: CREATED_TOKEN,
  Login: LOGIN,
  LoggedIn: LOGGED_IN,
  NewFactor: NEW_FACTOR,
  FactorCode: FACTOR_CODE,
  Node: NODE_INFO,
};
