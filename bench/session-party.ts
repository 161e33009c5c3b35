import { randomFillSync } from 'node:crypto';
import { chooseEngine, startPool } from 'vesica/group';
import { Session } from 'vesica/protocol';
import {
  connectWithRetry,
  driveSession,
  listen,
  loadIdentity,
  parseFingerprint,
  startSha512,
  verifySignature,
} from 'vesica/transport';
import { type SessionSetting, listOf, termsOf } from './session-lists.js';

/** One party of a session benchmark: a process of its own, told what to do by one JSON argument. */
export interface PartyOrder {
  readonly side: 'initiator' | 'responder';
  readonly setting: SessionSetting;
  readonly port: number;
  readonly identityPath: string;
  readonly peer: string;
}

/** What it prints on standard output as JSON when it is done. */
export interface PartyFigures {
  readonly engine: string;
  /** From the channel being open to the answer. */
  readonly wallSeconds: number;
  /** Processor time of all the process's threads in that time. */
  readonly coreSeconds: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Largest resident memory of the process, all of it. */
  readonly peakRssBytes: number;
  /** Resident memory before the list was made: Node and the program. */
  readonly baselineRssBytes: number;
}

const FOREVER_MS = 3_600_000;
const order = JSON.parse(process.argv[2] ?? '') as PartyOrder;
const { side, setting, port, identityPath, peer } = order;

const random = { fill: (target: Uint8Array): void => void randomFillSync(target) };
const identity = await loadIdentity(identityPath);
const peerFingerprint = parseFingerprint(peer);
const engine = chooseEngine(setting.engine ?? undefined);
const baselineRssBytes = process.memoryUsage.rss();
const { list, inventory } = listOf(setting, side);
const operations = startPool({ engine, threads: setting.threads });

const channel = await openChannel();
const begin = performance.now();
const before = process.cpuUsage();
const session = new Session({
  side,
  party: side,
  software: 'bench',
  identity,
  verify: verifySignature,
  startSha512,
  peerKey: channel.peerKey,
  operations,
  random,
  terms: termsOf(setting),
  list,
  inventory,
});
await driveSession(session, channel, { idleTimeoutMs: FOREVER_MS });
const wallSeconds = (performance.now() - begin) / 1000;
const { user, system } = process.cpuUsage(before);
const figures: PartyFigures = {
  engine: `${engine.name}:${engine.variant}`,
  wallSeconds,
  coreSeconds: (user + system) / 1e6,
  bytesSent: channel.traffic.bytesSent,
  bytesReceived: channel.traffic.bytesReceived,
  peakRssBytes: process.resourceUsage().maxRSS * 1024,
  baselineRssBytes,
};
process.stdout.write(JSON.stringify(figures));
await operations.close();

async function openChannel(): ReturnType<typeof connectWithRetry> {
  if (side === 'initiator') {
    return connectWithRetry({
      url: `wss://127.0.0.1:${port}`,
      identity,
      peerFingerprint,
      deadlineMs: FOREVER_MS,
    });
  }
  const listener = await listen({ host: '127.0.0.1', port, identity, peerFingerprint });
  const opened = await listener.next();
  await listener.close();
  return opened;
}
