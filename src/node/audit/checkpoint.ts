import { concatBytes, fromHex, toHex, utf8 } from '../../bytes.js';
import type { Identity } from '../../protocol/index.js';
import { verifySignature } from '../../transport/index.js';
import type { AuditCheckpointRow } from '../store/index.js';

/** The node's word for the log up to an entry. Kept elsewhere, it shows whether the log was cut or rewritten since. */
export interface AuditCheckpoint {
  /** Of the last entry that it covers. */
  readonly sequence: number;
  /** Of that entry; 64 hexadecimal digits. */
  readonly digest: string;
  /** When it was signed, UTC, to the millisecond. */
  readonly at: string;
  /** Ed25519 public key of the node, 64 hexadecimal digits. */
  readonly key: string;
  /** Ed25519 signature, 128 hexadecimal digits. */
  readonly signature: string;
}

export type CheckpointKind = AuditCheckpointRow['kind'];

const LABEL = utf8('VESICA-V1-Audit-Checkpoint');

/** Signs for the log up to an entry. The kind is signed along, so that an old head cannot be taken for a kept one. */
export function signCheckpoint(
  identity: Identity,
  { kind, ...place }: { kind: CheckpointKind; sequence: number; digest: string; at: string },
): AuditCheckpointRow {
  const unsigned = { kind, ...place, key: toHex(identity.publicKey) };
  return { ...unsigned, signature: toHex(identity.sign(statement(unsigned))) };
}

/** Whether the checkpoint was signed by one of the keys, in hexadecimal. */
export function isSigned(row: AuditCheckpointRow, keys: ReadonlySet<string>): boolean {
  const [key, signature] = [fromHex(row.key), fromHex(row.signature)];
  if (key === undefined || signature === undefined || !keys.has(row.key)) return false;
  return toHex(signature) === row.signature && verifySignature(key, statement(row), signature);
}

function statement({ kind, sequence, digest, at, key }: Omit<AuditCheckpointRow, 'signature'>): Uint8Array {
  return concatBytes(LABEL, utf8(JSON.stringify({ kind, sequence, digest, at, key })));
}
