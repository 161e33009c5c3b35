import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeSecret, open, seal, SealedFolder } from '../../../src/node/keys/index.js';
import { rotateFile, rotationWrites } from '../../../src/node/keys/rotate.js';
import { expectNoneIn, failure, gather, keyBytes, scratch, sealing } from './support.js';

const context = { purpose: 'list', id: 'a' };
const plain = Uint8Array.from({ length: 100 }, (_, i) => i);
const [old, both, fresh] = [sealing(1), sealing(2, 1), sealing(2)];

/** The file after the first `whole` writes and `torn` bytes of the next. */
function after(
  sealed: Uint8Array,
  writes: ReturnType<typeof rotationWrites>,
  [whole, torn]: [number, number],
): Uint8Array {
  const file = Uint8Array.from(sealed);
  for (const { at, bytes } of writes.slice(0, whole)) file.set(bytes, at);
  const next = writes[whole];
  if (next !== undefined) file.set(next.bytes.subarray(0, torn), next.at);
  return file;
}

describe('rotation', () => {
  it('leaves a file that opens wherever it is broken off, and finishes when it is done again', async () => {
    const sealed = await seal(plain, context, old);
    const writes = rotationWrites(sealed.subarray(0, 144), context, both);
    expect(writes.length).toBe(2);
    for (let whole = 0; whole <= writes.length; whole += 1) {
      const length = writes[whole]?.bytes.length ?? 0;
      for (let torn = 0; torn <= length; torn += 1) {
        const left = after(sealed, writes, [whole, torn]);
        expect(await open(left, context, both.keys)).toEqual(plain);
        // Until the new key is wholly there, the old one opens it alone.
        if (whole === 0) expect(await open(left, context, old.keys)).toEqual(plain);
        else expect(await open(left, context, fresh.keys)).toEqual(plain);
        const path = join(folder, 'torn');
        writeFileSync(path, left);
        await rotateFile(path, context, both);
        expect(await rotateFile(path, context, both)).toBe(false);
        const finished = readFileSync(path);
        expect(await open(finished, context, fresh.keys)).toEqual(plain);
        await failure(open(finished, context, old.keys), 'keys/wrong-key');
      }
    }
  });

  it('goes back and forth between keys without end', async () => {
    const path = join(folder, 'many');
    writeFileSync(path, await seal(plain, context, old));
    const chunks = readFileSync(path).subarray(144);
    for (const [to, from] of [
      [2, 1],
      [3, 2],
      [1, 3],
      [4, 1],
    ] as const) {
      expect(await rotateFile(path, context, sealing(to, from))).toBe(true);
      expect(await open(readFileSync(path), context, sealing(to).keys)).toEqual(plain);
      await failure(open(readFileSync(path), context, sealing(from).keys), 'keys/wrong-key');
    }
    // Only the header changes.
    expect(readFileSync(path).subarray(144).equals(chunks)).toBe(true);
  });

  it('does not touch a file that it cannot open', async () => {
    const path = join(folder, 'foreign');
    for (const [content, code] of [
      [await seal(plain, context, sealing(9)), 'keys/wrong-key'],
      [await seal(plain, { ...context, id: 'b' }, old), 'keys/damaged'],
      [(await seal(plain, context, old)).subarray(0, 143), 'keys/damaged'],
    ] as const) {
      writeFileSync(path, content);
      await failure(rotateFile(path, context, both), code);
      expect(readFileSync(path).equals(content)).toBe(true);
    }
  });
});

const folder = scratch();

describe('a folder of sealed files', () => {
  const names = ['a.sealed', 'b.sealed', 'c.sealed'];
  const content = (name: string): Buffer => Buffer.from(`what ${name} holds `.repeat(10_000));

  async function filled(place: string): Promise<SealedFolder> {
    const sealed = await SealedFolder.open(place, 'list', old);
    for (const name of names) await sealed.write(name, [content(name)]);
    return sealed;
  }

  it('is rotated as a whole, and at each stage of it every file opens', async () => {
    const place = join(scratch(), 'lists');
    const sealed = await filled(place);
    const secret = await nodeSecret(sealed, 'secret', old.random);
    // A crash after the first k files: those are rotated, the others are not.
    for (let rotated = 0; rotated <= names.length; rotated += 1) {
      const copy = join(scratch(), 'lists');
      cpSync(place, copy, { recursive: true });
      for (const name of names.slice(0, rotated)) {
        await rotateFile(join(copy, name), { purpose: 'list', id: name }, both);
      }
      const opened = await SealedFolder.open(copy, 'list', both);
      for (const name of names) expect((await gather(opened.read(name))).equals(content(name))).toBe(true);
      expect(await opened.rotate()).toBe(names.length + 1 - rotated);
      expect(await opened.rotate()).toBe(0);
      const renewed = await SealedFolder.open(copy, 'list', fresh);
      for (const name of names) expect((await gather(renewed.read(name))).equals(content(name))).toBe(true);
      // The secret is the same under the new key.
      expect((await nodeSecret(renewed, 'secret', fresh.random)).equals(secret)).toBe(true);
    }
  });

  it('rotates the others when one file cannot be opened, and says which in the end', async () => {
    const place = join(scratch(), 'lists');
    await filled(place);
    writeFileSync(join(place, 'b.sealed'), 'no sealed file');
    const error = await failure((await SealedFolder.open(place, 'list', both)).rotate(), 'keys/damaged');
    expect(error.message).toContain('b.sealed');
    const renewed = await SealedFolder.open(place, 'list', fresh);
    for (const name of ['a.sealed', 'c.sealed']) await gather(renewed.read(name));
  });

  it('does not give a file under the name of another', async () => {
    const place = join(scratch(), 'lists');
    const sealed = await filled(place);
    cpSync(join(place, 'a.sealed'), join(place, 'b.sealed'));
    await failure(gather(sealed.read('b.sealed')), 'keys/damaged');
    await failure(gather(sealed.read('none')), 'keys/damaged');
    for (const name of ['', '../a', '.a', 'a/b', 'a'.repeat(101)]) {
      await failure(gather(sealed.read(name)), 'internal/defect');
    }
  });

  it('keeps the file it had when writing another fails, and leaves nothing of that', async () => {
    const place = join(scratch(), 'lists');
    const sealed = await filled(place);
    function* failing(): Generator<Uint8Array> {
      yield new Uint8Array(200_000);
      throw new Error('the source ended');
    }
    await failure(sealed.write('a.sealed', failing()), 'output/unwritable');
    expect((await gather(sealed.read('a.sealed'))).equals(content('a.sealed'))).toBe(true);
    expect(await sealed.names()).toEqual(names);
    // What a process leaves that ends while it writes.
    mkdirSync(join(place, '.vesica-left'));
    writeFileSync(join(place, '.vesica-left', 'a.sealed'), 'half');
    expect(await sealed.sweep(new Set(['b.sealed']))).toEqual(['a.sealed', 'c.sealed']);
    expect(readdirSync(place)).toEqual(['b.sealed']);
  });

  it('holds nothing in clear, and no key', async () => {
    const place = join(scratch(), 'lists');
    const sealed = await filled(place);
    await (await SealedFolder.open(place, 'list', both)).rotate();
    await nodeSecret(sealed, 'secret', old.random);
    expectNoneIn(place, { old: keyBytes(1), fresh: keyBytes(2), content: 'what a.sealed holds' });
  });
});
