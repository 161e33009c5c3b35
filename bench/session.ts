import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createIdentity, fingerprint, saveIdentity } from 'vesica/transport';
import type { SessionSetting } from './session-lists.js';
import type { PartyFigures, PartyOrder } from './session-party.js';

export interface SessionReport {
  readonly node: string;
  readonly processor: string;
  readonly setting: SessionSetting;
  readonly initiator: PartyFigures;
  readonly responder: PartyFigures;
  readonly wallSeconds: number;
  /** Processor time of both parties. */
  readonly coreSeconds: number;
  /** Bytes on the wire, both ways, TLS left out, by the keys of the larger list. */
  readonly bytesPerPair: number;
}

/** Runs one session between two processes over TLS on the loopback interface. */
export async function sessionBenchmark(setting: SessionSetting): Promise<SessionReport> {
  const folder = await mkdtemp(join(tmpdir(), 'vesica-bench-'));
  try {
    const port = await freePort();
    const identities = { initiator: createIdentity('initiator'), responder: createIdentity('responder') };
    const party = async (side: PartyOrder['side'], other: PartyOrder['side']): Promise<PartyFigures> => {
      const identityPath = join(folder, `${side}.id`);
      await saveIdentity(identities[side], identityPath);
      return runParty({ side, setting, port, identityPath, peer: fingerprint(identities[other].publicKey) });
    };
    const [initiator, responder] = await Promise.all([
      party('initiator', 'responder'),
      party('responder', 'initiator'),
    ]);
    return {
      node: process.version,
      processor: cpus()[0]?.model ?? 'unknown',
      setting,
      initiator,
      responder,
      wallSeconds: Math.max(initiator.wallSeconds, responder.wallSeconds),
      coreSeconds: initiator.coreSeconds + responder.coreSeconds,
      bytesPerPair:
        (initiator.bytesSent + initiator.bytesReceived) / Math.max(setting.size, setting.peerSize, 1),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runParty(order: PartyOrder): Promise<PartyFigures> {
  const program = fileURLToPath(new URL('./session-party.js', import.meta.url));
  // Lists lie outside JavaScript's heap: with a small young generation their memory is what counts.
  const child = spawn(process.execPath, ['--max-semi-space-size=4', program, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(text) as PartyFigures);
      else reject(new Error(`the ${order.side} ended with exit code ${code ?? 'none'}`));
    });
  });
}

/** A port of the loopback interface that is free now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

/** The setting that the command line asks for. */
export function sessionSetting(rest: readonly string[]): { json: boolean; setting: SessionSetting } {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...rest],
    options: {
      json: { type: 'boolean' },
      mode: text,
      size: text,
      'peer-size': text,
      overlap: text,
      cells: text,
      measures: text,
      engine: text,
      threads: text,
    },
  });
  const mode = values.mode ?? 'psi';
  if (mode !== 'psi' && mode !== 'psi-ca' && mode !== 'aggregate') {
    throw new RangeError('--mode must be psi, psi-ca or aggregate');
  }
  const whole = (name: string, given: string | undefined, fallback: number): number => {
    const value = given === undefined ? fallback : Number(given);
    if (!Number.isInteger(value) || value < 0) throw new RangeError(`--${name} must be a whole number`);
    return value;
  };
  const overlap = Number(values.overlap ?? 0.5);
  if (!(overlap >= 0 && overlap <= 1)) throw new RangeError('--overlap must be a share from 0 to 1');
  const size = whole('size', values.size, 2 ** 16);
  const setting: SessionSetting = {
    mode,
    size,
    peerSize: whole('peer-size', values['peer-size'], size),
    overlap,
    cells: Math.max(1, whole('cells', values.cells, 1)),
    measures: mode === 'aggregate' ? whole('measures', values.measures, 0) : 0,
    engine: values.engine ?? null,
    threads: Math.max(1, whole('threads', values.threads, 2)),
  };
  return { json: values.json ?? false, setting };
}

/** The figures as text. */
export function printSession(report: SessionReport): string {
  const { setting, initiator, responder } = report;
  const rows = Math.max(setting.size, setting.peerSize, 1);
  const memory = ({ peakRssBytes, baselineRssBytes }: PartyFigures): string =>
    `${(peakRssBytes / 1e6).toFixed(0)} MB at most, ${(peakRssBytes / rows).toFixed(0)} B a row; ` +
    `${((peakRssBytes - baselineRssBytes) / rows).toFixed(0)} B a row above the ${(baselineRssBytes / 1e6).toFixed(0)} MB before the list`;
  return [
    `${report.processor}, Node ${report.node}; ${initiator.engine}, ${setting.threads} threads a party, both on this machine, TLS`,
    `${setting.mode}: ${setting.size} keys in ${setting.cells} cells against ${setting.peerSize} with ${setting.measures} measures`,
    `  wall              ${report.wallSeconds.toFixed(2)} s`,
    `  processor         ${report.coreSeconds.toFixed(2)} s of both parties`,
    `  wire              ${report.bytesPerPair.toFixed(1)} bytes a pair of rows`,
    `  memory initiator  ${memory(initiator)}`,
    `  memory responder  ${memory(responder)}`,
    '',
  ].join('\n');
}
