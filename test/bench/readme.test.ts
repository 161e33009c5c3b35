import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readmeBenchmark, withSections } from '../../bench/readme.js';
import { RESULT_FILES, commandOf, machineOf, readResult } from '../../bench/result-files.js';

/** bench/README.md says what the JSON of the runs says. */

const BENCH = fileURLToPath(new URL('../../bench/', import.meta.url));
const results = readdirSync(join(BENCH, 'results')).map((file) => file.replace(/\.json$/, ''));

it('every section and plot is what the results make of it', () => {
  expect(readmeBenchmark({ folder: BENCH, check: 'only-check' }).differing).toEqual([]);
});

it('a figure that was changed by hand, or a run that was made anew, is noticed and put right', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vesica-readme-'));
  try {
    for (const part of ['README.md', 'results', 'plots']) {
      cpSync(join(BENCH, part), join(folder, part), { recursive: true });
    }
    const readme = join(folder, 'README.md');
    const right = readFileSync(readme, 'utf8');
    writeFileSync(readme, right.replace(/(wall +)\d/, '$17'));
    expect(readFileSync(readme, 'utf8')).not.toBe(right);
    expect(readmeBenchmark({ folder, check: 'only-check' }).differing).toEqual(['README.md']);
    expect(readmeBenchmark({ folder, check: 'write' }).differing).toEqual(['README.md']);
    expect(readFileSync(readme, 'utf8')).toBe(right);
    const path = join(folder, 'results', 'engines.json');
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/("microsecondsPerElement": )/g, '$11'));
    expect(readmeBenchmark({ folder, check: 'only-check' }).differing.toSorted()).toEqual([
      'README.md',
      'plots/engines.svg',
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it.each(Object.keys(RESULT_FILES))('results/%s.json says where it comes from', (name) => {
  expect(results).toContain(name);
  const { commit, processor, node, processors } = machineOf(readResult(join(BENCH, 'results'), name));
  expect(commit).toMatch(/^[0-9a-f]{40}$/);
  expect(node).toMatch(/^v\d+/);
  expect(processor.length).toBeGreaterThan(3);
  expect(processors).toBeGreaterThan(0);
  expect(readFileSync(join(BENCH, 'README.md'), 'utf8')).toContain(commandOf(name));
});

it('knows every file of the results', () => {
  expect(Object.keys(RESULT_FILES).sort()).toEqual(results.sort());
});

it('refuses a README without a place for a section, and a place without a section', () => {
  const text = 'a\n<!-- one -->\nold\n<!-- end -->\nb\n';
  expect(withSections(text, new Map([['one', 'new']]))).toBe('a\n<!-- one -->\n\nnew\n\n<!-- end -->\nb\n');
  expect(() => withSections(text, new Map([['two', 'new']]))).toThrow('no section one');
  expect(() => withSections('', new Map([['two', 'new']]))).toThrow('no place for two');
});
