import type { VesicaError } from '../errors.js';
import type { Budgets } from './budgets.js';
import { NODE_ACTOR, type NodeContext } from './context.js';
import type { Datasets } from './datasets/index.js';
import type { SessionObserver } from './sessions/index.js';
import type { SessionRow } from './store/index.js';
import type { Watch } from './upkeep/index.js';

const HOUR_MS = 3_600_000;
/** Strangers that the audit log tells of within an hour; all of them are refused. */
const MOST_STRANGERS = 50;

interface ObserverOptions {
  readonly context: NodeContext;
  readonly watch: Watch;
  readonly budgets: Budgets;
  readonly datasets: Datasets;
  /** Where defects go that end no session. */
  readonly onDefect: (where: string, error: unknown) => void;
}

/** Tells the rules of `Watch` what happens to sessions, and the audit log of strangers. */
export function sessionObserver({
  context,
  watch,
  budgets,
  datasets,
  onDefect,
}: ObserverOptions): SessionObserver {
  const strangers = new Strangers();
  const lineageOf = async ({ dataset_id: id }: SessionRow): Promise<string | undefined> =>
    id === null ? undefined : (await datasets.find(id))?.definition.lineage;
  return {
    async done(session, { ownItems, matchRate }) {
      const { id, partner_id: partnerId, dataset_id: datasetId, peer_items: peerItems } = session;
      const matchPercent = matchRate === null ? null : 100 * matchRate;
      if (datasetId !== null) {
        await watch.sessionFinished({ id, partnerId, datasetId, ownItems, peerItems, matchPercent });
      }
      await spent(session);
    },
    async refused(partnerId, session, error) {
      if (isRefusal(error)) await watch.refused(partnerId);
      if (session === undefined) return;
      const lineage = await lineageOf(session);
      if (lineage !== undefined && error.code === 'budget/near-repeat' && error.reportedBy === 'self') {
        await watch.nearRepeat({ partnerId, sessionId: session.id, lineage });
      }
      // A session that failed late has spent all the same.
      await spent(session);
    },
    async stranger(fingerprint) {
      if (strangers.isNews(fingerprint, context.now().getTime())) {
        await context.audit.append({
          actor: NODE_ACTOR,
          action: 'partner.refused',
          subject: { kind: 'partner', id: 'unknown' },
          detail: { code: 'transport/wrong-peer', peerFingerprint: fingerprint },
        });
      }
      await watch.unknownPeer(fingerprint);
    },
    failed: onDefect,
  };

  async function spent(session: SessionRow): Promise<void> {
    const lineage = await lineageOf(session);
    if (lineage === undefined) return;
    const { partner_id: partnerId } = session;
    await watch.budgetSpent({ partnerId, lineage }, await budgets.statement({ partner: partnerId, lineage }));
  }
}

/** Whether somebody asked for what they may not have; a lost connection or a cancelled session is none of that. */
function isRefusal({ code, definition }: VesicaError): boolean {
  return definition.class === 'refused' && !code.startsWith('session/') && code !== 'limit/sessions';
}

/** Which strangers were seen within the last hour: one who tries again and again is told of once. */
class Strangers {
  #since = 0;
  readonly #seen = new Set<string>();

  isNews(fingerprint: string, now: number): boolean {
    if (now - this.#since > HOUR_MS) {
      this.#since = now;
      this.#seen.clear();
    }
    if (this.#seen.has(fingerprint) || this.#seen.size >= MOST_STRANGERS) return false;
    this.#seen.add(fingerprint);
    return true;
  }
}
