import { createCipheriv, createDecipheriv } from 'node:crypto';
import { close, closeSync, openSync, read, unlinkSync, write } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toHex, wipe } from '../bytes.js';
import { VesicaError } from '../errors.js';
import type { SpoolBuckets, SpoolShape } from '../protocol/index.js';
import { type RandomSource, randomBytes } from '../random.js';

/** What is written of a bucket at a time. */
const BLOCK_BYTES = 16 * 1024;
const [closeFile, readAt, writeAt] = [promisify(close), promisify(read), promisify(write)];
const CIPHER = 'aes-256-gcm';
const SEAL_BYTES = 16;

/** Where a sealed block lies; its number in the file is its nonce. */
interface Block {
  readonly number: number;
  readonly at: number;
  readonly bytes: number;
}

/**
 * Buckets in one file that has no name: it is unlinked as soon as it is open, so nothing is left of it, however the
 * process ends. Each block is sealed with AES-256-GCM under a key that only this object has. Memory: 16 KiB a bucket.
 */
export class SpoolFile implements SpoolBuckets {
  readonly #folder: string;
  readonly #recordBytes: number;
  readonly #key: Uint8Array;
  readonly #file: number;
  readonly #filling: Uint8Array[];
  readonly #filled: Uint32Array;
  readonly #blocks: Block[][];
  #blockCount = 0;
  #end = 0;
  #closed = false;
  #underWay: Promise<unknown> = Promise.resolve();

  constructor(folder: string, { recordBytes, buckets }: SpoolShape, random: RandomSource) {
    const blockBytes = Math.max(1, Math.floor(BLOCK_BYTES / recordBytes)) * recordBytes;
    this.#folder = folder;
    this.#recordBytes = recordBytes;
    this.#key = randomBytes(random, 32);
    this.#filling = Array.from({ length: buckets }, () => new Uint8Array(blockBytes));
    this.#filled = new Uint32Array(buckets);
    this.#blocks = Array.from({ length: buckets }, () => []);
    try {
      this.#file = openNameless(join(folder, `.vesica-spool-${toHex(randomBytes(random, 16))}`));
    } catch (error) {
      throw this.#failure('it takes no file', error);
    }
  }

  async add(records: Uint8Array, bucketAt: (offset: number) => number): Promise<void> {
    const sealed: Uint8Array[] = [];
    for (let offset = 0; offset < records.length; offset += this.#recordBytes) {
      const bucket = bucketAt(offset);
      const block = this.#filling[bucket];
      if (block === undefined) throw new VesicaError('internal/defect', `there is no bucket ${bucket}`);
      const at = this.#filled[bucket] ?? 0;
      block.set(records.subarray(offset, offset + this.#recordBytes), at);
      this.#filled[bucket] = at + this.#recordBytes;
      if (this.#filled[bucket] < block.length) continue;
      sealed.push(this.#seal(bucket, block));
      this.#filled[bucket] = 0;
    }
    await this.#write(sealed);
  }

  async *read(bucket: number): AsyncGenerator<Uint8Array> {
    for (const block of this.#blocks[bucket] ?? []) yield await this.#open(block);
    const rest = this.#filled[bucket] ?? 0;
    if (rest > 0) yield (this.#filling[bucket] ?? new Uint8Array(0)).subarray(0, rest);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    wipe(this.#key);
    // Its number may be another file's as soon as it is closed: what is under way must end before.
    await this.#underWay;
    await closeFile(this.#file).catch(() => undefined);
  }

  #seal(bucket: number, block: Uint8Array): Uint8Array {
    const number = this.#blockCount;
    const cipher = createCipheriv(CIPHER, this.#key, nonceOf(number));
    const sealed = Buffer.concat([cipher.update(block), cipher.final(), cipher.getAuthTag()]);
    this.#blocks[bucket]?.push({ number, at: this.#end, bytes: sealed.length });
    this.#blockCount += 1;
    this.#end += sealed.length;
    return sealed;
  }

  /** Writes what was sealed last, which lies end to end before `#end`. */
  async #write(sealed: readonly Uint8Array[]): Promise<void> {
    if (sealed.length === 0) return;
    const bytes = Buffer.concat(sealed);
    const start = this.#end - bytes.length;
    try {
      // A disk that is nearly full takes a part first, and then nothing.
      for (let done = 0; done < bytes.length;) {
        done += await this.#transfer(async () => {
          const rest = bytes.length - done;
          return (await writeAt(this.#file, bytes, done, rest, start + done)).bytesWritten;
        });
      }
    } catch (error) {
      throw this.#failure('tags cannot be written', error);
    }
  }

  async #open({ number, at, bytes }: Block): Promise<Uint8Array> {
    const sealed = Buffer.alloc(bytes);
    try {
      const got = await this.#transfer(
        async () => (await readAt(this.#file, sealed, 0, bytes, at)).bytesRead,
      );
      if (got !== bytes) throw new Error('the file is shorter than what was written');
      const decipher = createDecipheriv(CIPHER, this.#key, nonceOf(number));
      decipher.setAuthTag(sealed.subarray(bytes - SEAL_BYTES));
      const records = Buffer.concat([
        decipher.update(sealed.subarray(0, bytes - SEAL_BYTES)),
        decipher.final(),
      ]);
      return new Uint8Array(records.buffer, records.byteOffset, records.length);
    } catch (error) {
      throw this.#failure('tags cannot be read back', error);
    }
  }

  /** Reads or writes, and says how many bytes that were. */
  async #transfer(work: () => Promise<number>): Promise<number> {
    if (this.#closed) throw new Error('the file is closed');
    const done = work();
    this.#underWay = done.catch(() => undefined);
    return done;
  }

  #failure(what: string, error: unknown): VesicaError {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return new VesicaError('spool/failed', `${this.#folder}: ${what}${code}`, {
      field: 'memory.spoolFolder',
    });
  }
}

function nonceOf(block: number): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(4, BigInt(block));
  return nonce;
}

/** An empty file for this process alone. */
function openNameless(path: string): number {
  const file = openSync(path, 'wx+', 0o600);
  try {
    unlinkSync(path);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return file;
}
