export * from './suite.js';
export {
  ENGINE_NAMES,
  SKIP_GROUP,
  bigIntToScalar,
  engineOf,
  firstInvalid,
  isValid,
  scalarToBigInt,
  type Engine,
  type EngineName,
  type Kernel,
  type MultiplyResult,
  type SumResult,
} from './engine.js';
export { DiscreteLogTable, MAX_TABLE_ENTRIES } from './discrete-log-table.js';
export { discreteLogarithms, tableEntriesFor, type DiscreteLogQuery } from './discrete-logarithm.js';
export { addAndRerandomise, columnKeys, decryptRows, encryptRows, type ColumnKeys } from './elgamal.js';
export { availableEngines, chooseEngine, createEngine, type EngineChoice } from './engines.js';
export { inlineOperations, type BatchProgress, type GroupOperations } from './operations.js';
export { startPool, type PoolOptions } from './pool.js';
export { randomScalar, randomScalars } from './scalars.js';
