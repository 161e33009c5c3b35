import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { VesicaError } from '../../errors.js';
import { writeOutputFile } from '../../data/index.js';
import { damaged, storageFailure, systemCode } from './failures.js';
import { nameOf, type SealContext } from './header.js';
import type { Sealing } from './master-key.js';
import { rotateFile } from './rotate.js';
import { openStream, sealStream, type Bytes } from './seal.js';

/** A sealed file as it was written. */
export interface SealedFile {
  readonly name: string;
  /** On the disk. */
  readonly bytes: number;
  /** Of the master key it was sealed with. */
  readonly keyId: string;
}

const OWNER_ONLY = 0o700;
/** No path, and nothing that begins with a dot: those are files being written. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** A folder whose files are sealed, each for the folder's purpose and under its own name. */
export class SealedFolder {
  readonly #path: string;
  readonly #purpose: string;
  readonly #sealing: Sealing;

  private constructor(path: string, purpose: string, sealing: Sealing) {
    this.#path = path;
    this.#purpose = purpose;
    this.#sealing = sealing;
  }

  /**
   * The folder `path`, created for its owner alone unless it is there.
   *
   * @throws VesicaError `output/unwritable`.
   */
  static async open(path: string, purpose: string, sealing: Sealing): Promise<SealedFolder> {
    try {
      await mkdir(path, { recursive: true, mode: OWNER_ONLY });
    } catch (error) {
      throw storageFailure(error, path);
    }
    return new SealedFolder(path, purpose, sealing);
  }

  /**
   * Seals `plain` into the file `name`, which is then on the disk as a whole, or as it was before.
   *
   * @throws VesicaError `output/unwritable`; `internal/defect` for a name that is none; and what `plain` throws.
   */
  async write(name: string, plain: Bytes): Promise<SealedFile> {
    const path = this.#pathOf(name);
    const sealed = sealStream(plain, this.#contextOf(name), this.#sealing);
    await writeOutputFile(path, (temporary) =>
      pipeline(sealed, createWriteStream(temporary, { flags: 'r+' })),
    );
    const { size } = await stat(path);
    return { name, bytes: size, keyId: this.keyId };
  }

  /**
   * Opens the file `name`, chunk by chunk; see `openStream` for what may be done with them.
   *
   * @throws VesicaError `keys/wrong-key`; `keys/damaged`, also when it is not there.
   */
  async *read(name: string): AsyncGenerator<Uint8Array> {
    const context = this.#contextOf(name);
    const file = createReadStream(this.#pathOf(name), { highWaterMark: 1 << 18 });
    try {
      yield* openStream(file, context, this.#sealing.keys);
    } catch (error) {
      if (systemCode(error) === 'unknown') throw error;
      throw damaged(nameOf(context), `it cannot be read (${systemCode(error)})`);
    } finally {
      file.destroy();
    }
  }

  /** Id of the master key that seals what is written. */
  get keyId(): string {
    return this.#sealing.keys.current.id;
  }

  /** Whether the file `name` is there. */
  async has(name: string): Promise<boolean> {
    return (await this.names()).includes(name);
  }

  /** The names of all files, sorted. */
  async names(): Promise<string[]> {
    return (await this.#entries()).filter((name) => NAME.test(name)).sort();
  }

  /**
   * Deletes the file `name` if it is there.
   *
   * @throws VesicaError `output/unwritable`.
   */
  async remove(name: string): Promise<void> {
    await this.#remove(this.#pathOf(name), name);
  }

  /**
   * Deletes all but the files `keep`, with whatever a process that ended while it wrote has left; the names of the files.
   *
   * @throws VesicaError `output/unwritable`.
   */
  async sweep(keep: ReadonlySet<string>): Promise<string[]> {
    const surplus = (await this.#entries()).filter((name) => !keep.has(name));
    for (const name of surplus) await this.#remove(join(this.#path, name), name);
    return surplus.filter((name) => NAME.test(name)).sort();
  }

  /**
   * Makes the current key the one that opens every file; how many it was not. A crash leaves every file open to the old
   * or the new key, and doing it again finishes it. A file that cannot be opened does not keep the others from it.
   *
   * @throws VesicaError `keys/wrong-key`, `keys/damaged` or `output/unwritable` in the end, for the first such file.
   */
  async rotate(): Promise<number> {
    let rotated = 0;
    let failure: unknown;
    for (const name of await this.names()) {
      try {
        if (await rotateFile(this.#pathOf(name), this.#contextOf(name), this.#sealing)) rotated += 1;
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== undefined) throw storageFailure(failure, this.#path);
    return rotated;
  }

  async #entries(): Promise<string[]> {
    try {
      return await readdir(this.#path);
    } catch (error) {
      throw storageFailure(error, this.#path);
    }
  }

  async #remove(path: string, name: string): Promise<void> {
    try {
      await rm(path, { recursive: true, force: true });
    } catch (error) {
      throw storageFailure(error, `${this.#purpose} ${name}`);
    }
  }

  #contextOf(name: string): SealContext {
    return { purpose: this.#purpose, id: name };
  }

  #pathOf(name: string): string {
    if (!NAME.test(name)) throw new VesicaError('internal/defect', 'not a name for a sealed file');
    return join(this.#path, name);
  }
}
