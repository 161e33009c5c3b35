import type { AdminLog } from '../../admin/index.js';
import type { LogLevel } from '../config/node-schema.js';
import type { Log, LogFields } from './log.js';

/** The numbers that the API's log has for levels. */
const LEVELS: readonly (readonly [number, LogLevel])[] = [
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
];

/** The log of the API as lines of the node's own log, with its redaction. */
export function adminLogOf(log: Log, level: LogLevel): AdminLog {
  return { level, stream: { write: (line) => tell(log, line) } };
}

function tell(log: Log, line: string): void {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    log.info('the API says something that is no entry of a log');
    return;
  }
  const { level, msg, time: _, ...fields } = entry;
  const name = LEVELS.find(([least]) => Number(level) >= least)?.[1] ?? 'debug';
  log[name](typeof msg === 'string' && msg !== '' ? msg : 'request', fields satisfies LogFields);
}
