import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rational } from '../../src/dp/index.js';
import type { LedgerFile } from '../../src/ledger/index.js';
import { readLedger } from '../../src/ledger/read-ledger.js';
import {
  OTHER_PARTNER,
  cost,
  decimal,
  failure,
  gaussian,
  newPath,
  openLedger,
  request,
} from './support/ledgers.js';

const linesOf = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split('\n');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function finishSession(ledger: LedgerFile, number: number, answer: string): Promise<void> {
  const reservation = await ledger.reserve(request(number), cost('0.25', '1e-7'));
  await reservation.commit();
  await reservation.finish(answer);
}

/** A ledger of two finished sessions, closed. */
async function twoSessions(): Promise<string> {
  const path = newPath();
  const ledger = await openLedger(path);
  await finishSession(ledger, 1, '{"matched":12}');
  await finishSession(ledger, 2, '{"matched":34}');
  await ledger.close();
  return path;
}

describe('a ledger file', () => {
  it('is written as protocol-spec/ledger.md says', async () => {
    const path = newPath();
    const ledger = await openLedger(path, { limit: { epsilon: '2', delta: '1e-6' } });
    await finishSession(ledger, 1, 'an "answer"\n');
    await (await ledger.reserve(request(2), gaussian('0.001'))).commit();
    const [header, ...lines] = linesOf(path);
    expect(header).toBe('{"format":"vesica-ledger-1"}');
    const common = { at: '2026-01-02T03:04:05.678Z', partner: 'ab'.repeat(32) };
    expect(lines).toEqual([
      JSON.stringify({
        kind: 'spent',
        ...common,
        request: '01'.repeat(32),
        rho: '1/32',
        epsilon: '1/4',
        delta: '1/10000000',
        previous: sha256(header!),
      }),
      JSON.stringify({
        kind: 'answered',
        ...common,
        request: '01'.repeat(32),
        answer: 'an "answer"\n',
        previous: sha256(lines[0]!),
      }),
      JSON.stringify({
        kind: 'spent',
        ...common,
        request: '02'.repeat(32),
        rho: '1/1000',
        epsilon: null,
        delta: '0/1',
        previous: sha256(lines[1]!),
      }),
    ]);
  });

  it('is for its owner alone, and so is its lock, which goes when it is closed', async () => {
    const path = newPath();
    const ledger = await openLedger(path);
    expect([path, `${path}.lock`].map((each) => statSync(each).mode & 0o777)).toEqual([0o600, 0o600]);
    await ledger.close();
    await ledger.close();
    expect(existsSync(`${path}.lock`)).toBe(false);
    const reservation = await ledger.reserve(request(1), cost('0.1'));
    expect((await failure(reservation.commit())).code).toBe('internal/defect');
  });

  it('remembers what was spent and answered', async () => {
    const ledger = await openLedger(await twoSessions());
    expect(ledger.statement()).toEqual({
      limit: { epsilon: rational(1n), delta: decimal('1e-6') },
      spent: { epsilon: decimal('0.5'), delta: decimal('2e-7'), sessions: 2 },
      left: { epsilon: decimal('0.5'), delta: decimal('8e-7') },
    });
    expect(await ledger.recall(request(1))).toBe('{"matched":12}');
    expect((await failure(ledger.reserve(request(3), cost('0.51')))).message).toContain(
      `the budget for partner ${'ab'.repeat(8)} in `,
    );
    await finishSession(ledger, 1, '{"matched":13}');
    expect(await ledger.recall(request(1))).toBe('{"matched":13}');
  });

  it('keeps the partners apart', async () => {
    const path = await twoSessions();
    const other = await openLedger(path, { partner: OTHER_PARTNER.toUpperCase() });
    expect(other.statement().spent.sessions).toBe(0);
    expect(await other.recall(request(1))).toBeUndefined();
    await (await other.reserve(request(1), cost('1'))).commit();
    await other.close();
    const first = await openLedger(path);
    expect(first.statement().spent.sessions).toBe(2);
  });

  it('still says what was spent when the limit is lowered below it', async () => {
    const ledger = await openLedger(await twoSessions(), { limit: { epsilon: '0.4', delta: '1e-7' } });
    const { spent, left } = ledger.statement();
    expect([spent.epsilon, spent.delta]).toEqual([undefined, decimal('2e-7')]);
    expect(left).toEqual({ epsilon: rational(0n), delta: rational(0n) });
    expect((await failure(ledger.reserve(request(3), cost('0.1')))).code).toBe('budget/exceeded');
  });

  it('writes concurrent sessions one after the other', async () => {
    const path = newPath();
    const ledger = await openLedger(path);
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const reservation = await ledger.reserve(request(i), cost('0.05'));
        await reservation.commit();
        await reservation.finish(String(i));
      }),
    );
    await ledger.close();
    const again = await openLedger(path);
    expect(again.statement().spent.sessions).toBe(20);
    expect(await again.recall(request(19))).toBe('19');
  });

  it('is locked once for this process, by whatever name', async () => {
    const path = newPath();
    await openLedger(path);
    const alias = join(dirname(path), 'alias');
    symlinkSync(path, alias);
    expect((await failure(openLedger(path))).code).toBe('ledger/in-use');
    expect((await failure(openLedger(alias))).code).toBe('ledger/in-use');
  });
});

