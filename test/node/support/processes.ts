import { spawn, type ChildProcess } from 'node:child_process';
import { onTestFinished } from 'vitest';

/** A process of the built program. */
export interface Process {
  readonly child: ChildProcess;
  /** Its next line, or `undefined` when it has ended. */
  says(): Promise<string | undefined>;
  /** SIGKILL, which no program can prepare for. */
  kill(): Promise<void>;
}

/** Starts a script with the same Node.js. */
export function startProcess(script: string, ...parameters: string[]): Process {
  const child = spawn(process.execPath, [script, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines = linesOf(child.stdout);
  return {
    child,
    says: async () => (await lines.next()).value ?? undefined,
    kill: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string, undefined> {
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  return undefined;
}
