import { createHash } from 'node:crypto';
import { DuckDBInstance } from '@duckdb/node-api';
import { ristretto255_hasher, ristretto255 } from '@noble/curves/ed25519.js';

/** What the lists of the session benchmark cost by other means: a process of its own, told what to do by one JSON argument. */
export interface PeerOrder {
  readonly method: 'noble-loop' | 'sql-join';
  readonly size: number;
  /** People on both lists. */
  readonly common: number;
}

export interface PeerFigures {
  readonly matched: number;
  readonly wallSeconds: number;
  readonly coreSeconds: number;
  readonly peakRssBytes: number;
  /** What goes over the wire, where there is one. */
  readonly bytes: number | null;
}

const { method, size, common } = JSON.parse(process.argv[2] ?? '') as PeerOrder;
const lists = [keysFrom(0), keysFrom(size - common)] as const;
const begin = performance.now();
const before = process.cpuUsage();
const matched = method === 'noble-loop' ? nobleLoop(...lists) : await sqlJoin(...lists);
const { user, system } = process.cpuUsage(before);
const figures: PeerFigures = {
  matched,
  wallSeconds: (performance.now() - begin) / 1000,
  coreSeconds: (user + system) / 1e6,
  peakRssBytes: process.resourceUsage().maxRSS * 1024,
  bytes: method === 'noble-loop' ? 3 * 32 * size : null,
};
process.stdout.write(JSON.stringify(figures));

/** The match keys of people `first`, `first` + 1 and so on: 32 bytes each. */
function keysFrom(first: number): Uint8Array[] {
  return Array.from({ length: size }, (_, i) =>
    createHash('sha256')
      .update(`person ${first + i}`)
      .digest(),
  );
}

/** What one would write first: hash to the group, multiply by one's scalar and by the other's, compare. No transport. */
function nobleLoop(own: readonly Uint8Array[], other: readonly Uint8Array[]): number {
  const { Point } = ristretto255;
  const scalar = (seed: string): bigint => Point.Fn.fromBytes(ristrettoScalar(seed));
  const [ownScalar, otherScalar] = [scalar('own'), scalar('other')];
  const blinded = (keys: readonly Uint8Array[], by: bigint): Uint8Array[] =>
    keys.map((key) => ristretto255_hasher.hashToCurve(key).multiply(by).toBytes());
  const again = (points: readonly Uint8Array[], by: bigint): string[] =>
    points.map((point) => Buffer.from(Point.fromBytes(point).multiply(by).toBytes()).toString('hex'));
  const theirs = new Set(again(blinded(other, otherScalar), ownScalar));
  return again(blinded(own, ownScalar), otherScalar).filter((tag) => theirs.has(tag)).length;
}

/** A scalar below the order of the group: its top four bits are clear. */
function ristrettoScalar(seed: string): Uint8Array {
  const bytes = createHash('sha256').update(seed).digest();
  bytes[31] = (bytes[31] ?? 0) & 0x0f;
  return bytes;
}

/** What people do without privacy: one database that has both lists. Loading them is part of it. */
async function sqlJoin(own: readonly Uint8Array[], other: readonly Uint8Array[]): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run('SET threads = 2');
  for (const [name, keys] of [
    ['own', own],
    ['other', other],
  ] as const) {
    await connection.run(`CREATE TABLE ${name} (email_sha256 VARCHAR)`);
    const appender = await connection.createAppender(name);
    for (const key of keys) {
      appender.appendVarchar(Buffer.from(key).toString('hex'));
      appender.endRow();
    }
    appender.closeSync();
  }
  const reader = await connection.runAndReadAll('SELECT count(*) FROM own JOIN other USING (email_sha256)');
  const [[count] = []] = reader.getRows();
  connection.closeSync();
  instance.closeSync();
  return Number(count);
}
