import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PLOTS } from './plots.js';
import { RESULT_FILES, costSection, sectionOf } from './result-files.js';

/** The folder that holds README.md, results and plots. */
export const BENCH_FOLDER = fileURLToPath(new URL('../../bench/', import.meta.url));

export interface ReadmeReport {
  /** Files, by their path in the folder, that are not what the results make of them. */
  readonly differing: readonly string[];
  readonly text: string;
}

/** Every file that the results decide, as it should be. */
export function generatedFiles(folder: string): ReadonlyMap<string, string> {
  const results = join(folder, 'results');
  const files = new Map<string, string>();
  for (const [name, plot] of Object.entries(PLOTS)) {
    const svg = plot(results);
    if (svg !== undefined) files.set(`plots/${name}.svg`, svg);
  }
  const before = readFileSync(join(folder, 'README.md'), 'utf8');
  const sections = new Map<string, string>([
    ...Object.keys(RESULT_FILES).map((name) => [`results/${name}.json`, sectionOf(results, name)] as const),
    ...Object.keys(PLOTS).map((name) => {
      const path = `plots/${name}.svg`;
      return [path, files.has(path) ? `![${name}](${path})` : ''] as const;
    }),
    ['costs', costSection(results)],
  ]);
  files.set('README.md', withSections(before, sections));
  return files;
}

/**
 * `text` with every section between `<!-- name -->` and `<!-- end -->` replaced.
 *
 * @throws RangeError when a section has no place, or a place no section.
 */
export function withSections(text: string, sections: ReadonlyMap<string, string>): string {
  const placed = new Set<string>();
  const replaced = text.replaceAll(/<!-- (\S+) -->\n(?:[^]*?\n)??<!-- end -->/g, (_whole, name: string) => {
    const section = sections.get(name);
    if (section === undefined) throw new RangeError(`there is no section ${name}`);
    placed.add(name);
    return section === ''
      ? `<!-- ${name} -->\n<!-- end -->`
      : `<!-- ${name} -->\n\n${section}\n\n<!-- end -->`;
  });
  const missing = [...sections.keys()].filter((name) => !placed.has(name));
  if (missing.length > 0) throw new RangeError(`README.md has no place for ${missing.join(', ')}`);
  return replaced;
}

/** Writes what differs, or with `check` only says what does. */
export function readmeBenchmark({ folder, check }: ReadmeSetting): ReadmeReport {
  const differing: string[] = [];
  for (const [path, content] of generatedFiles(folder)) {
    const at = join(folder, path);
    if (existsSync(at) && readFileSync(at, 'utf8') === content) continue;
    differing.push(path);
    if (check === 'only-check') continue;
    mkdirSync(join(folder, 'plots'), { recursive: true });
    writeFileSync(at, content);
  }
  const verb = check === 'only-check' ? 'differs from the results' : 'was written anew';
  const lines = differing.map((path) => `bench/${path} ${verb}`);
  return {
    differing,
    text: `${lines.length === 0 ? 'everything is as the results say' : lines.join('\n')}\n`,
  };
}

export interface ReadmeSetting {
  readonly folder: string;
  readonly check: 'write' | 'only-check';
}

/** What the command line asks for. */
export function readmeSetting(rest: readonly string[]): { json: boolean; setting: ReadmeSetting } {
  const { values } = parseArgs({
    args: [...rest],
    options: { json: { type: 'boolean' }, check: { type: 'boolean' }, folder: { type: 'string' } },
  });
  const check = values.check === true ? 'only-check' : 'write';
  return { json: values.json ?? false, setting: { folder: values.folder ?? BENCH_FOLDER, check } };
}
