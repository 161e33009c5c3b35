import type { Report } from '../../../../src/report/index.js';
import type { SessionAsk, SessionView } from '../../../../src/node/index.js';
import { AGREEMENT, EXPOSURES, ORDERS, plainList } from '../../support/nodes.js';
import { KillableNode } from './killable-node.js';
import { Relay, type Side } from './relay.js';

export const OPERATOR = { kind: 'token', name: 'operator' } as const;
const TIMEOUTS = { connectRetrySeconds: 1 };
export const ENDED = ['done', 'failed', 'rejected', 'cancelled', 'expired'] as const;

export interface CrashParty {
  readonly node: KillableNode;
  partner: string;
  /** Ids, by name of the subject. */
  readonly known: Map<string, { readonly agreement: string; readonly dataset: string }>;
}

/** A question about people that no other test asks about: each has accounts of its own on both sides. */
export interface Subject {
  readonly ask: SessionAsk;
  readonly number: number;
  /** What its agreement says otherwise. */
  readonly agreement?: object;
}

/** Two nodes in processes of their own; the advertiser starts sessions and reaches the publisher through the relay. */
export interface CrashPair {
  readonly relay: Relay;
  readonly initiator: CrashParty;
  readonly responder: CrashParty;
}

export async function openCrashPair(subjects: readonly Subject[]): Promise<CrashPair> {
  const initiator = party('advertiser');
  const responder = party('publisher');
  await Promise.all([initiator.node.start(), responder.node.start()]);
  const relay = await Relay.open({
    identities: { initiator: initiator.node.identity, responder: responder.node.identity },
    responderUrl: () => responder.node.url,
  });
  const parties = {
    publisher: (await responder.node.info()).fingerprint,
    advertiser: (await initiator.node.info()).fingerprint,
  };
  await Promise.all([
    introduce(initiator, 'publisher', { fingerprint: parties.publisher, address: relay.url }),
    introduce(responder, 'advertiser', { fingerprint: parties.advertiser }),
  ]);
  for (const subject of subjects) {
    const terms = { ...AGREEMENT, ...subject.agreement, name: nameOf(subject), parties };
    await Promise.all([
      agree(initiator, 'initiator', subject, terms),
      agree(responder, 'responder', subject, terms),
    ]);
  }
  return { relay, initiator, responder };
}

export async function closeCrashPair({ relay, initiator, responder }: CrashPair): Promise<void> {
  await relay.close();
  await Promise.all([initiator.node.remove(), responder.node.remove()]);
}

function party(name: string): CrashParty {
  return { node: new KillableNode(name, TIMEOUTS), partner: '', known: new Map() };
}

async function introduce(party: CrashParty, name: string, reached: object): Promise<void> {
  party.partner = (await party.node.call('partners', 'add', { name, ...reached }, OPERATOR)).id;
}

async function agree(party: CrashParty, side: Side, subject: Subject, terms: object): Promise<void> {
  const { node, partner, known } = party;
  const { id: dataset } = await node.call('datasets', 'define', definitionOf(subject, side), OPERATOR);
  const asked = { partner, terms, approval: 'manual', datasets: [dataset] };
  const { id: agreement } = await node.call('agreements', 'create', asked, OPERATOR);
  await node.call('agreements', 'activate', agreement, OPERATOR);
  known.set(nameOf(subject), { agreement, dataset });
}

/** The name of a subject, which is the lineage of its accounts too. */
export const nameOf = ({ ask, number }: Subject): string => `${ask.mode}-${number}`;

function idsOf({ known }: CrashParty, subject: Subject): { agreement: string; dataset: string } {
  const ids = known.get(nameOf(subject));
  if (ids === undefined) throw new Error(`${nameOf(subject)} is not known`);
  return ids;
}

function definitionOf(subject: Subject, side: Side): object {
  const { mode } = subject.ask;
  const isInitiator = side === 'initiator';
  const of = isInitiator ? ORDERS : EXPOSURES;
  const base = mode === 'aggregate' ? of : plainList(of, isInitiator ? 'receiver' : 'sender');
  return { ...base, name: nameOf(subject), lineage: nameOf(subject) };
}

/** Starts a session about a subject. */
export function create(
  { initiator }: CrashPair,
  subject: Subject,
  onUnanswered: 'refuse' | 'charge' = 'refuse',
): Promise<SessionView> {
  const request = { ...idsOf(initiator, subject), ask: subject.ask, onUnanswered };
  return initiator.node.call('sessions', 'create', request, OPERATOR);
}

/** The session at the responder, once it is there. */
export async function offered(
  { responder: { node } }: CrashPair,
  session: SessionView,
): Promise<SessionView> {
  for (;;) {
    const found = await known(node, session);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The session as a node knows it, if it does. */
export async function known(
  node: KillableNode,
  { protocolSession }: SessionView,
): Promise<SessionView | undefined> {
  const { items } = await node.call('sessions', 'list', { limit: 20 });
  return items.find((item) => item.protocolSession === protocolSession);
}

export async function approve(
  pair: CrashPair,
  session: SessionView,
  { subject, onUnanswered = 'refuse' }: { subject: Subject; onUnanswered?: 'refuse' | 'charge' },
): Promise<SessionView> {
  const { id } = await offered(pair, session);
  const given = { dataset: idsOf(pair.responder, subject).dataset, onUnanswered };
  return pair.responder.node.call('sessions', 'approve', id, given, OPERATOR);
}

/** Carries a session to its end on both sides. */
export async function runThrough(
  pair: CrashPair,
  subject: Subject,
  onUnanswered: 'refuse' | 'charge' = 'refuse',
): Promise<Readonly<Record<Side, SessionView>>> {
  const session = await create(pair, subject, onUnanswered);
  await approve(pair, session, { subject, onUnanswered });
  return ends(pair, session);
}

/** The session on both sides, once it has ended. */
export async function ends(
  pair: CrashPair,
  session: SessionView,
): Promise<Readonly<Record<Side, SessionView>>> {
  const { id } = await offered(pair, session);
  const [initiator, responder] = await Promise.all([
    pair.initiator.node.until(session.id, ENDED),
    pair.responder.node.until(id, ENDED),
  ]);
  return { initiator, responder };
}

export function reportOf(node: KillableNode, { reportId }: SessionView): Promise<Report> {
  return node.call('reports', 'read', reportId ?? '', OPERATOR);
}

/** What each side has spent for a subject. */
export async function spentFor(
  pair: CrashPair,
  subject: Subject,
): Promise<Readonly<Record<Side, { readonly entries: number; readonly lost: number }>>> {
  const of = async ({ node, partner }: CrashParty): Promise<{ entries: number; lost: number }> => {
    const history = await node.history(partner, nameOf(subject));
    return { entries: history.length, lost: history.filter(({ isAnswered }) => !isAnswered).length };
  };
  const [initiator, responder] = await Promise.all([of(pair.initiator), of(pair.responder)]);
  return { initiator, responder };
}
