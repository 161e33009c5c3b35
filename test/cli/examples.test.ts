import { cpSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSessionPlan } from '../../src/cli/config/session-plan.js';
import { reportOf } from './support/two-terminals.js';
import { vesica } from './support/vesica-process.js';
import { Workspace } from './support/workspace.js';

const folder = fileURLToPath(new URL('../../examples/', import.meta.url));
const sessions = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** Customers in both lists of the examples. */
const SHARED = 128;
/** What they spent together, up to 200 each. */
const SHARED_SALES = 12_032.5;

/** Runs a pair of examples as they are written, on a copy, so that nothing is written beside them. */
async function runExamples(name: string) {
  const workspace = new Workspace();
  cpSync(folder, workspace.folder, { recursive: true });
  const [publisher, advertiser] = await Promise.all(
    ['publisher', 'advertiser'].map((party) =>
      vesica('run', workspace.path(`${name}-${party}.yaml`), '--json'),
    ),
  );
  return { workspace, publisher: reportOf(publisher!), advertiser: reportOf(advertiser!) };
}

describe('the examples', () => {
  it.each(sessions)('%s can be read, and its lists lie beside it', (name) => {
    const plan = readSessionPlan(folder + name, {});
    expect(readdirSync(folder).map((file) => folder + file)).toContain(plan.data.source);
  });

  it('come in pairs, each of which agrees, and the README names them', () => {
    expect(sessions).toHaveLength(8);
    for (const name of sessions.filter((file) => file.endsWith('-advertiser.yaml'))) {
      const other = name.replace('advertiser', 'publisher');
      expect(readSessionPlan(folder + name, {}).terms).toEqual(readSessionPlan(folder + other, {}).terms);
      expect(readme).toContain(`examples/${name}`);
    }
  });

  it('invent everybody: every address is at a domain that exists for examples (RFC 2606)', () => {
    for (const name of ['exposures.csv', 'orders.csv']) {
      const addresses = readFileSync(folder + name, 'utf8').match(/[^,\n]*@[^,\n]*/g)!;
      expect(addresses.length).toBeGreaterThan(100);
      expect(addresses.filter((address) => !/@example\.(com|net|org)$/i.test(address))).toEqual([]);
    }
  });

  it('make an audience', async () => {
    const { workspace, publisher, advertiser } = await runExamples('audience');
    expect(advertiser.matchedKeys).toBe(SHARED);
    expect(publisher.matchedKeys).toBeNull();
    expect(workspace.read('audience.csv').trim().split('\n')).toHaveLength(SHARED + 1);
  });

  it('count an overlap', async () => {
    const { publisher, advertiser } = await runExamples('overlap');
    // At epsilon 1 the noise exceeds 30 once in 10^13 runs.
    for (const report of [publisher, advertiser]) {
      expect(Math.abs(report.cells[0]!.count! - SHARED)).toBeLessThan(30);
    }
  });

  it('measure sales', async () => {
    const { workspace, publisher, advertiser } = await runExamples('sales');
    // 128 of the 168 orders are by people the publisher knows, one each, of 3 sums of 4 cells at epsilon 3.
    for (const { measures } of [publisher, advertiser]) {
      const [buyers, sales] = measures.map(({ cells }) => cells.reduce((sum, cell) => sum + cell.sum, 0));
      expect(Math.abs(buyers! - SHARED)).toBeLessThan(60);
      expect(Math.abs(sales! - SHARED_SALES)).toBeLessThan(60 * 200);
    }
    expect(publisher.measures.every(({ costs }) => costs !== null)).toBe(true);
    expect(publisher.sampleRatio?.mismatch).toBe(false);
    expect(workspace.read('sales.html')).toContain('<svg');
    expect(JSON.parse(workspace.read('sales.json'))).toEqual(publisher);
  });

  it('measure a lift', async () => {
    const { publisher, advertiser } = await runExamples('lift');
    for (const { lift, cells } of [publisher, advertiser]) {
      expect(cells).toHaveLength(4);
      // 83 of 300 against 45 of 300 bought.
      const [exposed] = lift!.overall;
      expect(Math.abs(exposed!.lift.absolute.value! - 38 / 300)).toBeLessThan(60 / 300);
      expect(exposed!.lift.treatment.n).toBe(300);
    }
  });
});
