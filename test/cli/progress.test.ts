import { describe, expect, it } from 'vitest';
import { describeError } from '../../src/cli/action.js';
import { Reporter } from '../../src/cli/progress.js';
import { ERRORS, VesicaError } from '../../src/errors.js';

/** A reporter whose clock the test turns. */
function reporting(isTerminal: boolean) {
  const state = { now: 1000, written: '' };
  const reporter = new Reporter(
    { isTerminal, write: (text) => void (state.written += text) },
    () => state.now,
  );
  return { state, reporter };
}

const ESCAPE = '\u001b';
const REDRAW = `\r${ESCAPE}[2K`;

describe('progress on a terminal', () => {
  it('redraws one line with rate and time left, at most ten times a second', () => {
    const { state, reporter } = reporting(true);
    const progress = reporter.start('psi', 'items');
    progress.update(0, 4000);
    state.now += 99;
    progress.update(50, 4000);
    expect(state.written).toBe('');
    state.now += 901;
    progress.update(1000, 4000);
    expect(state.written).toBe(
      `${REDRAW}psi: [######..................] 25 % of 4,000 items, 1,000 items/s, 3 s left`,
    );
    state.now += 1000;
    progress.update(4000, 4000);
    progress.finish();
    expect(state.written.split(REDRAW).at(-1)).toBe(
      'psi: [########################] 100 % of 4,000 items, 2,000 items/s\n',
    );
  });

  it('ends an open bar before a line, so that neither overwrites the other', () => {
    const { state, reporter } = reporting(true);
    const progress = reporter.start('reading', 'rows');
    progress.update(1, undefined);
    state.now += 1000;
    progress.update(10, undefined);
    reporter.line('error x');
    expect(state.written).toBe(`${REDRAW}reading: 10 rows, 10 rows/s\nerror x\n`);
    reporter.line('again');
    expect(state.written.endsWith('error x\nagain\n')).toBe(true);
  });

  it.each([
    [89, '89 s left'],
    [90, '2 min left'],
    [5399, '90 min left'],
    [5400, '1.5 h left'],
  ])('writes %i seconds as "%s"', (seconds, text) => {
    const { state, reporter } = reporting(true);
    const progress = reporter.start('psi', 'items');
    progress.update(0, seconds + 1);
    state.now += 1000;
    progress.update(1, seconds + 1);
    expect(state.written).toContain(text);
  });
});

describe('progress anywhere else', () => {
  it('is a plain line every five seconds and one at the end', () => {
    const { state, reporter } = reporting(false);
    const progress = reporter.start('psi', 'items');
    for (let second = 0; second <= 12; second += 1, state.now += 1000) progress.update(second, 100);
    progress.finish();
    const lines = state.written.split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^psi: \[#.*\] 5 % of 100 items, 1 items\/s, 2 min left$/);
    expect(state.written).not.toMatch(/[\r\u001b]/);
  });

  it('says no more than done when the whole is empty or unknown', () => {
    const { state, reporter } = reporting(false);
    reporter.start('psi', 'items').finish();
    const empty = reporter.start('psi', 'items');
    empty.update(0, 0);
    empty.finish();
    expect(state.written).toBe('psi: 0 items, 0 items/s\npsi: 0 items, 0 items/s\n');
  });

  it('is never over 100 %', () => {
    const { state, reporter } = reporting(false);
    const progress = reporter.start('psi', 'items');
    progress.update(150, 100);
    progress.finish();
    expect(state.written).toContain('] 100 % of 100 items');
  });
});

describe('a line', () => {
  it('of hostile text moves no cursor, turns no direction and ends somewhere', () => {
    const { state, reporter } = reporting(true);
    reporter.line(`a${ESCAPE}[2Jb\u009b31mc\u202ed\ne\u2066${'f'.repeat(10_000)}`);
    expect(state.written).not.toMatch(/[\p{Cc}\p{Cf}](?!$)/u);
    expect(state.written.startsWith('a?[2Jb?31mc?d?e?fff')).toBe(true);
    expect(state.written.length).toBeLessThan(2100);
    expect(state.written.endsWith('…\n')).toBe(true);
  });
});

describe('an error', () => {
  it('says code, what, and what to do next', () => {
    expect(
      describeError(new VesicaError('data/invalid-utf8', 'list.csv: line 3 is not valid UTF-8')),
    ).toEqual([
      'error data/invalid-utf8: list.csv: line 3 is not valid UTF-8',
      `  next: ${ERRORS['data/invalid-utf8'].next}`,
    ]);
  });

  it('names the field that its message leaves out', () => {
    const [line] = describeError(
      new VesicaError('policy/list-too-small', 'the list of the initiator has 1 keys, below 2', {
        field: 'privacy.minList',
      }),
    );
    expect(line).toBe(
      'error policy/list-too-small at privacy.minList: the list of the initiator has 1 keys, below 2',
    );
  });

  it('says when the partner found it', () => {
    const [line] = describeError(
      new VesicaError('peer/stopped', 'the partner ended it', { reportedBy: 'peer' }),
    );
    expect(line).toBe('error peer/stopped (told by the partner): the partner ended it');
  });
});
