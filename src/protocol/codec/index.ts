export { decodeMessage, encodeMessage } from './codec.js';
export { isPlainText } from './fields.js';
export * from './messages.js';
