import { describe, expect, it } from 'vitest';
import { hasReferenceData, referenceJson, referenceText } from '../support/reference-data.js';
import { reportOf, runPair } from './support/two-terminals.js';

interface Expected {
  readonly cells_history_segment: readonly {
    readonly history_segment: string;
    readonly segment: string;
    readonly n: number;
    readonly conversion: number;
  }[];
}

const ARMS = { column: 'segment', treatment: ['Mens E-Mail', 'Womens E-Mail'], control: 'No E-Mail' };

/** Within what a draw of discrete Laplace noise at epsilon 1 lies, but for one session in fifty million. */
const LARGEST_NOISE = 20;

/** A line of the file: recency, history_segment (quoted when it holds a comma), …, segment, visit, conversion, spend. */
function readRow(line: string): { history: string; arm: string; converted: boolean } {
  const fields = line.trim().match(/"[^"]*"|[^,]+/g) ?? [];
  return { history: fields[1]!.replaceAll('"', ''), arm: fields[8]!, converted: fields[10] === '1' };
}

describe.runIf(hasReferenceData)('the MineThatData experiment, its real rows through two nodes', () => {
  it('gives every cell its count within the noise, to both sides', async () => {
    const rows = referenceText('hillstrom/hillstrom.csv.gz').trim().split('\n').slice(1).map(readRow);
    expect(rows).toHaveLength(64_000);
    const addressOf = (i: number): string => `customer${i}@hillstrom.example`;
    const publisher = rows.map(({ arm, history }, i) => `${addressOf(i)},${arm},"${history}"`);
    const advertiser = rows.flatMap(({ converted }, i) => (converted ? [addressOf(i)] : []));
    const { ended } = await runPair({
      both: { mode: 'aggregate', threads: 2, privacy: { epsilon: 1, delta: 1e-6 } },
      responder: {
        csv: `email,segment,history_segment\n${publisher.join('\n')}\n`,
        session: {
          role: 'cohorts',
          data: {
            source: 'list.csv',
            identifiers: { email: 'email' },
            cohorts: ['segment', 'history_segment'],
          },
          arms: ARMS,
        },
      },
      initiator: { csv: `email\n${advertiser.join('\n')}\n`, session: { role: 'measures' } },
    });
    const { cells_history_segment: expected } = referenceJson<Expected>('hillstrom/expected.json');
    for (const side of [ended.responder, ended.initiator]) {
      const { cells, lift } = reportOf(side);
      expect(cells).toHaveLength(21);
      for (const { segment, history_segment, n, conversion } of expected) {
        const cell = cells.find(
          ({ label }) => label['segment'] === segment && label['history_segment'] === history_segment,
        );
        expect(cell?.size).toBe(n);
        expect(Math.abs((cell?.count ?? NaN) - conversion)).toBeLessThanOrEqual(LARGEST_NOISE);
      }
      // 0.006805 is the exact effect (expected.json); each arm has seven noisy cells.
      const mens = lift?.overall.find(({ arm }) => arm === 'Mens E-Mail')?.lift.absolute.value ?? NaN;
      expect(Math.abs(mens - 0.006805)).toBeLessThan((2 * 7 * LARGEST_NOISE) / 21_306);
    }
  });
});
