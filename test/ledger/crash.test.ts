import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readLedger } from '../../src/ledger/read-ledger.js';
import { cost, newPath, openLedger, request } from './support/ledgers.js';

const HEADER_BYTES = '{"format":"vesica-ledger-1"}\n'.length;

/** What a ledger says of the requests 1 and 2, then of a session after the crash, read from the file again. */
async function afterCrash(path: string): Promise<unknown> {
  const ledger = await openLedger(path);
  const found = await said(ledger);
  const later = await ledger.reserve(request(3), cost('0.125'));
  await later.commit();
  await later.finish('later');
  await ledger.close();
  expect(readLedger(readFileSync(path), path).wholeBytes).toBe(statSync(path).size);
  const again = await openLedger(path);
  const { sessions } = again.statement().spent;
  expect([sessions, await again.recall(request(3))]).toEqual([found.sessions + 1, 'later']);
  await again.close();
  return found;
}
async function said(
  ledger: Awaited<ReturnType<typeof openLedger>>,
): Promise<{ sessions: number; answers: unknown }> {
  const answers = [await ledger.recall(request(1)), await ledger.recall(request(2))];
  return { sessions: ledger.statement().spent.sessions, answers };
}

/** The bytes of a ledger before and after the last thing that `last` has written to it. */
async function aroundLastAppend(
  last: 'commit' | 'finish',
): Promise<{ before: Buffer; after: Buffer; path: string }> {
  const path = newPath();
  const ledger = await openLedger(path);
  const first = await ledger.reserve(request(1), cost('0.25'));
  await first.commit();
  await first.finish('eins – 一');
  const second = await ledger.reserve(request(2), cost('0.5', '1e-9'));
  if (last === 'finish') await second.commit();
  const before = readFileSync(path);
  await (last === 'commit' ? second.commit() : second.finish('zwei – 二'));
  await ledger.close();
  return { before, after: readFileSync(path), path };
}

describe('a crash at every byte', () => {
  it.each(['commit', 'finish'] as const)('of a %s leaves it whole or undone', async (last) => {
    const { before, after, path } = await aroundLastAppend(last);
    const answered = { sessions: 2, answers: ['eins – 一', 'zwei – 二'] };
    const spent = { sessions: 2, answers: ['eins – 一', undefined] };
    const unspent = { sessions: 1, answers: ['eins – 一', undefined] };
    const [undone, done] = last === 'commit' ? [unspent, spent] : [spent, answered];
    for (let length = before.length; length <= after.length; length += 1) {
      writeFileSync(path, after.subarray(0, length));
      expect(await afterCrash(path), `${length} bytes`).toEqual(length === after.length ? done : undone);
    }
  });

  it('of the first line leaves a new ledger', async () => {
    const path = newPath();
    await (await openLedger(path)).close();
    const header = readFileSync(path);
    expect(header.length).toBe(HEADER_BYTES);
    for (let length = 0; length <= header.length; length += 1) {
      writeFileSync(path, header.subarray(0, length));
      expect(await afterCrash(path), `${length} bytes`).toEqual({
        sessions: 0,
        answers: [undefined, undefined],
      });
    }
  });

  it('may leave any bytes in place of the last line', async () => {
    const { before, path } = await aroundLastAppend('commit');
    for (const rest of [
      Buffer.alloc(500),
      Buffer.from('{"kind":"spent"\n'),
      Buffer.from([0xff, 0xfe, 0x0a]),
    ]) {
      writeFileSync(path, Buffer.concat([before, rest]));
      const ledger = await openLedger(path);
      // Looking changes nothing; the rest goes with the next entry.
      expect(readFileSync(path)).toEqual(Buffer.concat([before, rest]));
      await (await ledger.reserve(request(2), cost('0.125'))).commit();
      await ledger.close();
      expect(readFileSync(path).subarray(0, before.length)).toEqual(before);
      expect(readLedger(readFileSync(path), path).wholeBytes).toBe(statSync(path).size);
      expect(await afterCrash(path)).toEqual({ sessions: 2, answers: ['eins – 一', undefined] });
    }
  });
});
