import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** `vesica bench` as a researcher calls it. */

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

function vesica(...given: readonly string[]): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, [MAIN, ...given], { encoding: 'utf8' });
}

it('vesica bench session runs one and prints its JSON', () => {
  const { stdout, status } = vesica(
    ...[
      'bench',
      'session',
      '--mode',
      'psi',
      '--size',
      '50',
      '--threads',
      '1',
      '--memory-mib',
      '400',
      '--json',
    ],
  );
  const { setting, bytesPerPair } = JSON.parse(stdout) as {
    setting: { size: number; memoryMiB: number };
    bytesPerPair: number;
  };
  expect(setting).toMatchObject({ size: 50, memoryMiB: 400 });
  expect(bytesPerPair).toBeGreaterThan(70);
  expect(status).toBe(0);
});

it('vesica bench lists what there is, and refuses what there is not with the same list', () => {
  for (const given of [['bench'], ['bench', 'nothing'], ['bench', '--help']]) {
    const { stderr, status } = vesica(...given);
    expect(stderr).toContain('npm run bench -- session [--json]');
    expect(status).toBe(2);
  }
});
