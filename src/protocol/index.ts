export type { Connection, Identity, VerifySignature } from './connection.js';
