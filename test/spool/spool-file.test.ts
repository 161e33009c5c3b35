import { mkdtempSync, readdirSync, readlinkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/bytes.js';
import type { SpoolBuckets } from '../../src/protocol/index.js';
import { spoolIn } from '../../src/spool/index.js';
import { systemRandom } from '../../src/system-random.js';
import { failure } from '../node/support/states.js';

/** Buckets of records in a file without a name. */

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vesica-spool-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (recordBytes: number, buckets: number, at = folder): SpoolBuckets =>
  spoolIn(at, systemRandom, () => 0).open({ recordBytes, buckets });

async function contents(spooled: SpoolBuckets, bucket: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of spooled.read(bucket)) parts.push(part.slice());
  return concatBytes(...parts);
}

/** Record `i`: its number and `recordBytes - 4` bytes of a pattern. */
function recordsOf(count: number, recordBytes: number, first = 0): Uint8Array {
  const records = new Uint8Array(count * recordBytes).fill(0x5a);
  const view = new DataView(records.buffer);
  for (let i = 0; i < count; i += 1) view.setUint32(i * recordBytes, first + i);
  return records;
}

/** The open files of this process that lie in `folder` and have no name any more. */
function namelessFiles(): string[] {
  return readdirSync('/proc/self/fd')
    .map((descriptor) => `/proc/self/fd/${descriptor}`)
    .filter((path) => {
      try {
        return readlinkSync(path).startsWith(folder);
      } catch {
        return false;
      }
    });
}

describe('a spool file', () => {
  it('gives every record back in its bucket, in the order in which it came', async () => {
    const batches = fc.array(fc.nat(4000), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        batches,
        fc.integer({ min: 4, max: 40 }),
        fc.constantFrom(2, 8),
        async (sizes, width, buckets) => {
          const spooled = open(width, buckets);
          const expected: Uint8Array[][] = Array.from({ length: buckets }, () => []);
          let first = 0;
          for (const size of sizes) {
            const records = recordsOf(size, width, first);
            // Uneven on purpose: half of all lie in the first bucket.
            const bucketAt = (offset: number): number =>
              (offset / width) % 2 === 0 ? 0 : (offset / width) % buckets;
            for (let offset = 0; offset < records.length; offset += width) {
              expected[bucketAt(offset)]!.push(records.subarray(offset, offset + width));
            }
            await spooled.add(records, bucketAt);
            first += size;
          }
          for (const [bucket, records] of expected.entries()) {
            expect(Buffer.compare(await contents(spooled, bucket), concatBytes(...records))).toBe(0);
          }
          await spooled.close();
        },
      ),
      { numRuns: 30 },
    );
  });

  it('has no name from the beginning, so that nothing is left of it when the process is killed', async () => {
    const spooled = open(16, 2);
    await spooled.add(recordsOf(5000, 16), () => 1);
    expect(readdirSync(folder)).toEqual([]);
    expect(await contents(spooled, 1)).toEqual(recordsOf(5000, 16));
    await spooled.close();
    await spooled.close();
  });

  it.runIf(process.platform === 'linux')('holds nothing in clear, and notices what was changed', async () => {
    const spooled = open(16, 2);
    await spooled.add(recordsOf(5000, 16), () => 0);
    const [path] = namelessFiles();
    const sealed = readFileSync(path!);
    expect(sealed.length).toBeGreaterThan(60_000);
    expect(sealed.includes(Buffer.from(recordsOf(1, 16, 7)))).toBe(false);
    sealed[100]! ^= 1;
    writeFileSync(path!, sealed);
    expect(await failure(contents(spooled, 0))).toMatchObject({
      code: 'spool/failed',
      field: 'memory.spoolFolder',
      message: `${folder}: tags cannot be read back`,
    });
    await spooled.close();
    expect(namelessFiles()).toEqual([]);
  });

  it('says which folder takes no file', async () => {
    const missing = join(folder, 'missing');
    expect(await failure(Promise.resolve().then(() => open(16, 2, missing)))).toMatchObject({
      code: 'spool/failed',
      message: `${missing}: it takes no file (ENOENT)`,
    });
  });
});
