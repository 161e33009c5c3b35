export { spoolIn, spoolWithin, type MemoryLimit } from './spool-folder.js';
