export * from './suite.js';
export * from './engine.js';
