import { SEALED_FOLDERS, type SealedPlace } from '../../node/index.js';

/**
 * The sealed folders that are backed up. Lists that are staged for sessions are not: they are deleted when their session
 * ends, which a copy elsewhere would outlive.
 */
export const BACKED_UP: readonly SealedPlace[] = (['secrets', 'results', 'exports'] as const).map(
  (folder) => ({
    folder,
    purpose: SEALED_FOLDERS[folder],
  }),
);
