import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadList, selectRows, type DataDefinition, type LoadedList } from '../../../src/data/index.js';
import { KEY_TYPES } from '../../../src/group/index.js';
import { encodeMatched, MatchedReader } from '../../../src/node/results/matched-file.js';
import { systemRandom } from '../../../src/system-random.js';
import { expectNoneIn, sealing } from '../keys/support.js';
import { failure, newFolder } from '../support/states.js';
import { ACTOR, addSession, entriesOf, finishedSession, openNode } from './support.js';

/** A list of customer ids in two columns; a number that comes again is a shared key. */
async function listOf(rows: readonly (readonly [number, number])[]): Promise<LoadedList> {
  return loadList(definitionOf(rows), { random: systemRandom });
}

function definitionOf(rows: readonly (readonly [number, number])[]): DataDefinition {
  const source = join(newFolder(), 'ids.csv');
  writeFileSync(source, `a,b\n${rows.map(([a, b]) => `person-${a},person-${b}\n`).join('')}`);
  return { source, identifiers: { a: { type: 'customer_id' }, b: { type: 'customer_id' } }, profile: 'uid2' };
}

/** `bytes` in pieces of `size`. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

const small = fc.integer({ min: 0, max: 12 });

describe('what is kept of a list', () => {
  it('has the rows of both selections, each with the tags of its keys, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(small, small), { maxLength: 15 }),
        fc.infiniteStream(fc.boolean()),
        fc.integer({ min: 1, max: 400 }),
        async (rows, coins, size) => {
          const list = await listOf(rows);
          const matchedKeys = Uint32Array.from([...list.rows.keys()].filter(() => coins.next().value));
          const bytes = Buffer.concat([
            ...encodeMatched({ versionId: 'v7', list, matchedKeys }, systemRandom),
          ]);
          for (const [kind, selection] of [
            ['audience', 'matched'],
            ['suppression', 'unmatched'],
          ] as const) {
            const reader = await MatchedReader.open(pieces(bytes, size));
            expect(reader.header).toEqual({ versionId: 'v7', sourceRows: rows.length, isComplete: true });
            const read = [];
            for await (const batch of reader.rows(kind)) read.push(...batch);
            expect(read.map(({ row }) => row)).toEqual([...selectRows(list, matchedKeys, selection)]);
            for (const { row, tags } of read) {
              const keys = [...new Set(rows[row])].map((number) =>
                list.keys.subarray(...span(list, `person-${number}`)),
              );
              const expected = keys.map((key) => reader.tagOf(KEY_TYPES.indexOf('customer_id'), key));
              expect(tags.toSorted()).toEqual(expected.toSorted());
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('cannot be compared with what another session kept, nor one type with another', async () => {
    const list = await listOf([[1, 2]]);
    const open = async (): Promise<MatchedReader> => {
      const blocks = encodeMatched({ versionId: 'v', list, matchedKeys: Uint32Array.of() }, systemRandom);
      return MatchedReader.open(pieces(Buffer.concat([...blocks]), 1000));
    };
    const [first, second] = [await open(), await open()];
    const key = list.keys.subarray(0, 32);
    expect(first.tagOf(1, key)).not.toBe(second.tagOf(1, key));
    expect(first.tagOf(1, key)).not.toBe(first.tagOf(2, key));
    expect(first.tagOf(1, key)).not.toBe(Buffer.from(key).readUIntLE(0, 6));
  });

  it('is refused unless it is whole', async () => {
    const list = await listOf([
      [1, 2],
      [3, 4],
    ]);
    const bytes = Buffer.concat([
      ...encodeMatched({ versionId: 'v', list, matchedKeys: Uint32Array.of() }, systemRandom),
    ]);
    for (let length = 0; length < bytes.length; length += 1) {
      const cut = async (): Promise<number> => {
        const reader = await MatchedReader.open(pieces(bytes.subarray(0, length), 64));
        let rows = 0;
        for await (const batch of reader.rows('suppression')) rows += batch.length;
        return rows;
      };
      // Between two rows the seal alone tells that something is missing.
      const isBetweenRows = [34, 17].includes(bytes.length - length);
      if (isBetweenRows) expect(await cut()).toBe(length === bytes.length - 17 ? 1 : 0);
      else expect((await failure(cut())).code).toBe('keys/damaged');
    }
  });
});

/** Where the key of a customer id begins and ends in a list. */
function span({ keys }: LoadedList, id: string): [number, number] {
  const digest = createHash('sha256').update(id).digest();
  for (let at = 0; at < keys.length; at += 32) {
    if (digest.equals(keys.subarray(at, at + 32))) return [at, at + 32];
  }
  throw new Error('not in the list');
}

describe('the matched rows of a session', () => {
  const rows = [
    [1, 2],
    [3, 4],
  ] as const;

  it('are on the disk sealed, opened by the next master key, and gone when they are deleted', async () => {
    const node = await openNode();
    const { id, list } = await finishedSession(node, definitionOf(rows), [0]);
    const secrets = Object.fromEntries(
      [...list.types.keys()].map((i) => [
        `key ${i}`,
        Uint8Array.from(list.keys.subarray(32 * i, 32 * i + 32)),
      ]),
    );
    expectNoneIn(join(node.folder, 'results'), secrets);
    await node.store.close();

    const next = await openNode({ folder: node.folder, seal: sealing(2, 1) });
    expect(await next.matched.rotate()).toBe(1);
    await next.store.close();
    const last = await openNode({ folder: node.folder, seal: sealing(2) });
    const reader = await last.matched.read(id);
    expect(reader.header).toMatchObject({ sourceRows: 2 });
    await reader.close();

    await last.matched.delete(id, ACTOR);
    await last.matched.delete(id, ACTOR);
    expect(readdirSync(join(node.folder, 'results'))).toEqual([]);
    expect(await last.matched.has(id)).toBe(false);
    expect((await failure(last.matched.read(id))).code).toBe('api/gone');
    expect(await entriesOf(last, 'staging.deleted')).toMatchObject([
      { actor: ACTOR, subject: { kind: 'session', id }, detail: { what: 'matched-rows' } },
    ]);
  });

  it('are swept at the start unless the session is done, with whatever else lies there', async () => {
    const node = await openNode();
    const { id, list } = await finishedSession(node, definitionOf(rows), [0]);
    const failed = await addSession(node, { state: 'failed', error_code: 'session/interrupted' });
    const given = { versionId: 'v', list, matchedKeys: Uint32Array.of() };
    for (const other of [failed, 'unknown']) await node.matched.keep(other, given);
    writeFileSync(join(node.folder, 'results', '.half'), 'x');
    expect((await node.matched.recover()).toSorted()).toEqual([`${failed}.rows`, 'unknown.rows'].toSorted());
    expect(readdirSync(join(node.folder, 'results'))).toEqual([`${id}.rows`]);
    expect(existsSync(join(node.folder, 'exports'))).toBe(true);
  });

  it('are due so many days after the session ended', async () => {
    const node = await openNode();
    const { id } = await finishedSession(node, definitionOf(rows), [0]);
    const days = (count: number | null) => () => count;
    node.clock.addDays(10);
    expect(await node.matched.due(days(11))).toEqual([]);
    expect(await node.matched.due(days(null))).toEqual([]);
    expect(await node.matched.due(days(10))).toEqual([id]);
  });
});
