import { Compile } from 'typebox/compile';
import { expect } from 'vitest';
import { ERRORS, EXIT_CODES, type ErrorCode } from '../../../src/errors.js';
import { REPORT_SCHEMA, type Report } from '../../../src/report/report-schema.js';
import { freePort } from './free-port.js';
import { RecordingProxy } from './recording-proxy.js';
import { type Ended, VesicaProcess, vesica } from './vesica-process.js';
import { Workspace } from './workspace.js';

/** What a test writes into a session file; everything it leaves out has a default here. */
export type SessionContent = Readonly<Record<string, unknown>>;

export interface Party {
  /** Content of `list.csv`, the source unless the session says otherwise. */
  readonly csv?: string | Uint8Array;
  readonly session?: SessionContent;
}

export interface PairOptions {
  /** Merged into both session files. */
  readonly both?: SessionContent;
  readonly initiator?: Party;
  readonly responder?: Party;
  /** Whether a proxy stands between the two. */
  readonly record?: boolean;
  /** Both sides make an identity and use wss. Each expects the other's real fingerprint unless told another. */
  readonly tls?: { readonly initiatorExpects?: string; readonly responderExpects?: string };
  /** Whether the report is asked for as JSON; it is unless told. */
  readonly json?: boolean;
  /** Who starts first; the other starts when the first one waits. Both at once unless told. */
  readonly first?: 'initiator' | 'responder';
}

const DEFAULTS: SessionContent = {
  mode: 'psi',
  role: 'both',
  profile: 'uid2',
  data: { source: 'list.csv', identifiers: { email: 'email' } },
  threads: 1,
  timeouts: { connectSeconds: 90, idleSeconds: 90 },
};

/** Two terminals side by side: `vesica run` in `shop/` connects, the one in `news/` listens. */
export interface Terminals {
  readonly workspace: Workspace;
  readonly initiator: VesicaProcess;
  readonly responder: VesicaProcess;
  readonly proxy: RecordingProxy;
}

/** A session file of one side, with the list it reads. */
export function writeParty(
  workspace: Workspace,
  party: string,
  content: SessionContent,
  csv?: Party['csv'],
): string {
  workspace.write(`${party}/list.csv`, csv ?? 'email\nann@example.com\nbob@example.com\n');
  return workspace.session(`${party}/session.yaml`, { party, ...DEFAULTS, ...content });
}

/** Starts both sides of a session at the same moment. */
export async function startPair(options: PairOptions): Promise<Terminals> {
  const workspace = new Workspace();
  const {
    both = {},
    initiator: calling = {},
    responder: listening = {},
    record = false,
    tls,
    first,
    json = true,
  } = options;
  const flags = json ? ['--json'] : [];
  const [initiatorTls, responderTls] = tls === undefined ? [{}, {}] : await makeIdentities(workspace, tls);
  const port = await freePort();
  const proxyPort = await freePort();
  const proxy = new RecordingProxy(port);
  const news = writeParty(
    workspace,
    'news',
    { listen: `127.0.0.1:${port}`, ...responderTls, ...both, ...listening.session },
    listening.csv,
  );
  const scheme = tls === undefined ? 'ws' : 'wss';
  const url = `${scheme}://127.0.0.1:${record ? proxyPort : port}`;
  const shop = writeParty(
    workspace,
    'shop',
    { connect: url, ...initiatorTls, ...both, ...calling.session },
    calling.csv,
  );
  const start = {
    initiator: () => new VesicaProcess(['run', shop, ...flags]),
    responder: () => new VesicaProcess(['run', news, ...flags]),
  };
  let initiator = first === 'responder' ? undefined : start.initiator();
  if (first === 'initiator') await initiator?.says('waiting for the partner at');
  const responder = start.responder();
  if (record || first === 'responder') await responder.says('waiting for the partner to connect');
  // The initiator tries again until somebody listens; the proxy must not before the responder does.
  if (record) await proxy.listen(proxyPort);
  initiator ??= start.initiator();
  return { workspace, proxy, initiator, responder };
}

/** `vesica identity create` for both; what each writes under `tls`. */
async function makeIdentities(
  workspace: Workspace,
  { initiatorExpects, responderExpects }: NonNullable<PairOptions['tls']>,
): Promise<[SessionContent, SessionContent]> {
  const [shop, news] = await Promise.all(
    ['shop', 'news'].map(async (party) => {
      workspace.write(`${party}/list.csv`, '');
      const created = await vesica('identity', 'create', workspace.path(`${party}/me.id`));
      expect(created.stdout, created.stderr).toMatch(/^sha256:[0-9a-f]{64}\n$/);
      return created.stdout.trim();
    }),
  );
  return [
    { tls: { identity: './me.id', peer: initiatorExpects ?? news } },
    { tls: { identity: 'me.id', peer: responderExpects ?? shop } },
  ];
}

export interface Outcome {
  readonly initiator: Ended;
  readonly responder: Ended;
}

export async function bothEnded({ initiator, responder }: Terminals): Promise<Outcome> {
  const [first, second] = await Promise.all([initiator.ended, responder.ended]);
  return { initiator: first, responder: second };
}

/** Starts both sides and waits for both to end. */
export async function runPair(options: PairOptions): Promise<Terminals & { readonly ended: Outcome }> {
  const terminals = await startPair(options);
  return { ...terminals, ended: await bothEnded(terminals) };
}

const validator = Compile(REPORT_SCHEMA);

/** The report of a side that must have succeeded: all of its standard output, and nothing else there. */
export function reportOf(ended: Ended): Report {
  expect(ended.code, ended.stderr).toBe(0);
  const report: unknown = JSON.parse(ended.stdout);
  expect(validator.Errors(report)).toEqual([]);
  return report as Report;
}

/**
 * A side that must have failed: this coded error on standard error, the exit code of its class, no report, and nothing
 * that only a developer could read.
 */
export function expectFailure(ended: Ended, code: ErrorCode, field?: string): void {
  expect(ended.stderr).toContain(`error ${code}`);
  expect(ended.code, ended.stderr).toBe(EXIT_CODES[ERRORS[code].class]);
  expect(ended.stdout).toBe('');
  if (field !== undefined) expect(ended.stderr).toContain(field);
  expectPlainSpeech(ended.stderr);
}

/** No stack trace, no warning of Node, no unhandled rejection, no object dump. */
export function expectPlainSpeech(stderr: string): void {
  expect(stderr).not.toMatch(/^\s+at\s/m);
  expect(stderr).not.toMatch(
    /node:internal|file:\/\/|node_modules|\.js:\d+|\(node:\d+\)|Unhandled|\[object /,
  );
}
