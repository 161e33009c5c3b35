import { createHmac, type KeyObject } from 'node:crypto';
import { uint32Bytes, utf8 } from '../../bytes.js';
import type { LoadedList } from '../../data/index.js';

/**
 * 64 hexadecimal digits that stand for what a list says: its types, keys, cells with their labels, and measures, in their
 * order; not for the rows they came from. The same list gives the same digest on this node. HMAC-SHA-256 under a secret of
 * the node, because whoever knows almost all of a list could try keys until a plain digest fits.
 */
export function listDigest(
  { types, keys, cells, cellLabels, measures }: LoadedList,
  secret: KeyObject,
): string {
  const hash = createHmac('sha256', secret);
  const part = (bytes: Uint8Array): void => {
    // Lengths keep apart lists whose parts run together alike.
    hash.update(uint32Bytes(Math.floor(bytes.length / 2 ** 32))).update(uint32Bytes(bytes.length >>> 0));
    hash.update(bytes);
  };
  part(utf8('vesica/list-digest/1'));
  part(types);
  part(keys);
  part(utf8(JSON.stringify(cellLabels)));
  hash.update(uint32Bytes(cells === undefined ? 0 : 1)).update(uint32Bytes(measures.length));
  for (const column of [...(cells === undefined ? [] : [cells]), ...measures]) {
    part(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  return hash.digest('hex');
}
