import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Where and from what code a figure comes. */
export interface Machine {
  /** Commit of the checkout, with `+` when tracked files differ from it; `null` outside one. */
  readonly commit: string | null;
  readonly processor: string;
  readonly processors: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly platform: string;
}

export function machine(): Machine {
  return {
    commit: commitOf(fileURLToPath(new URL('../..', import.meta.url))),
    processor: cpus()[0]?.model ?? 'unknown',
    processors: cpus().length,
    memoryBytes: totalmem(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** What runs write themselves, such as the file that the shell opens for their JSON before they begin. */
const MADE_OF_RUNS = [':!bench/results', ':!bench/plots', ':!bench/README.md'];

function commitOf(folder: string): string | null {
  const git = (...args: string[]): string | undefined => {
    const { status, stdout } = spawnSync('git', ['-C', folder, ...args], { encoding: 'utf8' });
    return status === 0 ? stdout.trim() : undefined;
  };
  const commit = git('rev-parse', 'HEAD');
  if (commit === undefined) return null;
  return git('status', '--porcelain', '--untracked-files=no', '--', '.', ...MADE_OF_RUNS) === ''
    ? commit
    : `${commit}+`;
}
