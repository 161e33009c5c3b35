import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CostReport, costReport, printCosts } from './costs.js';
import { printCoverage } from './coverage.js';
import { printCriteo } from './criteo.js';
import { printDiscreteLogarithms } from './discrete-logarithms.js';
import { printHillstrom } from './hillstrom.js';
import type { Machine } from './machine.js';
import { printNetwork } from './network.js';
import { printPeers } from './peers.js';
import { printEngines } from './print-engines.js';
import { type ScaleReport, printScale } from './scale.js';
import { printSession } from './session.js';
import { printTiming } from './timing.js';

/** A run whose JSON is kept in `bench/results`, and what `bench/README.md` shows of it. */
export interface ResultFile {
  /** Arguments of the run, without --json. */
  readonly args: string;
  /** The text that the run itself prints. */
  readonly text: (report: never) => string;
}

/** By name of the file, without `.json`. */
export const RESULT_FILES: Readonly<Record<string, ResultFile>> = {
  engines: { args: 'engines --rounds 9', text: printEngines },
  timing: { args: 'timing', text: printTiming },
  'session-psi': { args: 'session --mode psi --size 1048576', text: printSession },
  'session-psi-ca': { args: 'session --mode psi-ca --size 1048576', text: printSession },
  'session-aggregate': {
    args: 'session --mode aggregate --size 1000000 --cells 40 --measures 3',
    text: printSession,
  },
  'session-unbalanced': {
    args: 'session --mode psi --size 10000 --peer-size 10000000',
    text: printSession,
  },
  'session-memory': {
    args: 'session --mode psi --size 10000000 --memory-mib 1024',
    text: printSession,
  },
  network: { args: 'network --size 100000', text: printNetwork },
  scale: { args: 'scale --mode psi', text: printScale },
  criteo: { args: 'criteo', text: printCriteo },
  peers: { args: 'peers --size 16384 --rounds 3', text: printPeers },
  'peers-large': { args: 'peers --size 1048576 --noble-size 4096 --rounds 1', text: printPeers },
  'discrete-logarithms': { args: 'discrete-logarithms', text: printDiscreteLogarithms },
  coverage: { args: 'coverage --runs 80', text: printCoverage },
  hillstrom: { args: 'hillstrom --runs 100', text: printHillstrom },
};

/** The report in `folder` under this name, or `undefined` when that run has not been made, or was not finished. */
export function readResult(folder: string, name: string): unknown {
  const path = join(folder, `${name}.json`);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text === '' ? undefined : JSON.parse(text);
}

/** The command that made the JSON. */
export function commandOf(name: string): string {
  return `npm run --silent bench -- ${RESULT_FILES[name]?.args ?? name} --json > bench/results/${name}.json`;
}

/** Where a report comes from: it says so itself, or the sessions in it do. */
export function machineOf(report: unknown): Machine {
  const { commit, session, results } = report as {
    commit?: unknown;
    session?: unknown;
    results?: readonly { session?: unknown }[];
  };
  if (commit !== undefined) return report as Machine;
  const inner = session ?? results?.[0]?.session;
  if (inner === undefined) throw new RangeError('a report that does not say where it comes from');
  return machineOf(inner);
}

/** What a section of the README shows of its file: how the figures were made, where, and the figures. */
export function sectionOf(folder: string, name: string): string {
  const report = readResult(folder, name);
  const command = commandOf(name).replaceAll('`', '');
  if (report === undefined) return `\`${command}\` has not been run yet.`;
  const { commit, processors } = machineOf(report);
  const text = RESULT_FILES[name]?.text(report as never) ?? '';
  return [
    `\`${command}\``,
    '',
    '```text',
    `commit ${commit?.slice(0, 12) ?? 'unknown'}, ${processors} processors`,
    text.trimEnd(),
    '```',
  ].join('\n');
}

/** The table of costs, from the runs of `scale`. */
export function costSection(folder: string): string {
  const scale = readResult(folder, 'scale') as ScaleReport | undefined;
  if (scale === undefined) return 'The runs of `scale` that this rests on have not been made yet.';
  const report: CostReport = costReport(scale);
  return ['```text', printCosts(report).trimEnd(), '```'].join('\n');
}
