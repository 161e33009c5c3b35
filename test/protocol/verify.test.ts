import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The independent program of protocol-spec, where there is a Python to run it. */
const program = fileURLToPath(new URL('../../protocol-spec/verify.py', import.meta.url));
const vectors = fileURLToPath(new URL('../../protocol-spec/vectors/', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.log('protocol-spec/verify.py was not run: there is no python3');

function verify(...folders: string[]): { status: number | null; lines: string[] } {
  const { status, stdout } = spawnSync('python3', [program, ...folders], { encoding: 'utf8' });
  return { status, lines: stdout.trim().split('\n') };
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Every place in a document that holds a value, with the numbers of list items left out. */
function* places(value: Json, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null) yield path;
  else for (const [key, inner] of Object.entries(value)) yield* places(inner, [...path, key]);
}
const pattern = (path: readonly string[]): string =>
  path.map((key) => (/^\d+$/.test(key) ? '#' : key)).join('.');

/** Another value of the same kind. */
function changed(value: Json): Json {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string' || value === '') return 'x';
  const middle = Math.floor(value.length / 2);
  const other = value[middle] === '7' ? '8' : '7';
  return value.slice(0, middle) + other + value.slice(middle + 1);
}

/** A copy of `document` with one value changed. */
function mutated(document: Json, path: readonly string[]): Json {
  const copy = structuredClone(document);
  let holder = copy as Record<string, Json>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, Json>;
  const last = path.at(-1)!;
  holder[last] = changed(holder[last]!);
  return copy;
}

describe.runIf(hasPython)('protocol-spec/verify.py', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vesica-verify-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('finds every vector right', () => {
    const { status, lines } = verify();
    expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([]);
    expect([status, lines.length > 7]).toEqual([0, true]);
  });

  it('uses the standard library only', () => {
    const imports = [...readFileSync(program, 'utf8').matchAll(/^(?:import|from) (\w+)/gm)].map(
      ([, name]) => name,
    );
    expect(imports).toEqual(['hashlib', 'json', 'os', 'sys']);
    expect(() => execFileSync('python3', ['-I', '-S', program])).not.toThrow();
  });

  it.each(['psi-receiver', 'psi-ca-dp-kept', 'aggregate-dp', 'aggregate-measures', 'aggregate-replayed'])(
    'finds any changed value in %s',
    (name) => {
      const document = JSON.parse(readFileSync(`${vectors}${name}.json`, 'utf8')) as Json;
      const chosen = new Map<string, readonly string[]>();
      for (const path of places(document)) chosen.set(pattern(path), path);
      // For people to read.
      chosen.delete('about');
      const folders = [...chosen].map(([place, path], i) => {
        const own = join(folder, `${name}-${i}`);
        mkdirSync(own);
        writeFileSync(join(own, `${name}.json`), JSON.stringify(mutated(document, path)));
        return { own, place };
      });
      const { status, lines } = verify(...folders.map(({ own }) => own));
      const missed = folders.filter((_, i) => !lines[i]!.startsWith('failed ')).map(({ place }) => place);
      expect([missed, lines.length, status]).toEqual([[], folders.length, 1]);
      expect(folders.length).toBeGreaterThan(20);
    },
  );

  it('finds a malformed frame that is not malformed', () => {
    const accept = '81a474797065a6616363657074';
    writeFileSync(
      join(folder, 'frames.json'),
      JSON.stringify({ frames: [{ name: 'accept', frame: accept }] }),
    );
    expect(verify(folder)).toEqual({ status: 1, lines: ['failed frames.json: taken: accept'] });
  });
});
