/** Encryption at rest: master keys, sealing, rotation. Key bytes leave it in no form. */
export type { SealContext } from './header.js';
export { loadMasterKey, type KeySource } from './key-source.js';
export { KeyRing, MASTER_KEY_BYTES, MasterKey, type Sealing } from './master-key.js';
export { open, openStream, seal, sealStream, type Bytes } from './seal.js';
export { SealedFolder, type SealedFile } from './sealed-folder.js';
export { nodeSecret } from './secret.js';
