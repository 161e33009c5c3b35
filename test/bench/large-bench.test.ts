import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { hasReferenceData, referenceJson } from '../support/reference-data.js';

const main = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));

function run(...given: readonly string[]): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, [main, ...given], { encoding: 'utf8' });
}

interface Session {
  readonly initiator: { readonly bytesSent: number; readonly bytesReceived: number };
  readonly setting: { readonly size: number; readonly peerSize: number };
  readonly coreSeconds: number;
  readonly wallSeconds: number;
}

it('npm run bench -- network runs the session over each link, slower than the link could carry it', () => {
  const { stdout } = run(
    'network',
    '--json',
    ...['--links', 'lan,20mbit', '--size', '2000', '--threads', '1', '--engine', 'wasm'],
  );
  const { benchmark, results } = JSON.parse(stdout) as {
    benchmark: string;
    results: {
      link: { name: string; delayMs: number };
      session: Session;
      traffic: { bytesForward: number; bytesBack: number };
      floorLinkSeconds: number;
    }[];
  };
  expect(benchmark).toBe('network');
  expect(results.map(({ link }) => link.name)).toEqual(['lan', '20mbit']);
  for (const { link, session, traffic, floorLinkSeconds } of results) {
    // TLS and the handshake come on top of the frames.
    expect(traffic.bytesForward).toBeGreaterThan(session.initiator.bytesSent);
    expect(traffic.bytesBack).toBeGreaterThan(session.initiator.bytesReceived);
    expect(session.wallSeconds).toBeGreaterThan((4 * link.delayMs) / 1000);
    expect(floorLinkSeconds).toBeGreaterThan(0);
  }
});

it('npm run bench -- scale states what an element costs at each size, and the growth against the first', () => {
  const { stdout } = run('scale', '--json', '--sizes', '200,600', '--threads', '1', '--engine', 'wasm');
  const { results } = JSON.parse(stdout) as {
    results: { size: number; microsecondsPerElement: number; growth: number; session: Session }[];
  };
  expect(results.map(({ size }) => size)).toEqual([200, 600]);
  for (const { size, microsecondsPerElement, growth, session } of results) {
    expect(session.setting).toMatchObject({ size, peerSize: size });
    expect(microsecondsPerElement).toBeCloseTo((1e6 * session.coreSeconds) / (2 * size), 9);
    expect(growth).toBeCloseTo(microsecondsPerElement / results[0]!.microsecondsPerElement, 9);
  }
});

it('refuses links and sizes that it does not know', () => {
  for (const [given, name] of [
    [['network', '--links', 'moon'], '--links'],
    [['network', '--links', 'lan', '--delay', '3'], '--links'],
    [['network', '--bandwidth', '0'], '--bandwidth'],
    [['network', '--loss', '1'], '--loss'],
    [['scale', '--sizes', '10,x'], '--sizes'],
    [['scale', '--size', '10'], "'--size'"],
    [['criteo', '--scale-down', '0'], '--scale-down'],
    [['criteo', '--scale-down', '1000000'], '--scale-down'],
  ] as const) {
    const { stderr, status } = run(...given);
    expect(stderr).toContain(name);
    expect(stderr).toContain(`usage: npm run bench -- ${given[0]}`);
    expect(status).toBe(2);
  }
});

interface Criteo {
  readonly totals: Record<'treated' | 'control', { users: number; visits: number; conversions: number }>;
  readonly figures: {
    party: string;
    measure: string;
    exact: number;
    exactRelative: number;
    absolute: number;
    absoluteInterval: { lower: number; upper: number };
    inside: boolean;
  }[];
  readonly session: Session;
  readonly passed: boolean;
}

it('npm run bench -- criteo finds the effect of the totals in the reports of both parties', () => {
  // At this epsilon the noise is far below the sampling error that the intervals hold.
  const { stdout, status } = run(
    'criteo',
    '--json',
    ...['--scale-down', '1000', '--epsilon', '20', '--threads', '1'],
  );
  const { totals, figures, session, passed } = JSON.parse(stdout) as Criteo;
  expect(totals).toEqual({
    treated: { users: 11_883, visits: 577, conversions: 37 },
    control: { users: 2_097, visits: 80, conversions: 4 },
  });
  expect(session.setting).toMatchObject({ size: 13_980, peerSize: 657 });
  expect(figures.map(({ party, measure }) => `${party} ${measure}`)).toEqual([
    'cohorts visit',
    'cohorts conversion',
    'measures visit',
    'measures conversion',
  ]);
  expect(figures.find(({ measure }) => measure === 'visit')?.exact).toBeCloseTo(
    577 / 11_883 - 80 / 2_097,
    12,
  );
  for (const { absolute, exact, inside, absoluteInterval } of figures) {
    expect(inside).toBe(true);
    expect(Math.abs(absolute - exact)).toBeLessThan((absoluteInterval.upper - absoluteInterval.lower) / 4);
  }
  expect([passed, status]).toEqual([true, 0]);
});

it.runIf(hasReferenceData)(
  'the totals of the criteo benchmark have the effect that was published',
  async () => {
    const { CRITEO_TOTALS } = await import('../../bench/criteo-lists.js');
    const { exactLift } = await import('../../bench/criteo.js');
    interface Arm {
      n: number;
      visit: number;
      conversion: number;
    }
    const { criteo_uplift_v2_1: published } = referenceJson<{
      criteo_uplift_v2_1: {
        n_rows: number;
        treated: Arm;
        control: Arm;
        published: Record<'visit' | 'conversion', { ate: number; relative_lift: number }>;
      };
    }>('criteo_totals.json');
    for (const arm of ['treated', 'control'] as const) {
      const { n, visit, conversion } = published[arm];
      expect(CRITEO_TOTALS[arm]).toEqual({ users: n, visits: visit, conversions: conversion });
    }
    expect(CRITEO_TOTALS.treated.users + CRITEO_TOTALS.control.users).toBe(published.n_rows);
    for (const measure of ['visit', 'conversion'] as const) {
      const { exact, exactRelative } = exactLift(CRITEO_TOTALS, measure);
      expect(exact).toBeCloseTo(published.published[measure].ate, 12);
      expect(exactRelative).toBeCloseTo(published.published[measure].relative_lift, 10);
    }
  },
);
