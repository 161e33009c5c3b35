import { onTestFinished } from 'vitest';
import { randomBytes } from 'node:crypto';
import { asVesicaError, type VesicaError } from '../../../src/errors.js';
import { sessionTerms, type NodeConfig, type SessionAsk } from '../../../src/node/index.js';
import {
  NO_ARMS,
  Session,
  type SessionBrief,
  type SessionOutcome,
  type Terms,
} from '../../../src/protocol/index.js';
import {
  connect,
  createIdentity,
  driveSession,
  parseFingerprint,
  startSha512,
  verifySignature,
  type Channel,
  type NodeIdentity,
} from '../../../src/transport/index.js';
import { systemRandom } from '../../../src/system-random.js';
import { chooseEngine, inlineOperations } from '../../../src/group/index.js';
import { listOf } from '../../support/session-pair.js';
import {
  AGREEMENT,
  define,
  introduce,
  OPERATOR,
  openNode,
  PUBLISHER_DATA,
  sideOf,
  type Side,
} from './nodes.js';

/** A node of the publisher, and an advertiser made by hand, who may offer what no node would. */
export interface Host {
  readonly side: Side;
  /** The advertiser's. */
  readonly identity: NodeIdentity;
}

export interface HostOptions {
  readonly config?: Partial<NodeConfig>;
  readonly agreement?: object;
  readonly approval?: 'manual' | 'automatic';
  readonly now?: () => Date;
}

const operations = inlineOperations(chooseEngine());

export async function openHost(options: HostOptions = {}): Promise<Host> {
  const { config, agreement, approval = 'automatic', now } = options;
  const identity = createIdentity('advertiser');
  const side = sideOf(await openNode('publisher', config, now));
  await define(side, PUBLISHER_DATA);
  const host = { side, identity };
  side.agreement = await agreeWith(side, host, { agreement, approval });
  return host;
}

/** Enters the advertiser as a partner, and an agreement with it. Resolves to the agreement's id. */
export async function agreeWith(
  side: Side,
  { identity }: Pick<Host, 'identity'>,
  {
    agreement = {},
    approval,
    name = 'advertiser',
  }: {
    readonly agreement?: object | undefined;
    readonly approval: 'manual' | 'automatic';
    readonly name?: string;
  },
): Promise<string> {
  const { services } = side;
  await introduce(side, { services: { info: identity }, node: { partnerUrl: 'wss://127.0.0.1:1' } }, name);
  const parties = { publisher: services.info.fingerprint, advertiser: identity.fingerprint };
  const terms = { ...AGREEMENT, ...agreement, parties };
  const { id } = await services.agreements.create(
    { partner: side.partner, terms, approval, datasets: Object.values(side.datasets) },
    OPERATOR,
  );
  return (await services.agreements.activate(id, OPERATOR)).id;
}

/** The terms that an honest node of the advertiser would offer. */
export async function honestTerms({ side }: Host, ask: SessionAsk): Promise<Terms> {
  const { terms, termsDigest } = await side.services.agreements.get(side.agreement);
  return sessionTerms({ terms, termsDigest, ownParty: 'advertiser' }, ask, 'initiator');
}

export async function dial({ side, identity }: Host): Promise<Channel> {
  const channel = await connect({
    url: side.node.partnerUrl,
    identity,
    peerFingerprint: parseFingerprint(side.services.info.fingerprint),
  });
  onTestFinished(() => channel.close(1000, ''));
  return channel;
}

export interface HandMadeOffer {
  readonly terms: Terms;
  /** 32 bytes; fresh ones unless told. */
  readonly session?: Uint8Array;
  /** Addresses of the list; 120 others unless told. */
  readonly names?: readonly string[];
  /** What the advertiser brings once the offer is accepted; the list unless told. */
  readonly bring?: () => Promise<SessionBrief>;
  readonly channel?: Channel;
}

/** A list with nothing in common with any other. */
export const STRANGERS = Array.from({ length: 120 }, (_, i) => `stranger ${i}`);

export const briefOf = (terms: Terms, names: readonly string[]): SessionBrief => ({
  terms,
  list: listOf(names),
  inventory: { size: names.length, dimensions: [], arms: NO_ARMS, cells: [] },
});

/** Carries an offer as far as it goes; resolves to its outcome, or to what ended it. */
export async function offer(
  host: Host,
  { terms, session = randomBytes(32), names = STRANGERS, ...given }: HandMadeOffer,
): Promise<{ readonly outcome?: SessionOutcome; readonly error?: VesicaError }> {
  try {
    const channel = given.channel ?? (await dial(host));
    const made = new Session({
      party: 'advertiser',
      software: 'made by hand',
      identity: host.identity,
      verify: verifySignature,
      startSha512,
      peerKey: channel.peerKey,
      operations,
      random: systemRandom,
      side: 'initiator',
      session,
      terms,
      bring: given.bring ?? (() => Promise.resolve(briefOf(terms, names))),
    });
    return { outcome: await driveSession(made, channel, { idleTimeoutMs: 60_000 }) };
  } catch (error) {
    return { error: asVesicaError(error) };
  }
}
