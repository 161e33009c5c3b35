import { spawnSync } from 'node:child_process';

/**
 * Microseconds of processor time that OpenSSL takes for one X25519 key agreement on this machine now, or `undefined`
 * without an `openssl` command. It is the yardstick of the engine figures: absolute times differ between machines and
 * hours, ratios measured side by side do not.
 */
export function x25519Microseconds(seconds: number): number | undefined {
  const { stdout, status } = spawnSync(
    'openssl',
    ['speed', '-seconds', String(seconds), '-mr', 'ecdhx25519'],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  // Machine-readable line: +F5:<row>:<bits>:<operations a second>:<seconds an operation>.
  const operations = Number(/^\+F5:\d+:\d+:([\d.]+)/m.exec(stdout)?.[1]);
  return status === 0 && operations > 0 ? 1e6 / operations : undefined;
}
