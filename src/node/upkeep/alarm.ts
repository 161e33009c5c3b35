import type { AlarmDelivery, AlarmKind, AlarmRow, AlarmSeverity, AlarmState } from '../store/index.js';

export type AlarmDetail = Readonly<Record<string, string | number | boolean | null>>;

/** Something that a person should look at. Nothing in it may be an identifier of a person: the audit log checks it. */
export interface NewAlarm {
  readonly kind: AlarmKind;
  readonly severity: AlarmSeverity;
  readonly partnerId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** One sentence, at most 200 characters. */
  readonly message: string;
  /** Values that the audit log would keep: see `AuditEntry`. */
  readonly detail: AlarmDetail;
  /** A key of `detail`: alarms that differ in it are two alarms, also of one kind and partner. */
  readonly distinctBy?: string | undefined;
  /** Not raised while so many of its kind are not closed. */
  readonly atMost?: number | undefined;
}

/** An alarm as it is kept. */
export interface Alarm {
  readonly id: string;
  readonly kind: AlarmKind;
  readonly severity: AlarmSeverity;
  readonly state: AlarmState;
  readonly partnerId: string | null;
  readonly sessionId: string | null;
  readonly message: string;
  readonly detail: AlarmDetail;
  readonly raisedAt: string;
  /** Name of the token or command. */
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: string | null;
  /** `none` without a webhook, and for alarms about the webhook itself. */
  readonly delivery: AlarmDelivery;
  readonly deliveryAttempts: number;
  readonly nextDeliveryAt: string | null;
}

export function alarmOf(row: AlarmRow): Alarm {
  return {
    id: row.id,
    kind: row.kind,
    severity: row.severity,
    state: row.state,
    partnerId: row.partner_id,
    sessionId: row.session_id,
    message: row.message,
    detail: JSON.parse(row.detail) as AlarmDetail,
    raisedAt: row.raised_at,
    acknowledgedBy: row.acknowledged_by,
    acknowledgedAt: row.acknowledged_at,
    delivery: row.delivery,
    deliveryAttempts: row.delivery_attempts,
    nextDeliveryAt: row.next_delivery_at,
  };
}
