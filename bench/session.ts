import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseEngine } from 'vesica/group';
import { createIdentity, fingerprint, saveIdentity } from 'vesica/transport';
import type { CriteoOrder } from './criteo-lists.js';
import { type EngineCost, engineCost, floorSeconds, medianCost } from './floor.js';
import { type Machine, machine } from './machine.js';
import { LISTENING, runBoth } from './party-process.js';
import { startProgress } from './progress.js';
import type { SessionSetting } from './session-lists.js';
import type { PartyFigures, PartyOrder, PartyProgress } from './session-party.js';

const TELL_EVERY_MS = 500;

export interface SessionReport extends Machine {
  readonly benchmark: 'session';
  /** `name:variant`. */
  readonly engine: string;
  readonly setting: SessionSetting;
  readonly initiator: PartyFigures;
  readonly responder: PartyFigures;
  /** From the open connection to the answer, of the slower party. */
  readonly wallSeconds: number;
  /** Processor time of both parties. */
  readonly coreSeconds: number;
  /** What the engine alone would take for the elements of both lists, by its own cost in this run. */
  readonly floorCoreSeconds: number;
  readonly engineCost: EngineCost;
  /** Bytes on the wire, both ways, TLS left out, by the keys of the larger list. */
  readonly bytesPerPair: number;
  /** Largest resident memory of each party's process. */
  readonly peakRssBytes: { readonly initiator: number; readonly responder: number };
}

/** What a session between two processes runs in. */
export interface SessionSurroundings {
  readonly signal?: AbortSignal;
  /** Named in the lines of progress. */
  readonly name?: string;
  /** Something between the parties that forwards to `port`. */
  readonly between?: (port: number) => Promise<Between>;
  /** The lists of this experiment instead of those of the setting. */
  readonly criteo?: CriteoOrder;
}

export interface Between {
  /** What the initiator calls, again and again until somebody answers. */
  readonly port: number;
  /** Called when the responder can be called: who answers earlier has nowhere to forward to. */
  readonly open: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Runs one session between two processes over TLS on the loopback interface. */
export async function sessionBenchmark(
  setting: SessionSetting,
  surroundings: SessionSurroundings = {},
): Promise<SessionReport> {
  const { signal = new AbortController().signal, name = 'session', between, criteo } = surroundings;
  const engine = chooseEngine(setting.engine ?? undefined);
  const before = engineCost(engine);
  const folder = await mkdtemp(join(tmpdir(), 'vesica-bench-'));
  let middle: Between | undefined;
  let opening: Promise<void> | undefined;
  let ticking: NodeJS.Timeout | undefined;
  try {
    const port = await freePort();
    middle = await between?.(port);
    const identities = { initiator: createIdentity('initiator'), responder: createIdentity('responder') };
    const order = async (
      side: PartyOrder['side'],
      other: PartyOrder['side'],
      at: number,
    ): Promise<PartyOrder> => {
      const identityPath = join(folder, `${side}.id`);
      await saveIdentity(identities[side], identityPath);
      const own = { side, setting, port: at, identityPath, peer: fingerprint(identities[other].publicKey) };
      return criteo === undefined ? own : { ...own, criteo };
    };
    const progress = startProgress();
    let latest: PartyProgress = { stage: 'list', done: 0, total: 0 };
    const tell = (): void =>
      progress.report(`${name}, ${latest.stage}`, latest.total === 0 ? 0 : latest.done / latest.total);
    // A party that is busy with its list says nothing: the clock does.
    ticking = setInterval(tell, TELL_EVERY_MS);
    const [initiator, responder] = await runBoth(
      [
        await order('initiator', 'responder', middle?.port ?? port),
        await order('responder', 'initiator', port),
      ],
      {
        signal,
        onProgress: (at) => {
          latest = at;
          if (at.stage === LISTENING) opening = middle?.open();
        },
      },
    );
    const cost = medianCost([before, engineCost(engine)]);
    return {
      benchmark: 'session',
      ...machine(),
      engine: initiator.engine,
      setting,
      initiator,
      responder,
      wallSeconds: Math.max(initiator.wallSeconds, responder.wallSeconds),
      coreSeconds: initiator.coreSeconds + responder.coreSeconds,
      floorCoreSeconds: floorSeconds(cost, setting.size + setting.peerSize),
      engineCost: cost,
      bytesPerPair:
        (initiator.bytesSent + initiator.bytesReceived) / Math.max(setting.size, setting.peerSize),
      peakRssBytes: { initiator: initiator.peakRssBytes, responder: responder.peakRssBytes },
    };
  } finally {
    clearInterval(ticking);
    await opening;
    await middle?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A port of the loopback interface that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

/** The figures as text. */
export function printSession(report: SessionReport): string {
  const { setting, initiator, responder } = report;
  const rows = Math.max(setting.size, setting.peerSize);
  const memory = ({ peakRssBytes, baselineRssBytes }: PartyFigures): string =>
    `${(peakRssBytes / 1e6).toFixed(0)} MB at most, ${(peakRssBytes / rows).toFixed(0)} B a row; ` +
    `${((peakRssBytes - baselineRssBytes) / rows).toFixed(0)} B a row above the ${(baselineRssBytes / 1e6).toFixed(0)} MB before the list`;
  const stages = ({ stages: of }: PartyFigures): string =>
    of
      .map(({ stage, wallSeconds, coreSeconds }) =>
        [stage, wallSeconds.toFixed(2), `(${coreSeconds.toFixed(2)})`].join(' '),
      )
      .join(', ');
  return [
    `${report.processor}, Node ${report.node}; ${report.engine}, ${setting.threads} threads a party, both on this machine, TLS`,
    `${setting.mode}: ${setting.size} keys in ${setting.cells} cells against ${setting.peerSize} with ${setting.measures} measures`,
    `  wall              ${report.wallSeconds.toFixed(2)} s`,
    `  processor         ${report.coreSeconds.toFixed(2)} s of both parties, ${(report.coreSeconds / report.floorCoreSeconds).toFixed(2)} x the floor of ${report.floorCoreSeconds.toFixed(2)} s`,
    `  wire              ${report.bytesPerPair.toFixed(1)} bytes a pair of rows`,
    `  memory initiator  ${memory(initiator)}`,
    `  memory responder  ${memory(responder)}`,
    `  stages initiator  ${stages(initiator)}`,
    `  stages responder  ${stages(responder)}  [s of wall (processor)]`,
    '',
  ].join('\n');
}
