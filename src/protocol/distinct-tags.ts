import type { FlatTable } from '../flat-table.js';
import type { Stage } from './codec/index.js';
import type { ModeContext } from './mode.js';
import { type SpoolBuckets, bucketCount, bucketOfTag, tableBytes } from './spool.js';
import { insertDistinct, tagTable } from './tags.js';

/** Tags of a peer's elements, no two of which may be the same: an element that occurs twice would weigh double. */
export interface DistinctTags {
  /** @throws VesicaError `peer/duplicate-element`, now or from `settle`; `spool/failed`. */
  add(tags: Uint8Array, stage: Stage): Promise<void>;
  /** Called once, when all tags are there. @throws VesicaError `peer/duplicate-element`, `spool/failed`. */
  settle(): Promise<void>;
  /** Gives up what is on disk. */
  close(): void;
}

/** An empty set for `count` tags: in memory, or in the spool when it would take more than the spool's limit. */
export function distinctTags(
  { random, spool }: Pick<ModeContext, 'random' | 'spool'>,
  count: number,
  tagBytes: number,
): DistinctTags {
  const bytes = tableBytes(count, tagBytes);
  if (spool === undefined || bytes <= spool.tagMemoryBytes) {
    return new TagsInMemory(tagTable(count, tagBytes, random));
  }
  const buckets = bucketCount(bytes);
  return new SpooledTags(spool.open({ recordBytes: tagBytes, buckets }), {
    buckets,
    tagBytes,
    newTable: () => tagTable(count, tagBytes, random),
  });
}

class TagsInMemory implements DistinctTags {
  readonly #table: FlatTable;

  constructor(table: FlatTable) {
    this.#table = table;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws must reject
  async add(tags: Uint8Array, stage: Stage): Promise<void> {
    insertDistinct(this.#table, tags, stage);
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    // memory goes by itself
  }
}

interface SpooledSettings {
  readonly buckets: number;
  readonly tagBytes: number;
  readonly newTable: () => FlatTable;
}

class SpooledTags implements DistinctTags {
  readonly #spooled: SpoolBuckets;
  readonly #settings: SpooledSettings;
  #stage: Stage = 'elements';

  constructor(spooled: SpoolBuckets, settings: SpooledSettings) {
    this.#spooled = spooled;
    this.#settings = settings;
  }

  async add(tags: Uint8Array, stage: Stage): Promise<void> {
    const { buckets } = this.#settings;
    this.#stage = stage;
    await this.#spooled.add(tags, (offset) => bucketOfTag(tags, offset, buckets));
  }

  async settle(): Promise<void> {
    const { buckets, newTable } = this.#settings;
    for (let bucket = 0; bucket < buckets; bucket += 1) {
      await loadBucket(this.#spooled, bucket, { table: newTable(), stage: this.#stage });
    }
    this.close();
  }

  close(): void {
    void this.#spooled.close();
  }
}

/** Puts the tags of one bucket into `table`. @throws VesicaError `peer/duplicate-element`, `spool/failed`. */
export async function loadBucket(
  spooled: SpoolBuckets,
  bucket: number,
  { table, stage }: { readonly table: FlatTable; readonly stage: Stage },
): Promise<void> {
  for await (const tags of spooled.read(bucket)) insertDistinct(table, tags, stage);
}
