/**
 * Where tags go that would take too much memory: records of one width in buckets, outside memory. The protocol knows no
 * file; who drives a session may give it such a place.
 */
export interface Spool {
  /** Bytes that the tags of a session may take in memory; those of a session that would take more go to the spool. */
  readonly tagMemoryBytes: number;
  /** Empty buckets. @throws VesicaError `spool/failed`. */
  open(shape: SpoolShape): SpoolBuckets;
}

export interface SpoolShape {
  readonly recordBytes: number;
  readonly buckets: number;
}

/** Records by bucket. Calls must not overlap. */
export interface SpoolBuckets {
  /**
   * Puts each record of `records`, end to end, into the bucket that `bucketAt` names for its offset. Resolves when there
   * is room in memory for more.
   *
   * @throws VesicaError `spool/failed`, as when the disk is full.
   */
  add(records: Uint8Array, bucketAt: (offset: number) => number): Promise<void>;
  /** The records of a bucket, some at a time, in the order in which they were added. @throws VesicaError `spool/failed`. */
  read(bucket: number): AsyncIterable<Uint8Array>;
  /** Gives up what is in the buckets. Never throws; calling it again does nothing. */
  close(): Promise<void>;
}

/** Bytes of one table of tags that a bucket is meant to make. */
const BUCKET_TABLE_BYTES = 2 ** 24;
const MAX_BUCKETS = 1024;
/** A table's memory beside its records, a record: its label and its slots. */
const TABLE_OVERHEAD_BYTES = 17;

/** The most that a table of `count` tags takes in memory. */
export function tableBytes(count: number, tagBytes: number): number {
  return count * (tagBytes + TABLE_OVERHEAD_BYTES);
}

/** Buckets, a power of two, for a table that would take `bytes`: each makes a table of some 16 MiB, up to 2^27 keys. */
export function bucketCount(bytes: number): number {
  let buckets = 2;
  while (buckets < MAX_BUCKETS && buckets * BUCKET_TABLE_BYTES < bytes) buckets *= 2;
  return buckets;
}

/** The bucket of the tag at `tags[offset...]`. Bytes 1 and 2 of an encoding are uniform; the lowest bit of byte 0 is not. */
export function bucketOfTag(tags: Uint8Array, offset: number, buckets: number): number {
  return ((tags[offset + 1] ?? 0) | ((tags[offset + 2] ?? 0) << 8)) & (buckets - 1);
}
