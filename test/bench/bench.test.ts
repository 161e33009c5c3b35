import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { availableEngines } from '../../src/group/index.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));

interface Output {
  readonly results: readonly {
    engine: string;
    operation: string;
    microsecondsPerElement: number;
    ratioToX25519: number | null;
  }[];
  readonly twoThreads: readonly { speedup: number }[];
}

// A smoke run, so that the benchmark cannot rot; nothing here depends on how fast anything is.
it('npm run bench -- engines --json measures every operation of every engine', () => {
  const stdout = execFileSync(
    'npm',
    ['run', '--silent', 'bench', '--', 'engines', '--json', '--rounds', '1', '--items', '16'],
    {
      cwd: repository,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const { results, twoThreads } = JSON.parse(stdout) as Output;
  const operations = [
    'multiply',
    'hashAndMultiply',
    'hashToGroup',
    'mapToGroup',
    'multiplyBase',
    'multiplyAdd',
    'sum',
    'walk',
  ];
  expect(results.map(({ operation }) => operation)).toEqual(availableEngines().flatMap(() => operations));
  expect(results.every(({ microsecondsPerElement }) => microsecondsPerElement > 0)).toBe(true);
  expect(twoThreads.map(({ speedup }) => speedup > 0)).toEqual(availableEngines().map(() => true));
});
