import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** Far longer than any command here takes on an idle machine, shorter than a test may. */
const DEADLINE_MS = 100_000;

/** How a command ended and all it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built `vesica` command in a process of its own. Killed when the test ends, or past the deadline. */
export class VesicaProcess {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  #watchers: (() => void)[] = [];
  #isOver = false;

  constructor(parameters: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    if (!existsSync(MAIN)) throw new Error('dist/ is missing: npm run build');
    this.#child = spawn(process.execPath, [MAIN, ...parameters], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      for (const watcher of this.#watchers) watcher();
    });
    this.ended = new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.#child.kill('SIGKILL');
        reject(new Error(`vesica ${parameters.join(' ')} did not end.\n${this.#stdout}\n${this.#stderr}`));
      }, DEADLINE_MS);
      this.#child.on('error', reject);
      this.#child.on('close', (code, signal) => {
        clearTimeout(deadline);
        this.#isOver = true;
        for (const watcher of this.#watchers) watcher();
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
    this.ended.catch(() => undefined);
    onTestFinished(() => void this.#child.kill('SIGKILL'));
  }

  /** Resolves once standard error holds `text`. */
  async says(text: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (this.#stderr.includes(text)) resolve();
        else if (this.#isOver) reject(new Error(`it ended without saying "${text}":\n${this.#stderr}`));
      };
      this.#watchers.push(look);
      look();
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Closes this end of its standard output, as `| head` does. */
  closeStdout(): void {
    this.#child.stdout?.destroy();
  }
}

/** Starts `vesica` with these arguments and waits for its end. */
export function vesica(...parameters: string[]): Promise<Ended> {
  return new VesicaProcess(parameters).ended;
}
