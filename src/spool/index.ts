export { memoryForTags, spoolIn, type MemoryLimit } from './spool-folder.js';
