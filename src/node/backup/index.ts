/**
 * Copies of a node's state that can be trusted: a consistent database, the sealed files that belong to it, and a manifest
 * with the digest of each, signed by the node's identity. Neither the identity nor the master key is in one unless asked.
 */
export { checkManifest, MANIFEST_FILE, type BackedUpFile, type BackupManifest } from './manifest.js';
export { backupsIn, pruneBackups, scheduledName } from './rotation.js';
export { restoreBackup, verifyBackup, type RestoreOptions, type RestoredState } from './restore-backup.js';
export type { AfterRestore, RestoreChanges } from './restored-state.js';
export { writeBackup, type BackupOptions, type SealedPlace } from './write-backup.js';
