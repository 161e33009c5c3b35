import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { availableEngines } from '../../../src/group/index.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const source = fileURLToPath(new URL('../../../src/group/native/', import.meta.url));

const INSTRUCTION_SETS: Readonly<Record<string, readonly string[]>> = {
  'avx512-ifma': ['f', 'dq', 'bw', 'vl', 'ifma', 'vbmi2'].map((set) => `-mavx512${set}`),
  avx2: ['-mfma'],
};

// The variants are there only if the compiler was when the package was installed.
const variants = availableEngines().flatMap(({ name, variant }) => (name === 'native' ? [variant] : []));

it.runIf(variants.length > 0)(
  'every field routine of the C engine is right with its limbs at their stated maxima',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'vesica-bounds-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const variant of variants) {
      const program = join(folder, variant);
      const name = variant.replace('avx512-', '');
      const flags = ['-std=gnu11', '-O1', '-mavx2', ...(INSTRUCTION_SETS[variant] ?? []), `-I${source}`];
      const compiler = process.env['CC'] ?? 'cc';
      const built = spawnSync(compiler, [...flags, join(here, `field-bounds-${name}.c`), '-o', program], {
        encoding: 'utf8',
      });
      expect(built.status, built.stderr).toBe(0);
      const ran = spawnSync(program, ['50'], { encoding: 'utf8' });
      expect(ran.status, ran.stdout + ran.stderr).toBe(0);
      expect(ran.stdout).toContain('50 rounds, 0 failures');
    }
  },
);