describe('a ledger that cannot be used', () => {
  it('is refused when others may read it, when it is no file, and when there is no folder', async () => {
    const path = await twoSessions();
    chmodSync(path, 0o640);
    expect((await failure(openLedger(path))).message).toContain('chmod 600');
    const folder = join(dirname(path), 'folder');
    mkdirSync(folder);
    expect((await failure(openLedger(folder))).code).toBe('ledger/unwritable');
    expect(existsSync(`${folder}.lock`)).toBe(false);
    expect((await failure(openLedger(join(folder, 'absent', 'x')))).code).toBe('ledger/unwritable');
    expect((await failure(openLedger(newPath(), { partner: 'ab' }))).code).toBe('internal/defect');
  });

  const damages: [string, number, (lines: string[]) => void][] = [
    ['another format', 1, (lines) => (lines[0] = '{"format":"vesica-ledger-2"}')],
    ['a line that is no JSON', 3, (lines) => (lines[2] = lines[2]!.slice(0, -1))],
    ['an empty line', 3, (lines) => lines.splice(2, 0, '')],
    ['a line left out', 4, (lines) => lines.splice(3, 1)],
    ['two lines exchanged', 2, (lines) => lines.splice(1, 2, lines[2]!, lines[1]!)],
    ['a cost made smaller', 3, (lines) => (lines[1] = lines[1]!.replace('"1/4"', '"1/5"'))],
    ['an unknown field', 5, (lines) => (lines[4] = lines[4]!.replace(/}$/, ',"note":1}'))],
    ['a field twice', 5, (lines) => (lines[4] = lines[4]!.replace('{', '{"kind":"answered",'))],
    ['spaces', 5, (lines) => (lines[4] = lines[4]!.replace('{', '{ '))],
    ['a fraction not in lowest terms', 4, (lines) => (lines[3] = lines[3]!.replace('"1/4"', '"2/8"'))],
    ['a negative fraction', 4, (lines) => (lines[3] = lines[3]!.replace('"1/4"', '"-1/4"'))],
    ['a fraction over 0', 4, (lines) => (lines[3] = lines[3]!.replace('"1/4"', '"1/0"'))],
    ['a request that is no digest', 4, (lines) => (lines[3] = lines[3]!.replace('02'.repeat(32), '02'))],
    ['an unknown kind', 4, (lines) => (lines[3] = lines[3]!.replace('spent', 'given'))],
    ['another time format', 5, (lines) => (lines[4] = lines[4]!.replace('678Z', '678+00:00'))],
    ['an answer to nothing', 5, (lines) => (lines[4] = lines[4]!.replace('02'.repeat(32), '03'.repeat(32)))],
    ['a last line of other JSON', 5, (lines) => (lines[4] = 'null')],
  ];
  it.each(damages)('is damaged: %s (line %i)', async (_what, line, damage) => {
    const path = await twoSessions();
    const lines = linesOf(path);
    damage(lines);
    const text = `${lines.join('\n')}\n`;
    writeFileSync(path, text);
    const { code, message } = await failure(openLedger(path));
    expect(code).toBe('ledger/damaged');
    expect(message).toContain(`${path}: line ${line} `);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('is damaged whichever bit before the last line is changed', async () => {
    const bytes = readFileSync(await twoSessions());
    expect(readLedger(bytes, 'it').lines.length).toBe(4);
    // Without the line feed before it, the last line is part of a line that is no JSON: the rest of a crash.
    const lastLineFeed = bytes.lastIndexOf('\n', bytes.length - 2);
    for (let bit = 0; bit < 8 * lastLineFeed; bit += 1) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => readLedger(bytes, 'it'), `bit ${bit}`).toThrow(
        expect.objectContaining({ code: 'ledger/damaged' }),
      );
      bytes[bit >> 3]! ^= 1 << (bit & 7);
    }
  });

  it('is left alone when it is another file, even one without a line feed', async () => {
    const path = newPath();
    writeFileSync(path, 'my notes', { mode: 0o600 });
    expect((await failure(openLedger(path))).code).toBe('ledger/damaged');
    expect(readFileSync(path, 'utf8')).toBe('my notes');
  });
});
