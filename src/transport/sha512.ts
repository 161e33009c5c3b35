import { createHash } from 'node:crypto';
import type { StartSha512 } from '../protocol/index.js';

/** SHA-512 of the platform, many times faster than a portable one: every byte on the wire goes through it, twice. */
export const startSha512: StartSha512 = () => createHash('sha512');
