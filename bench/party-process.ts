import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PartyFigures, PartyOrder, PartyProgress } from './session-party.js';

/** The stage in which the responder tells that it can be called. */
export const LISTENING = 'listening';

/** The run was stopped from outside, and everything it started has ended. */
export class Stopped extends Error {
  constructor() {
    super('stopped');
    this.name = 'Stopped';
  }
}

/**
 * Runs one party as a process of its own until it has printed its figures. When `signal` fires the process is ended,
 * and the promise settles only when it has gone, so that nothing of it outlives the run.
 *
 * @throws Stopped when `signal` fired; Error when the party fails.
 */
export function runParty(
  order: PartyOrder,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (at: PartyProgress) => void },
): Promise<PartyFigures> {
  const program = fileURLToPath(new URL('./session-party.js', import.meta.url));
  // Lists lie outside JavaScript's heap: with a small young generation their memory is what counts. What the run itself
  // was started with, such as --cpu-prof, holds for its parties too.
  const options = [...process.execArgv, '--max-semi-space-size=4'];
  const child = spawn(process.execPath, [...options, program, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
  child.on('message', (at) => onProgress(at as PartyProgress));
  const end = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  return new Promise<PartyFigures>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (signal.aborted) reject(new Stopped());
      else if (code === 0) resolve(JSON.parse(text) as PartyFigures);
      else reject(new Error(`the ${order.side} ended with exit code ${code ?? 'none'}`));
    });
  }).finally(() => signal.removeEventListener('abort', end));
}

/** Runs both parties; when one fails the other is ended too. Settles when both have gone. */
export async function runBoth(
  orders: readonly [PartyOrder, PartyOrder],
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (at: PartyProgress) => void },
): Promise<[PartyFigures, PartyFigures]> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const run = async (order: PartyOrder): Promise<PartyFigures> => {
    try {
      return await runParty(order, { signal: either, onProgress });
    } catch (error) {
      failed.abort();
      throw error;
    }
  };
  const [one, two] = await Promise.allSettled(orders.map(run));
  const reasons = [one, two].flatMap((end) => (end?.status === 'rejected' ? [end.reason as Error] : []));
  // What ended the first is the reason; the other was only stopped because of it.
  const reason = reasons.find((error) => !(error instanceof Stopped)) ?? reasons[0];
  if (reason !== undefined) throw reason;
  if (one?.status !== 'fulfilled' || two?.status !== 'fulfilled') throw new Stopped();
  return [one.value, two.value];
}
