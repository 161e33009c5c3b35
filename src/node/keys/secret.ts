import { createSecretKey, type KeyObject } from 'node:crypto';
import { concatBytes, wipe } from '../../bytes.js';
import { randomBytes, type RandomSource } from '../../random.js';
import { damaged } from './failures.js';
import type { SealedFolder } from './sealed-folder.js';

const SECRET_BYTES = 32;

/**
 * A secret of the node that outlives every master key, because it is sealed and not derived: 32 random bytes in the file
 * `name` of `folder`, made when it is not there. It keys digests that must stay comparable for the life of the state.
 *
 * @throws VesicaError `keys/wrong-key`, `keys/damaged`, `output/unwritable`.
 */
export async function nodeSecret(
  folder: SealedFolder,
  name: string,
  random: RandomSource,
): Promise<KeyObject> {
  if (!(await folder.has(name))) await folder.write(name, [randomBytes(random, SECRET_BYTES)]);
  const pieces: Uint8Array[] = [];
  for await (const piece of folder.read(name)) pieces.push(piece);
  const secret = concatBytes(...pieces);
  if (secret.length !== SECRET_BYTES) throw damaged(name, `a secret has ${SECRET_BYTES} bytes`);
  const key = createSecretKey(secret);
  for (const piece of [secret, ...pieces]) wipe(piece);
  return key;
}
