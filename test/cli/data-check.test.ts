import { describe, expect, it } from 'vitest';
import { SHOP_CSV } from './support/lists.js';
import { expectFailure, expectPlainSpeech } from './support/two-terminals.js';
import { VesicaProcess, vesica } from './support/vesica-process.js';
import { Workspace } from './support/workspace.js';

describe('vesica data check', () => {
  it('shows keys, duplicates, rejects by reason, cells, and what another profile would lose', async () => {
    const path = new Workspace().write('list.csv', SHOP_CSV);
    const ended = await vesica('data', 'check', path, '-i', 'email=email', '--cohort', 'name');
    expect(ended.code, ended.stderr).toBe(0);
    expectPlainSpeech(ended.stderr);
    expect(ended.stdout.replace(/ +/g, ' ')).toBe(
      [
        '10 rows',
        '7 cells; 1 identifiers lie in two of them',
        '',
        'email: 7 match keys',
        ' came as SHA-256 2',
        ' duplicates 1',
        ' blank 1',
        ' rejected: not-an-email 1',
        ' 1 of 6 would not match a partner who uses meta',
        ' 1 of 6 would not match a partner who uses pair',
        '',
      ].join('\n'),
    );
  });

  it('prints JSON and nothing else with --json', async () => {
    const path = new Workspace().write('list.csv', SHOP_CSV);
    const ended = await vesica('data', 'check', path, '-i', 'email=email', '--json');
    expect(JSON.parse(ended.stdout)).toMatchObject({
      counts: {
        rows: 10,
        byType: { email: { keys: 7, hashed: 2, duplicates: 1, blank: 1, rejected: { 'not-an-email': 1 } } },
      },
      cells: 0,
    });
  });

  it('shows what the measures would be, and where the first value is that would end a session', async () => {
    const path = new Workspace().write(
      'orders.csv',
      'email,spend\na@example.com,12.50\nb@example.com,\na@example.com,499.99\nc@example.com,-3\nd@example.com,700\n',
    );
    const ended = await vesica('data', 'check', path, '-i', 'email=email', '-m', 'spend=500/0.01');
    expect(ended.code, ended.stderr).toBe(0);
    const shown = ended.stdout.replace(/ +/g, ' ').split('\n');
    expect(shown.slice(shown.indexOf('spend: 2 match keys above 0'))).toEqual([
      'spend: 2 match keys above 0',
      ' values 5',
      ' missing 1',
      ' values above the bound 1',
      ' match keys above the bound 2',
      ' refused 1',
      ` first: ${path}: line 5: a value of the measure "spend" is negative`,
      '',
    ]);
  });

  it('never shows a value', async () => {
    const path = new Workspace().write('list.csv', SHOP_CSV);
    const ended = await vesica('data', 'check', path, '-i', 'email=email', '-c', 'name');
    for (const value of ['example.com', 'erin', 'Ann', 'not an address']) {
      expect((ended.stdout + ended.stderr).toLowerCase()).not.toContain(value.toLowerCase());
    }
  });

  it.each([
    ['a column that is not there', ['-i', 'mail=email'], 'data/missing-column', 'mail'],
    ['a type that does not exist', ['-i', 'email=mail'], 'config/invalid', 'identifier'],
    ['no type', ['-i', 'email'], 'config/invalid', 'identifier'],
    ['a measure without a bound', ['-i', 'email=email', '-m', 'spend'], 'config/invalid', 'measure'],
    ['a bound of 0', ['-i', 'email=email', '-m', 'spend=0'], 'config/invalid', 'spend.bound'],
    [
      'a delimiter of two characters',
      ['-i', 'email=email', '--delimiter', '||'],
      'config/invalid',
      'delimiter',
    ],
  ] as const)('refuses %s', async (_, options, code, field) => {
    const path = new Workspace().write('list.csv', SHOP_CSV);
    expectFailure(await vesica('data', 'check', path, ...options), code, field);
  });

  it('ends quietly when nobody reads its output', async () => {
    const path = new Workspace().write('list.csv', SHOP_CSV);
    const reading = new VesicaProcess(['data', 'check', path, '-i', 'email=email']);
    reading.closeStdout();
    const ended = await reading.ended;
    expectFailure(ended, 'output/unwritable', 'EPIPE');
  });
});
