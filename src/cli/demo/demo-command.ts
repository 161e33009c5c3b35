import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { VesicaError } from '../../errors.js';
import type { Report } from '../../report/index.js';
import type { CommandContext } from '../action.js';
import { type DemoParty, DEMO_PARTIES, writeDemoFiles } from './demo-files.js';

export interface DemoOptions {
  readonly json?: true;
  readonly party: DemoParty;
  readonly folder?: string;
}

/**
 * `vesica demo`: writes the files of two users, runs `vesica run` for each in a process of its own, and shows both
 * reports beside the published figures.
 */
export async function demoCommand(
  { reporter, print, signal }: CommandContext,
  options: DemoOptions,
): Promise<void> {
  const folder = await writeDemoFiles(options.folder, await freePort());
  reporter.line(
    `64,000 customers of the MineThatData e-mail experiment, rebuilt from its published totals, in ${folder}`,
  );
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const runs = DEMO_PARTIES.map((party) =>
    runParty(join(folder, `${party}.yaml`), (line) => reporter.line(`[${party}] ${line}`), ended),
  );
  // Loaded while the two sides run: what shows their reports, and nothing before it, takes time to load.
  const showing = Promise.all([import('../../report/index.js'), import('./beside-published.js')]);
  const results = await Promise.allSettled(
    runs.map((run) =>
      run.catch((error: unknown) => {
        stop.abort();
        throw error;
      }),
    ),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;

  const reports = await Promise.all(DEMO_PARTIES.map((party) => readReport(folder, party)));
  if (options.json === true) {
    print(`${JSON.stringify(reports[DEMO_PARTIES.indexOf(options.party)], null, 2)}\n`);
    return;
  }
  const [{ renderReport }, { besidePublished }] = await showing;
  for (const report of reports) print(`\n${renderReport(report)}\n${besidePublished(report)}`);
  print(`\nSession files, lists and JSON reports are in ${folder}\n`);
  for (const party of DEMO_PARTIES)
    print(`Report to read and print: ${join(folder, `${party}-report.html`)}\n`);
}

/** Runs one side in its own process, as a user would in a terminal. Resolves when it succeeded. */
function runParty(sessionPath: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
  const main = fileURLToPath(new URL('../main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'run', sessionPath, '--json'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const onAbort = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', onAbort);
  createInterface({ input: child.stderr }).on('line', onLine);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', onAbort);
      if (code === 0) resolve();
      else reject(new VesicaError('peer/stopped', 'one side of the demo failed; its own message is above'));
    });
  });
}

async function readReport(folder: string, party: DemoParty): Promise<Report> {
  return JSON.parse(await readFile(join(folder, `${party}-report.json`), 'utf8')) as Report;
}

/** A port of the loopback interface that is free now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string')
    throw new VesicaError('internal/defect', 'no port was given');
  return address.port;
}
