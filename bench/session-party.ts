import { randomFillSync } from 'node:crypto';
import { dirname } from 'node:path';
import { chooseEngine, startPool } from 'vesica/group';
import { Session, type Spool } from 'vesica/protocol';
import { spoolWithin } from 'vesica/spool';
import {
  connectWithRetry,
  driveSession,
  listen,
  loadIdentity,
  parseFingerprint,
  startSha512,
  verifySignature,
} from 'vesica/transport';
import { type CriteoOrder, type StatedLift, criteoList, criteoTerms, statedLifts } from './criteo-lists.js';
import { LISTENING } from './party-process.js';
import { type SessionSetting, listOf, termsOf } from './session-lists.js';

/** One party of a session benchmark: a process of its own, told what to do by one JSON argument. */
export interface PartyOrder {
  readonly side: 'initiator' | 'responder';
  readonly setting: SessionSetting;
  readonly port: number;
  readonly identityPath: string;
  readonly peer: string;
  /** Instead of the lists of the setting. */
  readonly criteo?: CriteoOrder;
}

/** A part of a session: making the list, then the states of `Session` that take time. */
export interface StageFigures {
  readonly stage: string;
  readonly wallSeconds: number;
  /** Processor time of all the process's threads. */
  readonly coreSeconds: number;
}

/** What it tells its parent now and then. */
export interface PartyProgress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
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
  /** In their order; the list and the connection come before what `wallSeconds` counts. */
  readonly stages: readonly StageFigures[];
  /** The lift that this party's report states, when the lists are of an experiment. */
  readonly lifts?: readonly StatedLift[];
}

const FOREVER_MS = 3_600_000;
const TELL_EVERY_MS = 500;
// A party never outlives the run that started it, however that ended.
process.once('disconnect', () => process.exit(1));
process.channel?.unref();

const order = JSON.parse(process.argv[2] ?? '') as PartyOrder;
const { side, setting, port, identityPath, peer, criteo } = order;

const random = { fill: (target: Uint8Array): void => void randomFillSync(target) };
const identity = await loadIdentity(identityPath);
const peerFingerprint = parseFingerprint(peer);
const engine = chooseEngine(setting.engine ?? undefined);
const baselineRssBytes = process.memoryUsage.rss();
const stages: StageFigures[] = [];
let stageBegin = performance.now();
let stageBefore = process.cpuUsage();
const terms = criteo === undefined ? termsOf(setting) : criteoTerms(criteo);
const { list, inventory } = criteo === undefined ? listOf(setting, side) : criteoList(criteo, side);
endStage('list');
const spool = setting.memoryMiB === undefined ? undefined : spoolOf(setting.memoryMiB);
const operations = startPool({ engine, threads: setting.threads });

const channel = await openChannel();
endStage('connection');
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
  spool,
  terms,
  list,
  inventory,
});
let state = session.state;
let toldMs = 0;
const outcome = await driveSession(session, channel, {
  idleTimeoutMs: FOREVER_MS,
  onFrame: () => {
    if (session.state !== state) {
      endStage(state);
      state = session.state;
    }
    if (performance.now() - toldMs < TELL_EVERY_MS) return;
    toldMs = performance.now();
    process.send?.({ stage: state, ...session.progress } satisfies PartyProgress);
  },
});
if (state !== 'done') endStage(state);
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
  ...(criteo === undefined ? {} : { lifts: await liftsOf() }),
  stages,
};
process.stdout.write(JSON.stringify(figures));
await operations.close();

/** Loads what writes reports only now, so that other sessions' memory does not count it. */
async function liftsOf(): Promise<readonly StatedLift[]> {
  const { reportOf } = await import('./memory-session.js');
  return statedLifts(reportOf({ side, terms, inventory, outcome }));
}

/** Tags that do not fit go into the folder of the run's own files. */
function spoolOf(limitMiB: number): Spool {
  const folder = dirname(identityPath);
  return spoolWithin({ limitMiB, folder }, list.batch.types.length, random);
}

/** Books what passed since the last stage ended. */
function endStage(stage: string): void {
  const { user, system } = process.cpuUsage(stageBefore);
  stages.push({
    stage,
    wallSeconds: (performance.now() - stageBegin) / 1000,
    coreSeconds: (user + system) / 1e6,
  });
  stageBegin = performance.now();
  stageBefore = process.cpuUsage();
}

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
  process.send?.({ stage: LISTENING, done: 0, total: 0 } satisfies PartyProgress);
  const opened = await listener.next();
  await listener.close();
  return opened;
}
