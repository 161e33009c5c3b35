import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { vectorFiles } from './vectors/generate.js';
import { SCENARIOS } from './vectors/scenarios.js';

const folder = fileURLToPath(new URL('../../protocol-spec/vectors/', import.meta.url));
let files: ReadonlyMap<string, string>;

// `npm run vectors` sets the variable: the files are then written before they are compared.
beforeAll(async () => {
  files = await vectorFiles();
  if (process.env['VESICA_WRITE_VECTORS'] === undefined) return;
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) writeFileSync(folder + name, text);
});

describe('protocol-spec/vectors', () => {
  it('has exactly the files that the generator makes', () => {
    expect(readdirSync(folder).sort()).toEqual([...files.keys()].sort());
  });

  it.each([...SCENARIOS.map(({ name }) => `${name}.json`), 'malformed-frames.json'])(
    '%s is up to date',
    (name) => {
      // Not the texts themselves: a difference would print both files.
      expect(readFileSync(folder + name, 'utf8') === files.get(name), 'run `npm run vectors`').toBe(true);
    },
  );

  it('comes out the same a second time', async () => {
    expect([...(await vectorFiles())].every(([name, text]) => files.get(name) === text)).toBe(true);
  });
});
