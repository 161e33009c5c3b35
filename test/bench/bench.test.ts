import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { availableEngines } from '../../src/group/index.js';
import { hasReferenceData, referenceJson } from '../support/reference-data.js';

// Compiled by the gate, as `npm run bench` compiles it for a user.
const main = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));

/** Runs a benchmark and gives what it prints with --json. */
function bench(...given: readonly string[]): unknown {
  const { stdout } = spawnSync(process.execPath, [main, ...given, '--json'], { encoding: 'utf8' });
  return JSON.parse(stdout);
}

// Smoke runs, so that no benchmark can rot; nothing here depends on how fast anything is.

it('npm run bench -- engines --json measures every operation of every engine', () => {
  const { results, twoThreads } = bench('engines', '--rounds', '1', '--items', '16') as {
    results: { engine: string; operation: string; microsecondsPerElement: number }[];
    twoThreads: { speedup: number }[];
  };
  const operations = [
    'multiply',
    'hashAndMultiply',
    'hashToGroup',
    'mapToGroup',
    'multiplyBase',
    'multiplyAdd',
    'sum',
    'walk',
  ];
  expect(results.map(({ operation }) => operation)).toEqual(availableEngines().flatMap(() => operations));
  expect(results.every(({ microsecondsPerElement }) => microsecondsPerElement > 0)).toBe(true);
  expect(twoThreads.map(({ speedup }) => speedup > 0)).toEqual(availableEngines().map(() => true));
});

it('npm run bench -- timing --json tests every engine that promises constant time, with a control each', () => {
  const { results } = bench('timing', '--items', '200') as {
    results: { engine: string; t: number; expectedLeak: boolean }[];
  };
  const promising = availableEngines()
    .filter(({ name }) => name !== 'noble')
    .map(({ name, variant }) => `${name}:${variant}`);
  const controls = results.filter(({ expectedLeak }) => expectedLeak);
  expect(controls.map(({ engine }) => engine)).toEqual(promising);
  expect(results).toHaveLength(9 * promising.length);
  expect(results.every(({ t }) => Number.isFinite(t))).toBe(true);
});

it('npm run bench -- discrete-logarithms --json decrypts rightly on every engine but the reference, both ways', () => {
  const { results } = bench('discrete-logarithms', '--items', '1') as {
    results: { engine: string; operations: string; tableEntries: number; processorSeconds: number }[];
  };
  expect(results.map(({ engine, operations }) => `${engine} ${operations}`)).toEqual(
    availableEngines()
      .filter(({ name }) => name !== 'noble')
      .flatMap(({ name, variant }) => [`${name}:${variant} inline`, `${name}:${variant} pool`]),
  );
  expect(results.every(({ tableEntries }) => tableEntries === 2 ** 16)).toBe(true);
  expect(results.every(({ processorSeconds }) => processorSeconds > 0)).toBe(true);
});

it('npm run bench -- session --json runs both parties over TLS and counts what it cost', () => {
  const size = 300;
  const report = bench(
    ...[
      'session',
      '--mode',
      'aggregate',
      '--size',
      String(size),
      '--cells',
      '3',
      '--measures',
      '2',
      '--threads',
      '1',
    ],
  ) as {
    bytesPerPair: number;
    coreSeconds: number;
    initiator: { bytesSent: number; bytesReceived: number; peakRssBytes: number };
    responder: { bytesSent: number; bytesReceived: number };
  };
  const { initiator, responder } = report;
  expect(initiator.bytesSent).toBe(responder.bytesReceived);
  expect(initiator.bytesReceived).toBe(responder.bytesSent);
  // An element and its tag one way, an element and three more for the ciphertexts the other, and the dummies of 3 cells.
  expect(report.bytesPerPair).toBeGreaterThan(32 + 10 + 4 * 32);
  expect(report.coreSeconds).toBeGreaterThan(0);
  expect(initiator.peakRssBytes).toBeGreaterThan(1e6);
});

it('npm run bench -- coverage --json judges every interval of both parties in every design', () => {
  const { results, passed } = bench('coverage', '--runs', '1') as {
    results: {
      design: { name: string; epsilon: string };
      party: string;
      figure: string;
      covered: number;
      band: { lower: number; upper: number };
      control: { covered: number; mustFail: boolean } | null;
      passed: boolean;
    }[];
    passed: boolean;
  };
  const places = results.map(({ design, party, figure }) =>
    [design.name, design.epsilon, party, figure].join(),
  );
  expect(new Set(places).size).toBe(4 * 3 * 2 * 4);
  expect(new Set(results.map(({ figure }) => figure))).toEqual(
    new Set(['conversion', 'conversion relative', 'spend', 'spend relative']),
  );
  for (const { figure, covered, band, control, design } of results) {
    expect([0, 1]).toContain(covered);
    // One run speaks for next to every share.
    expect(band.lower).toBeLessThan(0.95);
    expect(band.upper).toBeGreaterThan(0.9);
    expect(control === null).toBe(figure !== 'conversion');
    expect(control?.mustFail ?? false).toBe(figure === 'conversion' && design.epsilon === '0.1');
  }
  expect(passed).toBeTypeOf('boolean');
});

it.runIf(hasReferenceData)(
  'npm run bench -- hillstrom --json compares every lift of both reports with the rows',
  () => {
    const { figures, epsilon, runs } = bench('hillstrom', '--runs', '1', '--epsilon', '20') as {
      figures: {
        party: string;
        measure: string;
        arm: string;
        cohort: string | null;
        absolute: number;
        inside: number;
        relativeInside: number;
      }[];
      epsilon: string;
      runs: number;
    };
    expect({ epsilon, runs }).toEqual({ epsilon: '20', runs: 1 });
    // Two parties, two measures, two arms, seven segments and all of them.
    expect(figures).toHaveLength(2 * 2 * 2 * 8);
    const published =
      referenceJson<Record<string, Record<string, { diff: number }>>>('hillstrom/expected.json');
    for (const { measure, arm, cohort, absolute } of figures) {
      if (cohort === null) expect(absolute).toBeCloseTo(published[arm]![measure]!.diff, 12);
    }
    // At this epsilon the noise is far below the sampling error that the intervals hold.
    for (const { cohort, inside, relativeInside } of figures) {
      if (cohort === null) expect([inside, relativeInside]).toEqual([1, 1]);
    }
  },
);

it('npm run bench -- peers --json makes the same intersection by every means that is installed', () => {
  const { results, skipped } = bench(
    ...['peers', '--size', '64', '--noble-size', '4', '--rounds', '1', '--engines', 'wasm'],
  ) as {
    results: { method: string; microsecondsPerPair: number; ratio: number }[];
    skipped: string[];
  };
  const methods = results.map(({ method }) => method);
  expect(methods[0]).toBe('vesica wasm');
  expect(results[0]?.ratio).toBe(1);
  expect(methods).toEqual(expect.arrayContaining(['@noble/curves loop', 'SQL join']));
  // What is left out is said, never passed over.
  expect(methods.length + skipped.length).toBe(5);
  expect(results.every(({ microsecondsPerPair }) => microsecondsPerPair > 0)).toBe(true);
});
