import { asVesicaError } from '../../errors.js';
import type { NodeContext } from '../context.js';
import type { AlarmRow } from '../store/index.js';
import { alarmOf, type NewAlarm } from './alarm.js';
import { signedHeaders, webhookBody, type Post, type Webhook } from './webhook.js';

/** How often an alarm is sent before it is given up. */
export const MAX_DELIVERY_ATTEMPTS = 8;
/** Pauses of 1, 3, 9, 27, 81, 243 and 729 minutes: 18 hours in all, which a receiver's bad night does not outlast. */
const FIRST_PAUSE_MS = 60_000;
const PAUSE_FACTOR = 3;
const MAX_BATCH = 100;

/** How many alarms reached the webhook, did not this time, and will not any more. */
export interface Delivered {
  readonly delivered: number;
  readonly failed: number;
  readonly givenUp: number;
}

export interface DeliveryOptions {
  readonly webhook: Webhook;
  readonly node: string;
  readonly post: Post;
  readonly alarms: { raise(alarm: NewAlarm): Promise<unknown> };
}

/** The pause after the attempt with this number, from 1, in milliseconds. */
export function pauseAfterAttempt(attempt: number): number {
  return FIRST_PAUSE_MS * PAUSE_FACTOR ** (attempt - 1);
}

/** Sends the alarms that are due, each once, and keeps what became of it. */
export async function deliverDue(context: NodeContext, options: DeliveryOptions): Promise<Delivered> {
  const due = await context.store.db
    .selectFrom('alarms')
    .selectAll()
    .where('delivery', '=', 'pending')
    .where('next_delivery_at', '<=', context.now().toISOString())
    .orderBy('id')
    .limit(MAX_BATCH)
    .execute();
  const sums = { delivered: 0, failed: 0, givenUp: 0 };
  for (const row of due) {
    const answer = await send(row, context, options);
    const attempts = row.delivery_attempts + 1;
    const outcome = isTaken(answer) ? 'delivered' : attempts < MAX_DELIVERY_ATTEMPTS ? 'failed' : 'givenUp';
    sums[outcome] += 1;
    await keep(context, row.id, {
      delivery: outcome === 'failed' ? 'pending' : outcome === 'givenUp' ? 'given-up' : 'delivered',
      delivery_attempts: attempts,
      next_delivery_at:
        outcome === 'failed'
          ? new Date(context.now().getTime() + pauseAfterAttempt(attempts)).toISOString()
          : null,
    });
    if (outcome === 'givenUp') await options.alarms.raise(failedAlarm(row, answer));
    // Who does not answer at all would not answer for the next one either.
    if (typeof answer === 'string') break;
  }
  return sums;
}

/** The status of the answer, or the code of the error when there was none. */
async function send(
  row: AlarmRow,
  { now }: NodeContext,
  { webhook, node, post }: DeliveryOptions,
): Promise<number | string> {
  const body = webhookBody(alarmOf(row), node);
  try {
    return await post(webhook.url, signedHeaders(body, webhook.secret, now()), body);
  } catch (error) {
    return asVesicaError(error).code;
  }
}

function isTaken(answer: number | string): boolean {
  return typeof answer === 'number' && answer >= 200 && answer < 300;
}

async function keep(context: NodeContext, id: string, changes: Partial<AlarmRow>): Promise<void> {
  await context.store.db.updateTable('alarms').set(changes).where('id', '=', id).execute();
}

function failedAlarm(row: AlarmRow, answer: number | string): NewAlarm {
  return {
    kind: 'webhook-failed',
    severity: 'warning',
    message: 'the webhook did not take an alarm; it is not sent again',
    detail: { alarm: row.id, alarmKind: row.kind, attempts: MAX_DELIVERY_ATTEMPTS, answer },
  };
}
