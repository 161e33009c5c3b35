import { constants, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileFailure, unwritable } from './failures.js';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/**
 * A file that only grows, and whose growth is on the disk when `append` resolves. It knows how much of the file is
 * whole; whatever a failed write left behind that is cut off before the next write.
 */
export class AppendFile {
  readonly #name: string;
  readonly #file: FileHandle;
  #wholeBytes = 0;
  #needsCut = false;
  /** Set once the disk refused to say what it holds: from then on nothing is known about later writes either. */
  #isUnreliable = false;

  private constructor(name: string, file: FileHandle) {
    this.#name = name;
    this.#file = file;
  }

  /**
   * Opens `path`, creating it for its owner alone.
   *
   * @throws VesicaError `ledger/unwritable` when it is no regular file, others may read or change it, or the system
   * refuses.
   */
  static async open(path: string): Promise<AppendFile> {
    let file: FileHandle | undefined;
    try {
      // Without O_NONBLOCK, opening a named pipe would wait for its other end.
      file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK, OWNER_ONLY);
      const status = await file.stat();
      if (!status.isFile()) throw unwritable(path, 'it is not a regular file');
      if (process.platform !== 'win32' && (status.mode & OTHERS) !== 0) {
        throw unwritable(path, `others may read or change it; run: chmod 600 ${path}`);
      }
      // Always, not only for a new file: whoever created it may have ended before this.
      await syncFolder(dirname(path));
      return new AppendFile(path, file);
    } catch (error) {
      await file?.close();
      throw fileFailure(error, path);
    }
  }

  /** The whole content. Follow it with `keep`. */
  async read(): Promise<Uint8Array> {
    try {
      return await this.#file.readFile();
    } catch (error) {
      throw fileFailure(error, this.#name);
    }
  }

  /** Says how many of the bytes that are there are whole. The rest is cut off before the next write, not now. */
  keep(wholeBytes: number, allBytes: number): void {
    this.#wholeBytes = wholeBytes;
    this.#needsCut = wholeBytes < allBytes;
  }

  /**
   * Adds `bytes`. Calls must not overlap.
   *
   * @throws VesicaError `ledger/unwritable`; then the file is as if it had not been called, now or after the next
   * opening, unless the system fails to cut it as well.
   */
  async append(bytes: Uint8Array): Promise<void> {
    if (this.#isUnreliable) throw unwritable(this.#name, 'an earlier write failed; open it again');
    try {
      if (this.#needsCut) await this.#cut();
      this.#needsCut = true;
      await this.#write(bytes);
      await this.#sync();
    } catch (error) {
      await this.#cut().catch(() => undefined);
      throw fileFailure(error, this.#name);
    }
    this.#wholeBytes += bytes.length;
    this.#needsCut = false;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#file.write(
        bytes,
        done,
        bytes.length - done,
        this.#wholeBytes + done,
      );
      done += bytesWritten;
    }
  }

  /** Flushed by itself, so that after a crash the old rest and the new line are never found mixed. */
  async #cut(): Promise<void> {
    await this.#file.truncate(this.#wholeBytes);
    await this.#sync();
    this.#needsCut = false;
  }

  async #sync(): Promise<void> {
    try {
      await this.#file.sync();
    } catch (error) {
      // The system may have dropped what it could not write, and then report success the next time.
      this.#isUnreliable = true;
      throw error;
    }
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
