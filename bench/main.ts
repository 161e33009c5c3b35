import { join } from 'node:path';
import { costReport, costSetting, printCosts } from './costs.js';
import { coverageBenchmark, coverageSetting, printCoverage } from './coverage.js';
import { criteoBenchmark, criteoSetting, printCriteo } from './criteo.js';
import { discreteLogarithmBenchmark, printDiscreteLogarithms } from './discrete-logarithms.js';
import { engineBenchmark } from './engines.js';
import { hillstromBenchmark, hillstromSetting, printHillstrom } from './hillstrom.js';
import { networkBenchmark, networkSetting, printNetwork } from './network.js';
import { options } from './options.js';
import { Stopped } from './party-process.js';
import { peersBenchmark, peersSetting, printPeers } from './peers.js';
import { printEngines } from './print-engines.js';
import { BENCH_FOLDER, readmeBenchmark, readmeSetting } from './readme.js';
import { readResult } from './result-files.js';
import { type ScaleReport, printScale, scaleBenchmark, scaleSetting } from './scale.js';
import { printSession, sessionBenchmark } from './session.js';
import { sessionSetting } from './session-options.js';
import { printTiming, timingBenchmark } from './timing.js';

/** What a benchmark gives: its report for --json, the same as text, and whether what it checks holds. */
interface Finished {
  readonly json: boolean;
  readonly report: unknown;
  readonly text: string;
  readonly passed?: boolean;
}

interface Benchmark {
  readonly usage: string;
  readonly run: (rest: readonly string[], signal: AbortSignal) => Promise<Finished>;
}

const SESSION_USAGE =
  '[--mode psi|psi-ca|aggregate] [--peer-size N] [--overlap share] [--cells N] [--measures N] [--engine name] [--threads N]';

const benchmarks: Readonly<Record<string, Benchmark>> = {
  engines: {
    usage: '[--rounds N] [--items N]',
    run: async (rest) => {
      const { json, rounds, items } = options(rest, { rounds: 5, items: 8192 });
      const report = await engineBenchmark({ rounds, items });
      return { json, report, text: printEngines(report) };
    },
  },
  timing: {
    usage: '[--items samples]',
    run: (rest) => {
      const { json, items: samples } = options(rest, { rounds: 1, items: 20_000 });
      const report = timingBenchmark(samples);
      return Promise.resolve({ json, report, text: printTiming(report), passed: report.passed });
    },
  },
  'discrete-logarithms': {
    usage: '[--items sums]',
    run: async (rest) => {
      const { json, items: sums } = options(rest, { rounds: 1, items: 500 });
      const report = await discreteLogarithmBenchmark(sums);
      return { json, report, text: printDiscreteLogarithms(report) };
    },
  },
  coverage: {
    usage: '[--runs N] [--engine name]',
    run: async (rest) => {
      const { json, runs, engine } = coverageSetting(rest);
      const report = await coverageBenchmark(runs, engine);
      return { json, report, text: printCoverage(report), passed: report.passed };
    },
  },
  hillstrom: {
    usage: '[--runs N] [--epsilon E] [--file hillstrom.csv.gz] [--engine name]',
    run: async (rest) => {
      const setting = hillstromSetting(rest);
      const report = await hillstromBenchmark(setting);
      return { json: setting.json, report, text: printHillstrom(report), passed: report.passed };
    },
  },
  peers: {
    usage: '[--size N] [--noble-size N] [--rounds N] [--engines native,wasm]',
    run: async (rest, signal) => {
      const { json, setting } = peersSetting(rest);
      const report = await peersBenchmark(setting, signal);
      return { json, report, text: printPeers(report) };
    },
  },
  session: {
    usage: `[--size N] ${SESSION_USAGE}`,
    run: async (rest, signal) => {
      const { json, setting } = sessionSetting(rest);
      const report = await sessionBenchmark(setting, { signal });
      return { json, report, text: printSession(report) };
    },
  },
  network: {
    usage: `[--links lan,100mbit,20mbit | --bandwidth bits/s --delay ms --loss share] [--size N] ${SESSION_USAGE}`,
    run: async (rest, signal) => {
      const { json, setting, links } = networkSetting(rest);
      const report = await networkBenchmark({ setting, links }, signal);
      return { json, report, text: printNetwork(report) };
    },
  },
  scale: {
    usage: `[--sizes 10000,100000] ${SESSION_USAGE.replace('[--peer-size N] ', '')}`,
    run: async (rest, signal) => {
      const { json, setting, sizes } = scaleSetting(rest);
      const report = await scaleBenchmark({ setting, sizes }, signal);
      return { json, report, text: printScale(report) };
    },
  },
  criteo: {
    usage: '[--scale-down N] [--epsilon E] [--engine name] [--threads N]',
    run: async (rest, signal) => {
      const { json, setting } = criteoSetting(rest);
      const report = await criteoBenchmark(setting, signal);
      return { json, report, text: printCriteo(report), passed: report.passed };
    },
  },
  costs: {
    usage: '[--core-hour-usd price] [--sent-gb-usd price]',
    run: (rest) => {
      const { json, prices } = costSetting(rest);
      const scale = readResult(join(BENCH_FOLDER, 'results'), 'scale') as ScaleReport | undefined;
      if (scale === undefined)
        throw new RangeError('costs rest on bench/results/scale.json, which is not there');
      const report = costReport(scale, prices);
      return Promise.resolve({ json, report, text: printCosts(report) });
    },
  },
  readme: {
    usage: '[--check] [--folder bench]',
    run: (rest) => {
      const { json, setting } = readmeSetting(rest);
      const report = readmeBenchmark(setting);
      const passed = setting.check === 'write' || report.differing.length === 0;
      return Promise.resolve({ json, report, text: report.text, passed });
    },
  },
};

/** `npm run bench -- <what> [options]`. */
const [what = '', ...rest] = process.argv.slice(2);
const benchmark = Object.hasOwn(benchmarks, what) ? benchmarks[what] : undefined;
if (benchmark === undefined) {
  const lines = Object.entries(benchmarks).map(([name, { usage }]) => `${name} [--json] ${usage}`);
  process.stderr.write(`usage: npm run bench -- ${lines.join('\n       npm run bench -- ')}\n`);
  process.exitCode = 2;
} else await run(benchmark);

async function run({ run: work, usage }: Benchmark): Promise<void> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  if (stoppable(what)) for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal);
  try {
    const { json, report, text, passed = true } = await work(rest, stop.signal);
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : text);
    process.exitCode = passed ? 0 : 1;
  } catch (error) {
    if (error instanceof Stopped) {
      process.stderr.write('stopped\n');
      process.exitCode = 130;
    } else if (isUsageError(error)) {
      process.stderr.write(`${error.message}\nusage: npm run bench -- ${what} [--json] ${usage}\n`);
      process.exitCode = 2;
    } else throw error;
  } finally {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal);
  }
}

/** Benchmarks with processes and files of their own put them away; the others just end at a signal. */
function stoppable(name: string): boolean {
  return ['session', 'peers', 'network', 'scale', 'criteo'].includes(name);
}

function isUsageError(error: unknown): error is Error {
  if (error instanceof RangeError) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
