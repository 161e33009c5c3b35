import { coverageBenchmark, coverageSetting, printCoverage } from './coverage.js';
import { discreteLogarithmBenchmark, printDiscreteLogarithms } from './discrete-logarithms.js';
import { engineBenchmark } from './engines.js';
import { printEngines } from './print-engines.js';
import { hillstromBenchmark, hillstromSetting, printHillstrom } from './hillstrom.js';
import { options } from './options.js';
import { peersBenchmark, peersSetting, printPeers } from './peers.js';
import { printSession, sessionBenchmark, sessionSetting } from './session.js';
import { printTiming, timingBenchmark } from './timing.js';

/** `npm run bench -- <what> [options]`. */
const [what, ...rest] = process.argv.slice(2);

if (what === 'engines') {
  const { json, rounds, items } = options(rest, { rounds: 5, items: 8192 });
  const report = await engineBenchmark({ rounds, items });
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : printEngines(report));
} else if (what === 'timing') {
  const { json, items: samples } = options(rest, { rounds: 1, items: 20_000 });
  const report = timingBenchmark(samples);
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : printTiming(report));
  process.exitCode = report.passed ? 0 : 1;
} else if (what === 'discrete-logarithms') {
  const { json, items: sums } = options(rest, { rounds: 1, items: 500 });
  const report = await discreteLogarithmBenchmark(sums);
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : printDiscreteLogarithms(report));
} else if (what === 'coverage') {
  const { json, runs, engine } = coverageSetting(rest);
  const report = await coverageBenchmark(runs, engine);
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : printCoverage(report));
  process.exitCode = report.passed ? 0 : 1;
} else if (what === 'hillstrom') {
  const setting = hillstromSetting(rest);
  const report = await hillstromBenchmark(setting);
  process.stdout.write(setting.json ? `${JSON.stringify(report, null, 2)}\n` : printHillstrom(report));
  process.exitCode = report.passed ? 0 : 1;
} else if (what === 'peers') {
  const { json, setting } = peersSetting(rest);
  const report = await peersBenchmark(setting);
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : printPeers(report));
} else if (what === 'session') {
  const { json, setting } = sessionSetting(rest);
  const report = await sessionBenchmark(setting);
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : printSession(report));
} else {
  process.stderr.write('usage: npm run bench -- engines [--json] [--rounds N] [--items N]\n');
  process.stderr.write('       npm run bench -- timing [--json] [--items samples]\n');
  process.stderr.write('       npm run bench -- discrete-logarithms [--json] [--items sums]\n');
  process.stderr.write('       npm run bench -- coverage [--json] [--runs N] [--engine name]\n');
  process.stderr.write(
    '       npm run bench -- hillstrom [--json] [--runs N] [--epsilon E] [--file hillstrom.csv.gz] [--engine name]\n',
  );
  process.stderr.write(
    '       npm run bench -- peers [--json] [--size N] [--noble-size N] [--rounds N] [--engines native,wasm]\n',
  );
  process.stderr.write(
    '       npm run bench -- session [--json] [--mode psi|psi-ca|aggregate] [--size N] [--peer-size N] [--overlap share] [--cells N] [--measures N] [--engine name] [--threads N]\n',
  );
  process.exitCode = 2;
}
