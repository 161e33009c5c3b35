import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { VesicaError } from '../errors.js';
import { action } from './action.js';

/** The benchmarks as `npm run build` leaves them, beside the program. */
const PROGRAM = fileURLToPath(new URL('../bench/main.js', import.meta.url));

/** `vesica bench <what>`: the benchmarks of the project, in a process of their own that has all options and signals. */
export function addBenchCommand(program: Command): void {
  program
    .command('bench')
    .description('measure engines and whole sessions on this machine; without <what> it lists what there is')
    .argument('[what...]', 'a benchmark and its options, as bench/README.md has them')
    .allowUnknownOption()
    .helpOption(false)
    .action(
      action(async ({ signal }, given: readonly string[]) => {
        if (!existsSync(PROGRAM)) {
          throw new VesicaError('config/unreadable', 'the benchmarks are not built: npm run build:bench');
        }
        process.exitCode = await runToEnd(given, signal);
      }),
    );
}

/** Exit code of the benchmark. A signal to this process ends the benchmark, which then puts away what it made. */
function runToEnd(given: readonly string[], signal: AbortSignal): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, ...given], { stdio: 'inherit' });
  signal.addEventListener('abort', () => void child.kill('SIGTERM'), { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
