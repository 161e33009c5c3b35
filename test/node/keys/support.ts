import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, expect } from 'vitest';
import { VesicaError, type ErrorCode } from '../../../src/errors.js';
import { KeyRing, MasterKey, type Sealing } from '../../../src/node/keys/index.js';
import { randomBytes } from '../../../src/random.js';
import { seededRandom } from '../../support/deterministic-random.js';

/** A new folder, removed at the end of the test file. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vesica-node-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The bytes of the master key with this number. */
export function keyBytes(number: number): Uint8Array {
  return randomBytes(seededRandom(1000 + number), 32);
}

export function masterKey(number: number): MasterKey {
  return new MasterKey(keyBytes(number));
}

/** Sealing with the master key `current`; the others only open. */
export function sealing(current: number, ...previous: number[]): Sealing {
  return {
    keys: new KeyRing(masterKey(current), previous.map(masterKey)),
    random: seededRandom(current),
  };
}

/** The coded error that `work` must end with. */
export async function failure(work: Promise<unknown>, ...codes: ErrorCode[]): Promise<VesicaError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VesicaError);
  expect(codes).toContain((error as VesicaError).code);
  return error as VesicaError;
}

/** All bytes of `pieces`. */
export async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** Every form in which a secret could lie about: as it is, in hexadecimal of either case, in base64 at any offset. */
export function forms(secret: Uint8Array | string): Buffer[] {
  const bytes = Buffer.from(secret as Uint8Array);
  const texts = [bytes.toString('hex'), bytes.toString('hex').toUpperCase()];
  for (let offset = 0; offset < 3; offset += 1) {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The first and last characters depend on what stands around it.
    const middle = shifted.slice(offset === 0 ? 0 : 4, -2);
    texts.push(middle, middle.replaceAll('+', '-').replaceAll('/', '_'));
  }
  // As arrays of numbers and their JSON are written, without the white space: see `visible`.
  texts.push([...bytes].join(','), [...bytes].map((byte, i) => `"${i}":${byte}`).join(','));
  return [bytes, ...texts.map((text) => Buffer.from(text))];
}

/** The paths of all files under `folder`. */
export function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile());
}

/** Of the named secrets those of which a form is in `place`. */
export function leaked(place: Uint8Array, secrets: Readonly<Record<string, Uint8Array | string>>): string[] {
  const bytes = Buffer.from(place);
  return Object.entries(secrets).flatMap(([name, secret]) =>
    forms(secret).some((form) => bytes.includes(form)) ? [name] : [],
  );
}

/** No form of any of `secrets` is in a file under `folder`. */
export function expectNoneIn(folder: string, secrets: Readonly<Record<string, Uint8Array | string>>): void {
  const paths = filesUnder(folder);
  expect(paths.length).toBeGreaterThan(0);
  for (const path of paths) expect(leaked(readFileSync(path), secrets), path).toEqual([]);
}

/** All that can be seen of a value: printed with everything hidden, and as JSON. */
export function visible(value: unknown): Buffer {
  const inspected = inspect(value, {
    depth: 10,
    showHidden: true,
    maxArrayLength: null,
    maxStringLength: null,
  });
  const text = `${inspected}\n${JSON.stringify(value)}\n${value instanceof Error ? value.stack : ''}`;
  return Buffer.from(`${text}\n${text.replace(/\s+/g, '')}`);
}
