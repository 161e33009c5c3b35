import type { SessionAsk, SessionView } from '../../../src/node/index.js';
import { ENDED, incoming, OPERATOR, until, type Side } from './nodes.js';

/** What tests ask of sessions, and how they carry one to its end. */

export const PSI: SessionAsk = { mode: 'psi', purpose: 'audience' };
export const OVERLAP: SessionAsk = { mode: 'psi-ca', purpose: 'audience' };
export const LIFT: SessionAsk = { mode: 'aggregate', purpose: 'campaign-measurement' };

/** Starts a session on the dataset that the side has under this name. */
export const start = (side: Side, dataset: string, ask: SessionAsk): Promise<SessionView> =>
  side.services.sessions.create(
    { agreement: side.agreement, dataset: side.datasets[dataset]!, ask },
    OPERATOR,
  );

/** Approves what the partner offers with the dataset that the side has under this name. */
export async function approve(side: Side, offered: SessionView, dataset: string): Promise<void> {
  await side.services.sessions.approve(offered.id, { dataset: side.datasets[dataset]! }, OPERATOR);
}

/** One session, as each side sees it. */
export interface Both {
  readonly here: SessionView;
  readonly there: SessionView;
}

/** Both ends of a session that `one` started, once it has ended on both sides. */
export async function bothEnds(one: Side, other: Side, session: SessionView): Promise<Both> {
  const offered = await incoming(other, session.protocolSession);
  const [here, there] = await Promise.all([until(one, session.id, ENDED), until(other, offered.id, ENDED)]);
  return { here, there };
}

/** A session that `one` starts and `other` approves. */
export async function runSession(
  one: Side,
  other: Side,
  { dataset, with: own, ask }: { readonly dataset: string; readonly with: string; readonly ask: SessionAsk },
): Promise<Both> {
  const session = await start(one, dataset, ask);
  await approve(other, await incoming(other, session.protocolSession), own);
  return bothEnds(one, other, session);
}

/** What the audit log of a side tells of one session or partner, by action, in order. */
export async function audited(
  { services }: Side,
  subject: string,
): Promise<{ action: string; detail: Readonly<Record<string, unknown>> }[]> {
  const found: { action: string; detail: Readonly<Record<string, unknown>> }[] = [];
  let cursor: string | undefined;
  do {
    const page = await services.context.audit.entries(cursor === undefined ? {} : { cursor });
    for (const { subject: of, action, detail } of page.entries) {
      if (of.id === subject) found.push({ action, detail });
    }
    cursor = page.next;
  } while (cursor !== undefined);
  // They are read newest first.
  return found.reverse();
}

/** Waits until `holds`, which something on its way makes true. */
export async function eventually(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
