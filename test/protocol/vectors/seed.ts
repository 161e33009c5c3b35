import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { Identity } from '../../../src/protocol/index.js';
import type { RandomSource } from '../../../src/random.js';
import { concatBytes, uint32Bytes, utf8 } from '../../../src/bytes.js';

/** Everything in the vectors follows from this text. */
export const SEED = 'Vesica protocol vectors, version 1';

/** The random bytes of one party in one scenario: SHA-512(label || I2OSP(0, 4)) || SHA-512(label || I2OSP(1, 4)) || ... */
export function vectorRandom(label: string): RandomSource {
  const prefix = utf8(`${SEED} / ${label}`);
  let block = new Uint8Array(0);
  let used = 0;
  let counter = 0;
  return {
    fill(target) {
      for (let i = 0; i < target.length; i += 1) {
        if (used === block.length) {
          block = createHash('sha512')
            .update(concatBytes(prefix, uint32Bytes(counter)))
            .digest();
          used = 0;
          counter += 1;
        }
        target[i] = block[used]!;
        used += 1;
      }
    },
  };
}

const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** An Ed25519 identity whose 32-byte secret key is SHA-256 of the seed and `label`. */
export function vectorIdentity(label: string): Identity & { readonly secretKey: Uint8Array } {
  const secretKey = createHash('sha256').update(`${SEED} / ${label}`).digest();
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, secretKey]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32);
  return {
    secretKey: new Uint8Array(secretKey),
    publicKey: new Uint8Array(publicKey),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}
