import { plainLabel } from '../plain-label.js';

/** Where progress is written and how: a bar that redraws itself on a terminal, plain lines anywhere else. */
export interface ProgressOutput {
  readonly isTerminal: boolean;
  write(text: string): void;
}

/** One long task: how far it is, how fast, and how long it will still take. */
export interface Progress {
  /** `total` is `undefined` while nobody knows it. */
  update(done: number, total: number | undefined): void;
  /** Writes the last state and ends the line. */
  finish(): void;
}

const BAR_WIDTH = 24;
const REDRAW_MS = 100;
const LINE_MS = 5_000;
/** Longer than any message of ours with two paths in it. */
const MAX_LINE_CHARS = 2_000;

/** Lines and progress bars on `output`. `now` is a clock in milliseconds. */
export class Reporter {
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  #barIsOpen = false;

  constructor(output: ProgressOutput, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#now = now;
  }

  /** One line of text. It may hold a partner's words, so nothing in it can steer the terminal, and it ends somewhere. */
  line(text: string): void {
    this.#closeBar();
    this.#output.write(`${plainLabel(text, MAX_LINE_CHARS)}\n`);
  }

  /** A task called `name`, counted in `unit`. */
  start(name: string, unit: string): Progress {
    const startedAt = this.#now();
    let lastShown = -Infinity;
    let latest = { done: 0, total: undefined as number | undefined };
    const show = (): void => {
      lastShown = this.#now();
      const text = progressText(name, unit, { ...latest, elapsedMs: lastShown - startedAt });
      if (!this.#output.isTerminal) {
        this.#output.write(`${text}\n`);
        return;
      }
      this.#output.write(`\r\u001b[2K${text}`);
      this.#barIsOpen = true;
    };
    return {
      update: (done, total) => {
        latest = { done, total };
        // A task that ends at once needs no line; the first one comes after the usual pause.
        if (lastShown === -Infinity) lastShown = startedAt;
        if (this.#now() - lastShown >= (this.#output.isTerminal ? REDRAW_MS : LINE_MS)) show();
      },
      finish: () => {
        show();
        this.#closeBar();
      },
    };
  }

  #closeBar(): void {
    if (this.#barIsOpen) this.#output.write('\n');
    this.#barIsOpen = false;
  }
}

function progressText(
  name: string,
  unit: string,
  {
    done,
    total,
    elapsedMs,
  }: { readonly done: number; readonly total: number | undefined; readonly elapsedMs: number },
): string {
  const rate = elapsedMs > 0 ? (1000 * done) / elapsedMs : 0;
  const counted = `${done.toLocaleString('en-US')} ${unit}`;
  const speed = `${Math.round(rate).toLocaleString('en-US')} ${unit}/s`;
  if (total === undefined || total === 0) return `${name}: ${counted}, ${speed}`;
  const share = Math.min(1, done / total);
  const bar = '#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '.');
  const left = rate > 0 && done < total ? `, ${duration((total - done) / rate)} left` : '';
  return `${name}: [${bar}] ${Math.floor(100 * share)} % of ${total.toLocaleString('en-US')} ${unit}, ${speed}${left}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
