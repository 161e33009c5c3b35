import type { EngineReport } from './engines.js';

/** The figures of `bench engines` as text. */
export function printEngines(report: EngineReport): string {
  const { results, twoThreads, x25519Microseconds, processor, node, rounds, items } = report;
  const lines = [
    `${processor}, Node ${node}; medians of ${rounds} rounds of ${items} elements, processor time of one thread`,
    x25519Microseconds === null
      ? 'OpenSSL is not here, so there are no ratios to its X25519'
      : `OpenSSL X25519: ${x25519Microseconds.toFixed(1)} us`,
    '',
    row(['engine', 'operation', 'us/element', 'x X25519', '(lowest - highest)', 'x faster than noble']),
  ];
  for (const {
    engine,
    operation,
    microsecondsPerElement,
    ratioToX25519,
    ratioToX25519Spread,
    ...rest
  } of results) {
    const range = ratioToX25519Spread;
    lines.push(
      row([
        engine,
        operation,
        microsecondsPerElement.toFixed(3),
        ratioToX25519?.toFixed(3) ?? '-',
        range === null ? '-' : `(${range.lowest.toFixed(3)} - ${range.highest.toFixed(3)})`,
        rest.timesFasterThanReference.toFixed(1),
      ]),
    );
  }
  lines.push('', 'Two worker threads against one, wall time of blinding:');
  for (const { engine, speedup } of twoThreads) lines.push(`  ${engine.padEnd(16)} ${speedup.toFixed(2)} x`);
  return `${lines.join('\n')}\n`;
}

const WIDTHS = [16, 17, 11, 10, 20, 20];

function row(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i < 2 ? cell.padEnd(WIDTHS[i] ?? 0) : cell.padStart(WIDTHS[i] ?? 0)))
    .join('');
}
