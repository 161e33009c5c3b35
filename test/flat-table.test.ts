import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../src/bytes.js';
import { FlatTable } from '../src/flat-table.js';
import { seededRandom } from './support/deterministic-random.js';

function table(recordBytes: number, maxRecords = 1 << 20): FlatTable {
  return new FlatTable({ recordBytes, maxRecords, random: seededRandom(1) });
}

describe('FlatTable', () => {
  it('agrees with a Map on random records of any width, labels included', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.tuple(fc.nat(40), fc.nat(3), fc.nat(255)), { maxLength: 300 }),
        (recordBytes, draws) => {
          const flat = table(recordBytes);
          const model = new Map<string, number>();
          for (const [place, label, byte] of draws) {
            // Few distinct records, which differ in one byte anywhere: first, last or between.
            const record = new Uint8Array(recordBytes);
            record[place % recordBytes] = byte % 3;
            const name = `${label} ${toHex(record)}`;
            const source = new Uint8Array(recordBytes + 9).fill(7);
            source.set(record, 5);
            expect(flat.find(source, 5, label)).toBe(model.get(name) ?? -1);
            if (!model.has(name)) model.set(name, model.size);
            expect(flat.insert(source, 5, label)).toBe(model.get(name));
            expect(flat.size).toBe(model.size);
          }
          const names = [...flat.labels].map(
            (label, i) => `${label} ${toHex(flat.records.subarray(i * recordBytes, (i + 1) * recordBytes))}`,
          );
          expect(names).toEqual([...model.keys()]);
        },
      ),
    );
  });

  it('keeps the same record under each label apart', () => {
    // So many equal records that most probes pass some of them under other labels.
    const flat = table(1);
    for (let value = 0; value < 4; value += 1) {
      for (let label = 0; label < 256; label += 1) {
        expect(flat.insert(new Uint8Array([value]), 0, label)).toBe(value * 256 + label);
      }
    }
    expect(flat.find(new Uint8Array([2]), 0, 77)).toBe(2 * 256 + 77);
  });

  it('keeps every record while it grows', () => {
    const flat = table(4);
    const record = new Uint8Array(4);
    const view = new DataView(record.buffer);
    for (let i = 0; i < 50_000; i += 1) {
      view.setUint32(0, i * 3);
      expect(flat.insert(record, 0)).toBe(i);
    }
    for (let i = 0; i < 150_000; i += 1) {
      view.setUint32(0, i);
      expect(flat.find(record, 0)).toBe(i % 3 === 0 ? i / 3 : -1);
    }
  });

  it('takes exactly maxRecords, and repeats past that', () => {
    const flat = table(1, 3);
    for (const value of [5, 6, 7, 5, 7]) flat.insert(new Uint8Array([value]), 0);
    expect(() => flat.insert(new Uint8Array([8]), 0)).toThrow(
      expect.objectContaining({ code: 'limit/elements' }),
    );
    expect(flat.size).toBe(3);
    expect(flat.insert(new Uint8Array([6]), 0)).toBe(1);
  });

  it('spreads records that share all but two bytes, wherever those are', () => {
    // 2^14 such records end up at most half full: were the hash blind to a byte, or not mixed by the draw, runs of
    // hundreds would form and this would take minutes instead of milliseconds.
    for (const place of [0, 15, 30]) {
      const flat = table(32);
      const record = new Uint8Array(32).fill(0xab);
      const startedAt = performance.now();
      for (let i = 0; i < 1 << 14; i += 1) {
        record[place] = i & 255;
        record[place + 1] = i >> 8;
        flat.insert(record, 0);
      }
      expect(flat.size).toBe(1 << 14);
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    }
  });
});
