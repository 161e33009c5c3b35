// The one gate, `npm test`. Runs every check, prints what failed, ends with one line: "N passed, N failed".
// Each static check counts as one; the test suite counts each of its tests.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const viteBuild = (config) => ['vite', 'build', '--config', config, '--logLevel', 'warn'];

/**
 * What the tests of worker threads, of two processes, of browsers and of the benchmarks run. Their types are checked with
 * those of the tests. Each list is in order: the page of a report replaces a module of the first build.
 */
const BUILDS = [
  [
    ['build', ['tsc', '-p', 'src/tsconfig.json', '--noCheck']],
    ['build of the report page', viteBuild('src/report/page/vite.config.ts')],
  ],
  [
    ['build of the benchmarks', ['tsc', '-p', 'bench/tsconfig.json', '--noCheck']],
    ['build of the console', viteBuild('src/console/vite.config.ts')],
  ],
];

/** The longest first, so that no core is left alone with it. */
const STATIC_CHECKS = [
  ['lint', ['eslint', '--max-warnings', '0', '.']],
  ['types', ['tsc', '-p', '.']],
  ['format', ['prettier', '--check', '--log-level', 'warn', '.']],
  ['types of the console', ['tsc', '-p', 'src/console']],
  ['dependency rules', ['depcruise', '--config', '.dependency-cruiser.cjs', 'src']],
];

/** Runs a program of node_modules/.bin (npm puts it on PATH); resolves to its exit code and output. */
function run(command, { show }) {
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), {
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

let passed = 0;
let failed = 0;
function report(name, ok, output, startedAt) {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (!ok) console.log(output);
  if (ok) passed += 1;
  else failed += 1;
}

async function check(name, command) {
  const startedAt = Date.now();
  const { code, output } = await run(command, { show: false });
  report(name, code === 0, output, startedAt);
  return code === 0;
}

async function suite() {
  const folder = mkdtempSync(join(tmpdir(), 'vesica-gate-'));
  const file = join(folder, 'tests.json');
  const { code } = await run(
    ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile=${file}`],
    { show: true },
  );
  try {
    const summary = JSON.parse(readFileSync(file, 'utf8'));
    passed += summary.numPassedTests;
    failed += summary.numFailedTests;
    if (summary.numPendingTests > 0)
      console.log(
        `${summary.numPendingTests} tests not run: reference data, Python 3 or a C compiler is missing`,
      );
    // A suite that fails to load, or an unhandled error, fails the run without failing a test.
    if (code !== 0 && summary.numFailedTests === 0) failed += 1;
    if (summary.numPassedTests === 0) failed += 1;
  } catch {
    failed += 1;
  }
  rmSync(folder, { recursive: true });
}

/** Runs checks one after the other; resolves to whether all passed. */
async function inOrder(checks) {
  let areSound = true;
  for (let next = checks.shift(); next !== undefined; next = checks.shift()) {
    areSound = (await check(...next)) && areSound;
  }
  return areSound;
}

// Two at a time: each runs on one core, and the gate is sized for two.
const built = await Promise.all(BUILDS.map((list) => inOrder([...list])));
const queue = [...STATIC_CHECKS];
await Promise.all([inOrder(queue), inOrder(queue)]);
if (!built.includes(false)) await suite();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
