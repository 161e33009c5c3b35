import { asVesicaError, type VesicaError } from '../errors.js';
import { Reporter } from './progress.js';

/** What every command gets beside its arguments. */
export interface CommandContext {
  /** Lines and progress, on standard error, so that standard output holds only what was asked for. */
  readonly reporter: Reporter;
  readonly print: (text: string) => void;
  /** Fires at the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/**
 * Makes a commander action of `run`: gives it a context, and turns whatever it throws into a message on standard error
 * and the exit code of its class. Never a stack trace.
 */
export function action<Arguments extends readonly unknown[]>(
  run: (context: CommandContext, ...given: Arguments) => Promise<void>,
): (...given: Arguments) => Promise<void> {
  return async (...given) => {
    const stop = new AbortController();
    const onSignal = (): void => {
      // A second Ctrl-C ends the process at once, as people expect.
      process.once('SIGINT', () => process.exit(130));
      stop.abort();
    };
    process.once('SIGINT', onSignal);
    process.once('SIGTERM', onSignal);
    const reporter = new Reporter({
      isTerminal: process.stderr.isTTY,
      write: (text) => void process.stderr.write(text),
    });
    const fail = (failure: VesicaError): void => {
      for (const line of describeError(failure)) reporter.line(line);
      process.exitCode = failure.exitCode;
    };
    // Whoever read the output is gone (`| head`). Without a listener Node would print a stack trace.
    process.stdout.once('error', (error) => {
      void import('../data/index.js').then(({ outputFailure }) =>
        fail(outputFailure(error, 'standard output')),
      );
    });
    process.stderr.on('error', () => undefined);
    const print = (text: string): void => void process.stdout.write(text);
    try {
      await run({ reporter, print, signal: stop.signal }, ...given);
    } catch (error) {
      fail(asVesicaError(error));
    } finally {
      process.removeListener('SIGINT', onSignal);
      process.removeListener('SIGTERM', onSignal);
    }
  };
}

/** What a person reads when a command fails: code, where and what, what to do next. */
export function describeError(error: VesicaError): string[] {
  const { field, message } = error;
  const at = field === undefined || message.includes(field) ? '' : ` at ${field}`;
  const from = error.reportedBy === 'peer' ? ' (told by the partner)' : '';
  return [`error ${error.code}${at}${from}: ${message}`, `  next: ${error.next}`];
}
