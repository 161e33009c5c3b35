import { afterEach, describe, expect, it } from 'vitest';
import { concatBytes, toHex } from '../../src/bytes.js';
import type { GroupOperations } from '../../src/group/index.js';
import {
  SKIP_GROUP,
  bigIntToScalar,
  createEngine,
  inlineOperations,
  startPool,
} from '../../src/group/index.js';
import { randomBytes } from '../../src/random.js';
import { seededRandom } from '../support/deterministic-random.js';
import { seededKeys } from './engine-conformance.js';

// Worker threads run compiled code; the gate builds it first.
const workerUrl = new URL('../../dist/group/worker.js', import.meta.url);
const engine = createEngine('noble');
const scalar = bigIntToScalar(0x1234_5678_9abcn);

describe('worker pool', () => {
  let pool: GroupOperations | undefined;
  afterEach(async () => pool?.close());
  const start = (threads: number, sliceItems: number): GroupOperations =>
    (pool = startPool({ engine, threads, sliceItems, workerUrl }));

  it('gives what one thread gives, in order, for batches of every shape', async () => {
    const parallel = start(2, 8);
    const inline = inlineOperations(engine);
    for (const count of [0, 1, 7, 8, 9, 33]) {
      const batch = seededKeys(count, count);
      const blinded = await parallel.blind(batch, scalar);
      expect(toHex(blinded)).toBe(toHex(await inline.blind(batch, scalar)));
      const spoilt = blinded.slice();
      if (count > 8) spoilt.fill(0xff, 32 * 8, 32 * 9);
      expect(await parallel.evaluate(spoilt, scalar)).toEqual(await inline.evaluate(spoilt, scalar));
    }
  });

  it('adds up the partial sums of its workers', async () => {
    const parallel = start(2, 8);
    const inline = inlineOperations(engine);
    const elements = await inline.multiplyBase(
      concatBytes(...Array.from({ length: 60 }, (_, i) => bigIntToScalar(BigInt(i)))),
    );
    const groups = Uint32Array.from({ length: 30 }, (_, i) => (i % 7 === 6 ? SKIP_GROUP : i % 3));
    expect(await parallel.sum(elements, 2, groups, 4)).toEqual(await inline.sum(elements, 2, groups, 4));
  });

  it('does a walk in one piece, however long, and keeps the memory of its caller', async () => {
    const parallel = start(2, 8);
    const [first, step] = [bigIntToScalar(5n), bigIntToScalar(3n)].map((k) => engine.multiplyBase(k));
    const kept = [first!.slice(), step!.slice()];
    for (const count of [0, 1, 8, 30]) {
      expect(toHex(await parallel.walk(first!, step!, count))).toBe(toHex(engine.walk(first!, step!, count)));
    }
    expect([first, step]).toEqual(kept);
    await expect(parallel.walk(first!, new Uint8Array(32).fill(255), 3)).rejects.toMatchObject({
      code: 'group/invalid-batch',
    });
  });

  it('keeps two batches apart that run at the same time, and reports progress up to the end', async () => {
    const parallel = start(2, 8);
    const seen: number[] = [];
    const batches = [seededKeys(40, 1), seededKeys(40, 2)];
    const results = await Promise.all(
      batches.map((batch) => parallel.blind(batch, scalar, (done) => seen.push(done))),
    );
    for (const [i, result] of results.entries()) {
      expect(toHex(result)).toBe(toHex(await inlineOperations(engine).blind(batches[i]!, scalar)));
    }
    expect(seen.filter((done) => done === 40)).toHaveLength(2);
    expect(seen).toHaveLength(10);
  });

  it('does not touch the memory of its caller', async () => {
    const parallel = start(1, 8);
    const elements = await parallel.multiplyBase(
      randomBytes(seededRandom(3), 32 * 8).map((byte, i) => (i % 32 > 30 ? 0 : byte)),
    );
    const before = elements.slice();
    const kept = scalar.slice();
    await parallel.evaluate(elements, scalar);
    expect(elements).toEqual(before);
    expect(scalar).toEqual(kept);
  });

  it('passes on the error of a bad batch and goes on', async () => {
    const parallel = start(1, 8);
    await expect(parallel.evaluate(new Uint8Array(31), scalar)).rejects.toMatchObject({
      code: 'group/invalid-batch',
    });
    await expect(parallel.blind(seededKeys(1), scalar)).resolves.toHaveLength(32);
  });

  it('refuses work under way and new work once it is closed', async () => {
    const parallel = start(2, 8);
    const under = parallel.blind(seededKeys(200), scalar);
    const refused = expect(under).rejects.toMatchObject({ code: 'session/cancelled' });
    await parallel.close();
    await refused;
    await expect(parallel.blind(seededKeys(1), scalar)).rejects.toMatchObject({ code: 'session/cancelled' });
    await parallel.close();
  });

  it('fails with a code when its workers cannot start', async () => {
    pool = startPool({ engine, threads: 1, workerUrl: new URL('./no-such-worker.js', import.meta.url) });
    await expect(pool.blind(seededKeys(1), scalar)).rejects.toMatchObject({ code: 'group/worker-failed' });
  });
});
