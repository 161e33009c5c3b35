/** What the API takes and answers, as types: for clients of this repository. The schemas are the source. */
import type Type from 'typebox';
import type { DATASET, DATASET_DEFINITION, DATASET_VERSION, QUALITY } from './schemas/datasets.js';
import type {
  AUDIT_CHECKPOINT,
  AUDIT_ENTRY,
  AUDIT_PAGE,
  AUDIT_QUERY,
  AUDIT_VERDICT,
  CREATED_TOKEN,
  LEDGER_ACCOUNT,
  LEDGER_ENTRY,
  NEW_TOKEN,
  NODE_INFO,
  TOKEN,
} from './schemas/governance.js';
import type { FACTOR_CODE, LOGGED_IN, LOGIN, NEW_FACTOR } from './schemas/login.js';
import type { OVERVIEW } from './schemas/overview.js';
import type { AGREEMENT, AGREEMENT_TERMS, NEW_AGREEMENT, PARTNER } from './schemas/partners.js';
import type { EXPORT, NEW_EXPORT, REPORT, REPORT_VIEW } from './schemas/results.js';
import type {
  DETECTABLE_EFFECT,
  NEW_SESSION,
  SESSION,
  SESSION_APPROVAL,
  SESSION_ASK,
  SESSION_EVENT,
  SESSION_PREVIEW,
  SESSION_PROGRESS,
  SESSION_TERMS,
  TERM_COMPARISON,
} from './schemas/sessions.js';
import type { ALARM, NEW_SCHEDULE, SCHEDULE, SCHEDULE_CHANGE, TREND_RUN } from './schemas/upkeep.js';

type Static<Schema extends Type.TSchema> = Type.Static<Schema>;

/** A page of a list, newest first; `next` is `after` of the page that follows, `null` on the last one. */
export interface ListPage<Item> {
  items: Item[];
  next: string | null;
}

export type Partner = Static<typeof PARTNER>;
export type Agreement = Static<typeof AGREEMENT>;
export type AgreementTerms = Static<typeof AGREEMENT_TERMS>;
export type NewAgreement = Static<typeof NEW_AGREEMENT>;
export type Dataset = Static<typeof DATASET>;
export type DatasetDefinition = Static<typeof DATASET_DEFINITION>;
export type DatasetVersion = Static<typeof DATASET_VERSION>;
export type QualityReport = Static<typeof QUALITY>;
export type Session = Static<typeof SESSION>;
export type SessionAsk = Static<typeof SESSION_ASK>;
export type SessionTerms = Static<typeof SESSION_TERMS>;
export type SessionPreview = Static<typeof SESSION_PREVIEW>;
export type SessionApproval = Static<typeof SESSION_APPROVAL>;
export type SessionEvent = Static<typeof SESSION_EVENT>;
export type SessionProgress = Static<typeof SESSION_PROGRESS>;
export type DetectableEffect = Static<typeof DETECTABLE_EFFECT>;
export type TermComparison = Static<typeof TERM_COMPARISON>;
export type NewSession = Static<typeof NEW_SESSION>;
export type Report = Static<typeof REPORT>;
/** What a list of reports tells of one. */
export type ReportView = Static<typeof REPORT_VIEW>;
export type Export = Static<typeof EXPORT>;
export type NewExport = Static<typeof NEW_EXPORT>;
export type Schedule = Static<typeof SCHEDULE>;
export type NewSchedule = Static<typeof NEW_SCHEDULE>;
export type ScheduleChange = Static<typeof SCHEDULE_CHANGE>;
/** One run of a schedule, in its trend. */
export type TrendRun = Static<typeof TREND_RUN>;
export type Overview = Static<typeof OVERVIEW>;
export type LedgerAccount = Static<typeof LEDGER_ACCOUNT>;
export type LedgerEntry = Static<typeof LEDGER_ENTRY>;
export type AuditEntry = Static<typeof AUDIT_ENTRY>;
export type AuditPage = Static<typeof AUDIT_PAGE>;
export type AuditQuery = Static<typeof AUDIT_QUERY>;
export type AuditCheckpoint = Static<typeof AUDIT_CHECKPOINT>;
export type AuditVerdict = Static<typeof AUDIT_VERDICT>;
export type Alarm = Static<typeof ALARM>;
export type Token = Static<typeof TOKEN>;
export type NewToken = Static<typeof NEW_TOKEN>;
export type CreatedToken = Static<typeof CREATED_TOKEN>;
export type NodeInfo = Static<typeof NODE_INFO>;
export type Login = Static<typeof LOGIN>;
export type LoggedIn = Static<typeof LOGGED_IN>;
export type NewFactor = Static<typeof NEW_FACTOR>;
export type FactorCode = Static<typeof FACTOR_CODE>;
