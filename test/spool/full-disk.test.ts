import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** A session whose tags go to disk, in a process of its own, with and without room on the disk. */

const SCRIPT = fileURLToPath(new URL('support/full-disk.mjs', import.meta.url));
const KEYS = 8192;

interface Ends {
  readonly initiator: { readonly matched?: number; readonly code?: string; readonly message?: string };
  readonly responder: { readonly matched?: number; readonly code?: string };
}

function run(limit: string): { ends: Ends; left: readonly string[]; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'vesica-full-'));
  try {
    const given = ['-c', `${limit} exec "$@"`, 'sh', process.execPath, SCRIPT, folder, String(KEYS)];
    const { stdout, stderr, status } = spawnSync('sh', given, { encoding: 'utf8' });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    return { ends: JSON.parse(stdout) as Ends, left: readdirSync(folder), folder };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it('finds the same rows when its tags are on disk', () => {
  const { ends, left } = run('');
  expect(ends).toEqual({ initiator: { matched: KEYS / 2 }, responder: { matched: KEYS / 2 } });
  expect(left).toEqual([]);
});

it.runIf(process.platform !== 'win32')(
  'ends with a code that names the folder when the disk is full, tells the partner no more than that it stopped, and leaves nothing',
  () => {
    // A limit on the size of files makes the system itself cut a write short and refuse the rest.
    const { ends, left, folder } = run('ulimit -f 40;');
    expect(ends.initiator).toEqual({
      code: 'spool/failed',
      message: `${folder}: tags cannot be written (EFBIG)`,
    });
    expect(ends.responder.code).toBe('peer/stopped');
    expect(left).toEqual([]);
  },
);
