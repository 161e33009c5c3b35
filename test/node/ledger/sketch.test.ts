import fc from 'fast-check';
import { createCipheriv, createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { rowTags, sketchKeys } from '../../../src/node/ledger/row-tags.js';
import { SKETCH_BYTES, changedKeys, sketchList } from '../../../src/node/ledger/sketch.js';
import { ephemeralIdentity } from '../../../src/transport/index.js';
import { failure } from '../support/states.js';
import { CELL_NAMES, listOf, row, rows, type Row } from '../support/lists.js';

const keys = sketchKeys(ephemeralIdentity());

/** How many keys two lists differ in, by comparing them row by row. */
function naive(a: readonly Row[], b: readonly Row[]): number {
  const [inA, inB] = [a, b].map((list) => new Map(list.map((each) => [each.key, JSON.stringify(each)])));
  return new Set([...inA!.keys(), ...inB!.keys()].filter((key) => inA!.get(key) !== inB!.get(key))).size;
}
const compare = async (a: readonly Row[], b: readonly Row[]): Promise<number | undefined> =>
  changedKeys(keys, await sketchList(keys, listOf(a)), await sketchList(keys, listOf(b)));

/** The first block of what stands for a match key: how long it is, and that it has no columns. */
const FORM_OF_KEYS = createHash('sha256').update(Uint32Array.of(33)).digest().subarray(0, 16);

/** What a refresh does to a list: some rows go, some change their cell or value, some come. */
const refresh = fc.record({
  size: fc.integer({ min: 0, max: 400 }),
  removed: fc.integer({ min: 0, max: 20 }),
  moved: fc.integer({ min: 0, max: 15 }),
  revalued: fc.integer({ min: 0, max: 14 }),
  added: fc.integer({ min: 0, max: 20 }),
});
function refreshed({
  size,
  removed,
  moved,
  revalued,
  added,
}: Record<'size' | 'removed' | 'moved' | 'revalued' | 'added', number>): Row[] {
  return rows(removed, size + added).map((each, i) => {
    if (i < moved) return { ...each, cell: (each.cell + 1) % CELL_NAMES.length };
    return i < moved + revalued ? { ...each, value: each.value + 1 } : each;
  });
}

describe('the difference of two sketches', () => {
  it('is that of the lists, for every small one', async () => {
    await fc.assert(
      fc.asyncProperty(refresh, async (change) => {
        const [a, b] = [rows(0, change.size), refreshed(change)];
        expect(await compare(a, b)).toBe(naive(a, b));
        expect(await compare(b, a)).toBe(naive(a, b));
      }),
      { numRuns: 150 },
    );
  });

  it('is exact for any 49 people, each of them with another row in both lists', async () => {
    const before = rows(0, 3000);
    const sketch = await sketchList(keys, listOf(before));
    for (let trial = 0; trial < 60; trial += 1) {
      const after = before.map((each, i) =>
        i >= 49 * trial && i < 49 * (trial + 1) ? { ...each, value: -1 } : each,
      );
      expect(changedKeys(keys, sketch, await sketchList(keys, listOf(after)))).toBe(49);
    }
  });

  it('is never taken for a small one when it is large', async () => {
    const sketch = await sketchList(keys, listOf(rows(0, 5000)));
    for (const kept of [0, 1, 2000, 4000, 4900, 4949, 4950]) {
      const changed = changedKeys(keys, sketch, await sketchList(keys, listOf(rows(0, kept))));
      if (kept >= 4900) expect(changed).toBe(5000 - kept);
      else expect(changed).toBeUndefined();
    }
  });

  it('is nothing for the same rows in another order, cells under other numbers included', async () => {
    const list = rows(0, 500);
    expect(await compare(list, list.toReversed())).toBe(0);
    const renumbered = listOf(list.map((each) => ({ ...each, cell: 3 - each.cell })));
    const a = await sketchList(keys, listOf(list));
    const b = await sketchList(keys, { ...renumbered, cellNames: CELL_NAMES.toReversed() });
    expect(b).toEqual(a);
  });

  it('counts a key once for each of its types, and columns that one list has not as changes', async () => {
    const list = listOf(rows(0, 10), 'keys');
    const retyped = { batch: { ...list.batch, types: list.batch.types.with(3, 2) } };
    const sketches = await Promise.all(
      [list, retyped, listOf(rows(0, 10), 'cells')].map((each) => sketchList(keys, each)),
    );
    expect(changedKeys(keys, sketches[0]!, sketches[1]!)).toBe(2);
    expect(changedKeys(keys, sketches[0]!, sketches[2]!)).toBe(10);
  });

  it('is unknown under other keys', async () => {
    const other = sketchKeys(ephemeralIdentity());
    expect(other.keyId).not.toBe(keys.keyId);
    const list = listOf(rows(0, 2000));
    expect(changedKeys(keys, await sketchList(keys, list), await sketchList(other, list))).toBeUndefined();
  });

  it('is refused for what is no sketch', async () => {
    const sketch = await sketchList(keys, listOf([]));
    expect(sketch).toEqual(new Uint8Array(SKETCH_BYTES));
    expect((await failure(() => changedKeys(keys, sketch, sketch.slice(4)))).code).toBe('ledger/damaged');
  });
});

describe('the tags of rows', () => {
  it('are CBC-MACs over a block that states the form, the key and the columns', () => {
    const [tags] = rowTags(keys, listOf([row(5), row(9)]));
    const mac = (key: Uint8Array, blocks: Uint8Array): string => {
      const cipher = createCipheriv('aes-256-cbc', key, Buffer.alloc(16)).setAutoPadding(false);
      return cipher.update(blocks).subarray(-16, -8).toString('hex');
    };
    const input = new Uint8Array(16 + 48);
    input.set(FORM_OF_KEYS, 0);
    const list = listOf([row(5), row(9)]);
    for (const i of [0, 1]) {
      input[16] = 1;
      input.set(list.batch.keys.subarray(32 * i, 32 * (i + 1)), 17);
      expect(Buffer.from(tags!.subarray(16 * i, 16 * i + 8)).toString('hex')).toBe(mac(keys.matchKey, input));
    }
  });

  it('are the same whatever the batch that a row falls into', () => {
    const all = (from: number, to: number): Uint8Array[] =>
      Array.from(rowTags(keys, listOf(rows(from, to))), (batch) => batch.slice());
    const shifted = Buffer.concat(all(4090, 4110));
    const whole = Buffer.concat(all(0, 4110));
    expect(whole.length).toBe(16 * 4110);
    expect(whole.subarray(16 * 4090)).toEqual(shifted);
    expect(
      new Set(rows(0, 4110).map((_, i) => whole.subarray(16 * i, 16 * i + 16).toString('hex'))).size,
    ).toBe(4110);
  });

  it.each([
    ['columns of another length', { ...listOf(rows(0, 3)), measures: [new Float64Array(2)] }],
    ['a cell without a name', { ...listOf(rows(0, 4)), cellNames: ['one'] }],
    ['cells without names', { batch: listOf(rows(0, 3)).batch, cellOf: new Uint32Array(3) }],
    ['keys cut short', { batch: { types: new Uint8Array(2), keys: new Uint8Array(63) } }],
  ])('are refused with %s', async (_what, list) => {
    expect((await failure(sketchList(keys, list))).code).toBe('internal/defect');
  });
});
