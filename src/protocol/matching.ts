import type { FlatTable } from '../flat-table.js';
import { loadBucket } from './distinct-tags.js';
import type { ModeContext } from './mode.js';
import { type SpoolBuckets, bucketCount, bucketOfTag, tableBytes } from './spool.js';
import { insertDistinct, tagTable } from './tags.js';

/** Bytes of a position in the own list, behind its tag in the spool. */
const POSITION_BYTES = 4;

/** The tags of both lists in mode `psi`, and which of the own ones are among the peer's. */
export interface TagMatching {
  /** Tags of some of the peer's elements. @throws VesicaError `peer/duplicate-element`, now or from `matched`; `spool/failed`. */
  addPeer(tags: Uint8Array): Promise<void>;
  /** Tags of the own keys that went out from place `from` on. @throws VesicaError `spool/failed`. */
  addOwn(tags: Uint8Array, from: number): Promise<void>;
  /**
   * Called once, when all tags are there: positions in the own list, ascending, of the keys that both lists have.
   *
   * @throws VesicaError `peer/duplicate-element`, `spool/failed`.
   */
  matched(): Promise<Uint32Array>;
  /** Gives up what is on disk. */
  close(): void;
}

export interface MatchingShape {
  readonly tagBytes: number;
  readonly peerItems: number;
  /** `order[i]` is the position of the key that went out as i-th; its tags never come when this party may not learn. */
  readonly order: Uint32Array;
  readonly ownLearns: boolean;
}

/** Matches in memory, or in the spool when the tags would take more than the spool's limit. */
export function tagMatching(
  { random, spool }: Pick<ModeContext, 'random' | 'spool'>,
  shape: MatchingShape,
): TagMatching {
  const { tagBytes, peerItems, order, ownLearns } = shape;
  const bytes = tableBytes(peerItems, tagBytes) + (ownLearns ? order.length * tagBytes : 0);
  const newTable = (): FlatTable => tagTable(peerItems, tagBytes, random);
  if (spool === undefined || bytes <= spool.tagMemoryBytes) return new MatchingInMemory(newTable(), shape);
  const buckets = bucketCount(bytes);
  const peer = spool.open({ recordBytes: tagBytes, buckets });
  const own = ownLearns ? spool.open({ recordBytes: tagBytes + POSITION_BYTES, buckets }) : undefined;
  return new SpooledMatching({ peer, own, buckets, newTable }, shape);
}

class MatchingInMemory implements TagMatching {
  readonly #peer: FlatTable;
  readonly #own: Uint8Array;
  readonly #shape: MatchingShape;

  constructor(peer: FlatTable, shape: MatchingShape) {
    this.#peer = peer;
    this.#shape = shape;
    this.#own = new Uint8Array(shape.ownLearns ? shape.order.length * shape.tagBytes : 0);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws must reject
  async addPeer(tags: Uint8Array): Promise<void> {
    insertDistinct(this.#peer, tags, 'elements');
  }

  addOwn(tags: Uint8Array, from: number): Promise<void> {
    this.#own.set(tags, from * this.#shape.tagBytes);
    return Promise.resolve();
  }

  matched(): Promise<Uint32Array> {
    const { order, tagBytes } = this.#shape;
    const found = new Uint32Array(order.length);
    let count = 0;
    for (let i = 0; i < order.length; i += 1) {
      if (this.#peer.find(this.#own, i * tagBytes) < 0) continue;
      found[count] = order[i] ?? 0;
      count += 1;
    }
    return Promise.resolve(found.slice(0, count).sort());
  }

  close(): void {
    // memory goes by itself
  }
}

interface SpooledBuckets {
  readonly peer: SpoolBuckets;
  /** A tag and the position of its key. */
  readonly own: SpoolBuckets | undefined;
  readonly buckets: number;
  readonly newTable: () => FlatTable;
}

/** Tags of both lists lie in buckets by their bits, and are matched bucket by bucket. */
class SpooledMatching implements TagMatching {
  readonly #spooled: SpooledBuckets;
  readonly #shape: MatchingShape;

  constructor(spooled: SpooledBuckets, shape: MatchingShape) {
    this.#spooled = spooled;
    this.#shape = shape;
  }

  async addPeer(tags: Uint8Array): Promise<void> {
    const { peer, buckets } = this.#spooled;
    await peer.add(tags, (offset) => bucketOfTag(tags, offset, buckets));
  }

  async addOwn(tags: Uint8Array, from: number): Promise<void> {
    const { own, buckets } = this.#spooled;
    const { tagBytes, order } = this.#shape;
    const recordBytes = tagBytes + POSITION_BYTES;
    const count = tags.length / tagBytes;
    const records = new Uint8Array(count * recordBytes);
    const view = new DataView(records.buffer);
    for (let i = 0; i < count; i += 1) {
      records.set(tags.subarray(i * tagBytes, (i + 1) * tagBytes), i * recordBytes);
      view.setUint32(i * recordBytes + tagBytes, order[from + i] ?? 0);
    }
    await own?.add(records, (offset) => bucketOfTag(records, offset, buckets));
  }

  async matched(): Promise<Uint32Array> {
    const { peer, own, buckets, newTable } = this.#spooled;
    const found = new Uint32Array(own === undefined ? 0 : this.#shape.order.length);
    let count = 0;
    for (let bucket = 0; bucket < buckets; bucket += 1) {
      const table = newTable();
      await loadBucket(peer, bucket, { table, stage: 'elements' });
      // The peer chose these tags, so a bucket of them may be of any size: it is never all in memory.
      for await (const records of own?.read(bucket) ?? []) count = this.#find(records, table, found, count);
    }
    this.close();
    return found.slice(0, count).sort();
  }

  close(): void {
    void this.#spooled.peer.close();
    void this.#spooled.own?.close();
  }

  /** Writes the positions of `records` that `table` has into `found` from `count` on; how many there are then. */
  #find(records: Uint8Array, table: FlatTable, found: Uint32Array, count: number): number {
    const { tagBytes } = this.#shape;
    const view = new DataView(records.buffer, records.byteOffset, records.length);
    let next = count;
    for (let offset = 0; offset < records.length; offset += tagBytes + POSITION_BYTES) {
      if (table.find(records, offset) < 0) continue;
      found[next] = view.getUint32(offset + tagBytes);
      next += 1;
    }
    return next;
  }
}
