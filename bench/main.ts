import { engineBenchmark } from './engines.js';
import { printEngines } from './print-engines.js';
import { options } from './options.js';

/** `npm run bench -- <what> [options]`. */
const [what, ...rest] = process.argv.slice(2);

if (what === 'engines') {
  const { json, rounds, items } = options(rest, { rounds: 5, items: 8192 });
  const report = await engineBenchmark({ rounds, items });
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : printEngines(report));
} else {
  process.stderr.write('usage: npm run bench -- engines [--json] [--rounds N] [--items N]\n');
  process.exitCode = 2;
}
