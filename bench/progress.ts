/** How a long run is followed: lines on standard error, the first after two seconds. */
export interface Progress {
  /** `share` from 0 to 1. */
  readonly report: (what: string, share: number) => void;
}

const QUIET_MS = 2000;
const EVERY_MS = 2000;

export interface ProgressSink {
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
}

/** Nothing is written in the first two seconds, then at most one line in two seconds. */
export function startProgress(sink: ProgressSink = standardError): Progress {
  const begin = sink.nowMs();
  let last = begin + QUIET_MS - EVERY_MS;
  return {
    report: (what, share) => {
      const now = sink.nowMs();
      if (now - last < EVERY_MS) return;
      last = now;
      const percent = Math.floor(100 * Math.min(1, Math.max(0, share)));
      sink.write(`${what}: ${percent} % after ${((now - begin) / 1000).toFixed(0)} s\n`);
    },
  };
}

const standardError: ProgressSink = {
  write: (line) => void process.stderr.write(line),
  nowMs: () => performance.now(),
};
