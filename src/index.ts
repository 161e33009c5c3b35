export { ERRORS, EXIT_CODES, VesicaError, type ErrorClass, type ErrorCode } from './errors.js';
