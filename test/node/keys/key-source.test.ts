import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadMasterKey, type KeySource } from '../../../src/node/keys/index.js';
import { failure, keyBytes, leaked, masterKey, scratch, visible } from './support.js';

const folder = scratch();
const key = Buffer.from(keyBytes(1));
const HEX = key.toString('hex');
const id = masterKey(1).id;

function file(name: string, content: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
  return path;
}

/** A command that runs JavaScript. */
const node = (script: string, ...args: string[]): KeySource => ({
  command: [process.execPath, '-e', script, ...args],
  timeoutMs: 20_000,
});

const WRITINGS = {
  'hexadecimal digits': HEX,
  'upper-case digits': HEX.toUpperCase(),
  base64: key.toString('base64'),
  base64url: key.toString('base64url'),
  'white space around it': ` \t${HEX}\r\n\n`,
};

describe('a master key', () => {
  it.each(Object.entries(WRITINGS))('is read from %s', async (name, text) => {
    expect((await loadMasterKey({ file: file(`${name}.key`, text) }, {})).id).toBe(id);
    expect((await loadMasterKey({ environment: 'KEY' }, { KEY: text })).id).toBe(id);
  });

  it('is read from what a command writes, which gets its arguments as they are and the environment', async () => {
    const script = 'if (process.argv[1] === "$(id) `id` *") process.stdout.write(process.env.GIVEN)';
    const source = node(script, '$(id) `id` *');
    expect((await loadMasterKey(source, { GIVEN: HEX })).id).toBe(id);
  });

  it('shows nothing of itself, and its id tells keys apart', async () => {
    const loaded = await loadMasterKey({ environment: 'KEY' }, { KEY: HEX });
    expect(loaded.id).toMatch(/^[0-9a-f]{16}$/);
    expect(loaded.id).not.toBe(masterKey(2).id);
    expect(leaked(visible(loaded), { key })).toEqual([]);
    expect(HEX).not.toContain(loaded.id);
  });
});

const REFUSED: [string, () => KeySource, NodeJS.ProcessEnv?][] = [
  ['a file that is not there', () => ({ file: join(folder, 'none') })],
  [
    'a folder',
    () => (mkdirSync(join(folder, 'folder'), { recursive: true }), { file: join(folder, 'folder') }),
  ],
  ['a device', () => ({ file: '/dev/zero' })],
  ['a file that others may read', () => ({ file: file('open.key', HEX, 0o640) })],
  ['a file that others may change', () => ({ file: file('change.key', HEX, 0o602) })],
  ['a file that is too long', () => ({ file: file('long.key', `${HEX}${' '.repeat(2000)}`) })],
  ['an empty file', () => ({ file: file('empty.key', '') })],
  ['31 bytes', () => ({ file: file('short.key', HEX.slice(2)) })],
  ['33 bytes', () => ({ file: file('much.key', `${HEX}00`) })],
  ['a digit that is none', () => ({ file: file('digit.key', `${HEX.slice(1)}g`) })],
  ['base64 with bits left over', () => ({ file: file('over.key', `${'A'.repeat(42)}B=`) })],
  ['two lines', () => ({ file: file('lines.key', `${HEX}\n${HEX}`) })],
  ['a variable that is not set', () => ({ environment: 'KEY' })],
  ['a variable that is empty', () => ({ environment: 'KEY' }), { KEY: '' }],
  ['a variable that is wrong', () => ({ environment: 'KEY' }), { KEY: HEX.slice(1) }],
  ['no program', () => ({ command: [] })],
  ['a program that is not there', () => ({ command: [join(folder, 'none')] })],
  [
    'a command that fails',
    () => node(`process.stdout.write("${HEX}"); process.stderr.write("${HEX}"); process.exit(3)`),
  ],
  ['a command that writes too much', () => node(`process.stdout.write("${HEX}".repeat(1000))`)],
  ['a command that writes nothing', () => node('')],
  ['a command that asks', () => node('process.stdin.on("end", () => process.exit(1)).resume()')],
];

describe('a source that gives no master key', () => {
  it.each(REFUSED)('is refused without showing what it gave: %s', async (_, source, environment = {}) => {
    const error = await failure(loadMasterKey(source(), environment), 'keys/unavailable');
    expect(leaked(visible(error), { key, half: key.subarray(0, 16) })).toEqual([]);
  });

  it.each([
    ['a command that writes too much', 'wrote more than 1024 bytes'],
    ['a command that asks', 'ended with exit code 1'],
    ['a command that fails', 'ended with exit code 3'],
    ['a program that is not there', 'cannot be run (ENOENT)'],
    ['a device', 'is not a regular file'],
    ['a file that others may read', 'run: chmod 600'],
  ])('is refused for what it is: %s', async (name, reason) => {
    const [, source] = REFUSED.find(([one]) => one === name)!;
    expect((await failure(loadMasterKey(source(), {}), 'keys/unavailable')).message).toContain(reason);
  });

  it('is left alone after its time, with whatever it started', async () => {
    const script = `require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 3000)'], { stdio: 'inherit' }); setTimeout(() => {}, 3000)`;
    const started = performance.now();
    const source = { ...node(script), timeoutMs: 200 };
    const error = await failure(loadMasterKey(source, {}), 'keys/unavailable');
    expect(error.message).toContain('took too long');
    expect(performance.now() - started).toBeLessThan(2500);
  });

  it('is refused whatever the text, unless it writes out 32 bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9+/]{42,44}=?$/)), async (text) => {
        const written = text.trim();
        const bytes = Buffer.from(written, 'base64');
        fc.pre(text !== '' && bytes.toString('base64').replace(/=$/, '') !== written.replace(/=$/, ''));
        await failure(loadMasterKey({ environment: 'KEY' }, { KEY: text }), 'keys/unavailable');
      }),
    );
  });
});
