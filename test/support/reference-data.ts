import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const folder = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/**
 * Whether the public reference data lies beside the checkout. In CI it always does, so there its absence is a failure
 * and not a reason to pass over a test.
 */
export const hasReferenceData: boolean = (() => {
  const present = existsSync(`${folder}README.md`);
  if (!present && process.env['CI'] !== undefined) throw new Error(`reference data is missing: ${folder}`);
  return present;
})();

/** Path of a reference file. */
export function referenceFile(name: string): string {
  return `${folder}${name}`;
}

/** Text of a reference file, unpacked when its name ends in .gz. */
export function referenceText(name: string): string {
  const bytes = readFileSync(referenceFile(name));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Parsed JSON of a reference file; the caller states its shape. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller's claim about a known file
export function referenceJson<Shape>(name: string): Shape {
  return JSON.parse(referenceText(name)) as Shape;
}
