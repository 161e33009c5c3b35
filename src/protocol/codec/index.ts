export { decodeMessage, encodeMessage } from './codec.js';
export { isPlainText, requirePlainText } from './fields.js';
export * from './messages.js';
