import { join } from 'node:path';
import type { KeyObject } from 'node:crypto';
import type { RandomSource } from '../random.js';
import { nodeSecret, open, seal, SealedFolder, type Sealing } from './keys/index.js';
import type { ByteCipher } from './ledger/index.js';
import type { FactorCipher } from './tokens/index.js';

/** What a node keeps sealed beside its database; each folder for one purpose. */
export interface AtRest {
  readonly staging: SealedFolder;
  readonly results: SealedFolder;
  readonly exports: SealedFolder;
  readonly secrets: SealedFolder;
  /** Keys the digests of lists. */
  readonly listSecret: KeyObject;
  /** Seals the ledger's sketches. */
  readonly sketches: ByteCipher;
  /** Seals the secrets of second factors, each for its token. */
  readonly factors: FactorCipher;
}

/** The sealed folders of a state, and what their files are sealed for. */
export const SEALED_FOLDERS = {
  staging: 'vesica/staging',
  results: 'vesica/results',
  exports: 'vesica/exports',
  secrets: 'vesica/secrets',
} as const;

/**
 * Opens the sealed folders of the state in `folder`.
 *
 * @throws VesicaError `output/unwritable`; `keys/wrong-key` when the state was sealed with a key that `sealing` lacks.
 */
export async function openAtRest(folder: string, sealing: Sealing, random: RandomSource): Promise<AtRest> {
  const sealed = (name: keyof typeof SEALED_FOLDERS): Promise<SealedFolder> =>
    SealedFolder.open(join(folder, name), SEALED_FOLDERS[name], sealing);
  const secrets = await sealed('secrets');
  const sketch = { purpose: 'vesica/sketches', id: 'sketch' };
  const factorOf = (token: string) => ({ purpose: 'vesica/factors', id: token });
  return {
    staging: await sealed('staging'),
    results: await sealed('results'),
    exports: await sealed('exports'),
    secrets,
    listSecret: await nodeSecret(secrets, 'list-digest', random),
    sketches: {
      seal: (bytes) => seal(bytes, sketch, sealing),
      open: (bytes) => open(bytes, sketch, sealing.keys),
    },
    factors: {
      seal: (bytes, token) => seal(bytes, factorOf(token), sealing),
      open: (bytes, token) => open(bytes, factorOf(token), sealing.keys),
    },
  };
}
