import type { PrivacyCost } from '../../../src/dp/index.js';
import { toHex } from '../../../src/bytes.js';
import type { SessionLedger } from '../../../src/protocol/index.js';

/** What a ledger can be told to refuse. */
export type LedgerStep = 'recall' | 'reserve' | 'commit' | 'finish' | 'release';

/** A ledger that keeps everything in memory and writes down what was asked of it. */
export interface RecordingLedger extends SessionLedger {
  readonly events: LedgerStep[];
  /** Hex of the requests, in the order in which they were looked for. */
  readonly requests: string[];
  readonly costs: PrivacyCost[];
  readonly answers: Map<string, string>;
}

/** `before` is called, and awaited, ahead of each step: it may throw, or wait. */
export function recordingLedger(
  before: (step: LedgerStep) => Promise<void> | void = () => undefined,
): RecordingLedger {
  const events: LedgerStep[] = [];
  const requests: string[] = [];
  const costs: PrivacyCost[] = [];
  const answers = new Map<string, string>();
  const step = async (name: LedgerStep): Promise<void> => {
    await before(name);
    events.push(name);
  };
  return {
    events,
    requests,
    costs,
    answers,
    async recall(request) {
      await step('recall');
      requests.push(toHex(request));
      return answers.get(toHex(request));
    },
    async reserve(request, cost) {
      await step('reserve');
      costs.push(cost);
      return {
        commit: () => step('commit'),
        async finish(answer) {
          await step('finish');
          answers.set(toHex(request), answer);
        },
        release: () => void events.push('release'),
      };
    },
  };
}
