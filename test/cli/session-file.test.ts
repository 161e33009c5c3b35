import { describe, expect, it } from 'vitest';
import { readSessionPlan } from '../../src/cli/config/session-plan.js';
import { VesicaError } from '../../src/errors.js';
import { SUITE } from '../../src/group/index.js';
import { Workspace } from './support/workspace.js';

const GOOD = {
  party: 'shop',
  connect: 'ws://127.0.0.1:7701',
  mode: 'aggregate',
  role: 'cohorts',
  profile: 'uid2',
  data: { source: 'list.csv', identifiers: { mail: 'email' }, cohorts: ['arm', 'place'] },
  arms: { column: 'arm', treatment: ['seen'], control: 'held out' },
};
const SPENDING = {
  ...GOOD,
  role: 'measures',
  data: { source: 'orders.csv', identifiers: { mail: 'email' } },
  arms: undefined,
};
const PSI = {
  party: 'shop',
  listen: '127.0.0.1:7701',
  mode: 'psi',
  role: 'both',
  profile: 'pair',
  data: { sql: 'select 1', identifiers: { mail: { type: 'email', encoding: 'sha256' }, tel: 'phone' } },
};

function plan(content: object | string) {
  const workspace = new Workspace();
  const path =
    typeof content === 'string'
      ? workspace.write('session.yaml', content)
      : workspace.session('session.yaml', content);
  return readSessionPlan(path, {});
}

function refusal(content: object | string): VesicaError {
  try {
    plan(content);
  } catch (error) {
    expect(error).toBeInstanceOf(VesicaError);
    return error as VesicaError;
  }
  throw new Error('it was accepted');
}

/** `base` with the value at a dotted path replaced; `undefined` takes the key away. */
function withValue(base: object, path: string, value: unknown): object {
  const [key = '', ...rest] = path.split('.');
  const before = (base as Record<string, unknown>)[key];
  const inner = rest.length === 0 ? value : withValue(before ?? {}, rest.join('.'), value);
  return { ...base, [key]: inner };
}

describe('a session file', () => {
  it('has every default filled in', () => {
    const workspace = new Workspace();
    const path = workspace.session('shop/session.yaml', { ...GOOD, output: '../report.json' });
    expect(readSessionPlan(path, {})).toEqual({
      party: 'shop',
      meeting: { kind: 'connect', url: 'ws://127.0.0.1:7701' },
      side: 'initiator',
      tls: undefined,
      role: 'cohorts',
      terms: {
        suite: SUITE,
        mode: 'aggregate',
        initiatorRole: 'cohorts',
        profile: 'uid2',
        keyTypes: ['email'],
        purpose: '',
        disclosure: 'dp',
        epsilon: '1',
        delta: '0.000001',
        measures: [],
        minCell: 50,
        minList: 0,
        shareLabels: true,
        shareResults: true,
        agreement: '',
      },
      data: {
        source: workspace.path('shop/list.csv'),
        identifiers: { mail: { type: 'email' } },
        cohorts: ['arm', 'place'],
        profile: 'uid2',
      },
      onAmbiguousCohort: 'refuse',
      arms: GOOD.arms,
      experiment: {},
      ledger: undefined,
      outputPaths: [workspace.path('report.json')],
      select: 'matched',
      engine: undefined,
      threads: undefined,
      maxElements: undefined,
      memory: undefined,
      connectTimeoutMs: 300_000,
      idleTimeoutMs: 120_000,
    });
  });

  it('says what the listening side means', () => {
    const { side, meeting, terms, data } = plan({ ...PSI, role: 'sender', privacy: { minList: 7 } });
    expect(side).toBe('responder');
    expect(meeting).toEqual({ kind: 'listen', address: { host: '127.0.0.1', port: 7701 } });
    expect(terms).toMatchObject({
      initiatorRole: 'receiver',
      disclosure: 'rows',
      keyTypes: ['email', 'phone'],
      minList: 7,
    });
    expect(data.identifiers).toEqual({ mail: { type: 'email', encoding: 'sha256' }, tel: { type: 'phone' } });
  });

  it.each([
    ['0.10', '0.1'],
    [0.1, '0.1'],
    ['1e0', '1'],
    [20, '20'],
  ])('has one text for an epsilon of %s', (epsilon, text) => {
    expect(plan({ ...GOOD, privacy: { epsilon } }).terms.epsilon).toBe(text);
  });

  it('has one text for measures, and columns on the side that has the values only', () => {
    const measures = [{ name: 'spend', quantum: '0.010', bound: '5e2', statistic: 'sum-and-squares' }];
    const terms = [{ name: 'spend', quantum: '0.01', bound: '500', statistic: 'sum-and-squares' }];
    const cohorts = plan({ ...GOOD, measures });
    expect(cohorts.terms.measures).toEqual(terms);
    expect(cohorts.data.measures).toBeUndefined();
    const holder = plan({
      ...SPENDING,
      measures: [
        { ...measures[0], column: 'total', aboveBound: 'refuse' },
        { name: 'bought', bound: 1 },
      ],
    });
    expect(holder.terms.measures).toEqual([
      ...terms,
      { name: 'bought', quantum: '1', bound: '1', statistic: 'sum' },
    ]);
    const rule = { aboveBound: 'clamp', betweenQuanta: 'round-nearest', missing: 'zero' };
    expect(holder.data.measures).toEqual([
      {
        name: 'spend',
        column: 'total',
        rule: { ...rule, quantum: '0.01', bound: '500', aboveBound: 'refuse' },
      },
      { name: 'bought', column: 'bought', rule: { ...rule, quantum: '1', bound: '1' } },
    ]);
  });

  it('takes what it knows of the experiment, a ledger with its limits, and several outputs', () => {
    const workspace = new Workspace();
    const experiment = { shares: { seen: 0.5, 'held out': 0.5 }, costs: { seen: 1250.5 } };
    const path = workspace.session('session.yaml', {
      ...GOOD,
      connect: 'wss://127.0.0.1:1',
      tls: { identity: 'a', peer: `sha256:${'0'.repeat(64)}` },
      experiment,
      ledger: { file: 'spent.jsonl' },
      output: ['report.json', 'report.html'],
    });
    expect(readSessionPlan(path, {})).toMatchObject({
      experiment,
      ledger: { path: workspace.path('spent.jsonl'), limit: { epsilon: '10', delta: '0.00001' } },
      outputPaths: [workspace.path('report.json'), workspace.path('report.html')],
    });
  });

  it('takes an engine from the environment before its own', () => {
    const path = new Workspace().session('session.yaml', { ...GOOD, engine: 'wasm' });
    expect(readSessionPlan(path, { VESICA_ENGINE: 'noble' }).engine).toBe('noble');
    expect(readSessionPlan(path, { VESICA_ENGINE: '' }).engine).toBe('wasm');
  });
});

describe('a key', () => {
  const strict = [
    '',
    'data.',
    'arms.',
    'privacy.',
    'share.',
    'timeouts.',
    'tls.',
    'experiment.',
    'ledger.',
    'data.csv.',
    'data.consent.',
  ];
  it.each(strict)('that does not exist is named: %ssurprise', (prefix) => {
    const complete = {
      ...GOOD,
      data: { ...GOOD.data, csv: {}, consent: { column: 'c', equals: true } },
      privacy: {},
      share: {},
      timeouts: {},
      tls: { identity: 'a', peer: 'b' },
      experiment: {},
      ledger: { file: 'a' },
    };
    const error = refusal(withValue(complete, `${prefix}surprise`, 1));
    expect(error).toMatchObject({ code: 'config/invalid', field: `${prefix}surprise` });
    expect(error.message).toContain('is not a key that exists here');
  });

  it.each(['party', 'mode', 'role', 'profile', 'data', 'data.identifiers', 'arms.control', 'arms.treatment'])(
    'that is missing is named: %s',
    (path) => {
      const error = refusal(withValue(GOOD, path, undefined));
      expect(error).toMatchObject({ code: 'config/invalid', field: path });
      expect(error.message).toContain(`${path} is missing`);
    },
  );

  it.each([
    ['party', 7],
    ['party', ''],
    ['connect', []],
    ['mode', 'join'],
    ['role', 'boss'],
    ['profile', 'none'],
    ['purpose', 'x'.repeat(201)],
    ['data.identifiers', {}],
    ['data.identifiers.mail', 'e-mail'],
    ['data.cohorts', []],
    ['data.cohorts', Array.from({ length: 9 }, (_, i) => `c${i}`)],
    ['data.region', 'Nederland'],
    ['data.onAmbiguousCohort', 'guess'],
    ['arms.treatment', []],
    ['privacy.disclosure', 'all'],
    ['privacy.epsilon', [1]],
    ['privacy.minCell', 0],
    ['privacy.minCell', 2.5],
    ['privacy.minList', -1],
    ['share.labels', 'yes'],
    ['select', 'all'],
    ['threads', 0],
    ['maxElements', 0],
    ['memory.limitMiB', 0],
    ['memory.spoolFolder', ''],
    ['engine', 'no engine'],
    ['timeouts.idleSeconds', 0],
    ['timeouts.connectSeconds', 86_401],
  ])('of the wrong type or range is named: %s = %j', (path, value) => {
    const error = refusal(withValue(GOOD, path, value));
    expect(error).toMatchObject({ code: 'config/invalid' });
    expect(error.field).toMatch(new RegExp(`^${path.replaceAll('.', '\\.')}`));
    expect(error.message).toContain(path);
  });

  it.each(['mode', 'role', 'profile'])('with a closed set of values says which: %s', (path) => {
    expect(refusal(withValue(GOOD, path, 'x')).message).toMatch(/: \w[\w-]*(, \w[\w-]*)+/);
  });
});

describe('keys that do not fit each other', () => {
  const json = 'report.json';
  it.each<[string, string, object]>([
    ['neither connect nor listen', 'connect', { ...GOOD, connect: undefined }],
    ['both connect and listen', 'connect', { ...GOOD, listen: '127.0.0.1:1' }],
    ['a role of another mode', 'role', { ...GOOD, mode: 'psi', privacy: {} }],
    ['role both in psi-ca', 'role', { ...PSI, mode: 'psi-ca' }],
    ['cohorts without cohort columns', 'data.cohorts', withValue(GOOD, 'data.cohorts', undefined)],
    ['cohort columns without the role', 'data.cohorts', withValue(PSI, 'data.cohorts', ['arm'])],
    ['arms in a column that is no cohort', 'arms.column', withValue(GOOD, 'arms.column', 'other')],
    ['arms for a role without cohorts', 'arms.column', { ...PSI, arms: GOOD.arms }],
    ['an arm named twice', 'arms', withValue(GOOD, 'arms.treatment', ['seen', 'seen'])],
    ['the control arm as a treatment', 'arms', withValue(GOOD, 'arms.treatment', ['held out'])],
    ['exact counts in aggregate', 'privacy.disclosure', { ...GOOD, privacy: { disclosure: 'exact' } }],
    ['a disclosure in psi', 'privacy.disclosure', { ...PSI, privacy: { disclosure: 'dp' } }],
    ['an output of no known kind', 'output', { ...PSI, output: 'rows.xlsx' }],
    ['rows of a mode that has none', 'output', { ...GOOD, output: 'rows.csv' }],
    ['rows for a side that learns none', 'output', { ...PSI, role: 'sender', output: 'rows.csv' }],
    ['a selection without rows', 'select', { ...PSI, output: json, select: 'matched' }],
    ['a selection without output', 'select', { ...PSI, select: 'unmatched' }],
    [
      'two types in a mode that counts people',
      'data.identifiers',
      { ...PSI, mode: 'psi-ca', role: 'sender' },
    ],
    [
      'two columns of one type in a mode that counts people',
      'data.identifiers',
      { ...GOOD, data: { ...GOOD.data, identifiers: { mail: 'email', other: 'email' } } },
    ],
    [
      'measures that one side is not to know',
      'measures',
      { ...GOOD, measures: [{ name: 'a', bound: 2 }], share: { results: false } },
    ],
    [
      'a ledger of a side that tells no figure',
      'ledger',
      {
        ...GOOD,
        tls: { identity: 'a', peer: `sha256:${'0'.repeat(64)}` },
        ledger: { file: 'a' },
        share: { results: false },
      },
    ],
    [
      'squares of a yes or no',
      'measures.statistic',
      { ...GOOD, measures: [{ name: 'a', bound: 1, statistic: 'sum-and-squares' }] },
    ],
    ['a fingerprint that is none', 'tls.peer', { ...GOOD, tls: { identity: 'a', peer: 'sha256:12' } }],
    ['measures in a mode that sums none', 'measures', { ...PSI, measures: [{ name: 'a', bound: 1 }] }],
    ...(['column', 'aboveBound', 'betweenQuanta', 'missing'] as const).map((key) => {
      const value = { column: 'c', aboveBound: 'clamp', betweenQuanta: 'refuse', missing: 'zero' }[key];
      const content = { ...GOOD, measures: [{ name: 'a', bound: 1, [key]: value }] };
      return [`${key} on the side without values`, `measures.${key}`, content] as [string, string, object];
    }),
    ['a bound that is none', 'measures.a.bound', { ...GOOD, measures: [{ name: 'a', bound: 0 }] }],
    [
      'a quantum that is none',
      'measures.a.quantum',
      { ...GOOD, measures: [{ name: 'a', bound: 1, quantum: 'x' }] },
    ],
    ['a ledger without identities', 'ledger', { ...GOOD, ledger: { file: 'a' } }],
    [
      'a ledger of rows',
      'ledger',
      { ...PSI, tls: { identity: 'a', peer: `sha256:${'0'.repeat(64)}` }, ledger: { file: 'a' } },
    ],
    ['a share of no arm', 'experiment.shares', { ...GOOD, experiment: { shares: { other: 1 } } }],
    ['a cost of no arm', 'experiment.costs', { ...GOOD, experiment: { costs: { seen: 1, other: 1 } } }],
    [
      'exposure in a column that is no cohort',
      'experiment.exposure.column',
      { ...GOOD, experiment: { exposure: { column: 'saw', exposed: 'yes' } } },
    ],
    [
      'frequency in a column that is no cohort',
      'experiment.frequency.column',
      { ...GOOD, experiment: { frequency: { column: 'seen' } } },
    ],
    ...(
      [
        ['regions in a column that is no cohort', 'experiment.geo.region', { region: 'town' }],
        ['periods in a column that is no cohort', 'experiment.geo.period', { period: 'week' }],
        ['regions that are the periods', 'experiment.geo.period', { period: 'place' }],
        ['a treated region twice', 'experiment.geo.treated', { treated: ['a', 'a'] }],
        ['no treated region', 'experiment.geo.treated', { treated: [] }],
        ['a geo experiment without a start', 'experiment.geo.startsAt', { startsAt: undefined }],
      ] as const
    ).map(([what, field, more]): [string, string, object] => {
      const geo = { region: 'place', period: 'arm', treated: ['a'], startsAt: 'b', ...more };
      return [what, field, { ...GOOD, experiment: { geo } }];
    }),
    ['an output twice', 'output', { ...GOOD, output: ['a.json', 'a.json'] }],
    ['a listening address that is none', 'listen', { ...PSI, listen: 'somewhere' }],
  ])('%s', (_, field, content) => {
    const error = refusal(content);
    expect(error).toMatchObject({ code: 'config/invalid', field });
    expect(error.message).not.toContain('undefined');
  });

  it.each([
    ['privacy.epsilon', 0],
    ['privacy.epsilon', 21],
    ['privacy.epsilon', 'much'],
    ['privacy.delta', 0],
    ['privacy.delta', 0.5],
    ['ledger.epsilon', 21],
    ['ledger.delta', 0],
  ])('noise that protects nobody: %s = %s', (field, value) => {
    const base = { ...GOOD, tls: { identity: 'a', peer: `sha256:${'0'.repeat(64)}` }, ledger: { file: 'a' } };
    expect(refusal(withValue(base, field, value))).toMatchObject({ code: 'dp/invalid-parameter', field });
  });

  it('an epsilon with more digits than both sides could write alike', () => {
    const error = refusal({ ...GOOD, privacy: { epsilon: '1.00000000000000000001' } });
    expect(error).toMatchObject({ code: 'config/invalid', field: 'privacy.epsilon' });
  });
});

describe('a file that is no session file', () => {
  it.each([
    ['a tab for indentation', 'party: a\ndata:\n\tsource: x\n', 3],
    ['an open bracket', 'party: a\nmode: [psi\nrole: both\n', 3],
    ['a key twice', 'party: a\nmode: psi\nparty: b\n', 3],
    ['two documents', 'party: a\n---\nparty: b\n', 2],
  ])('names the line: %s', (_, text, line) => {
    const error = refusal(text);
    expect(error.code).toBe('config/invalid');
    expect(error.message).toContain(`line ${line}:`);
  });

  it.each([
    ['empty', ''],
    ['a list', '- a\n- b\n'],
    ['an alias to nothing', 'party: *x\n'],
    [
      'aliases that grow without end',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${['ab', 'bc', 'cd', 'de', 'ef', 'fg'].map(([from, to]) => `${to}: &${to} [${`*${from},`.repeat(10)}]`).join('\n')}\n`,
    ],
    ['a key called __proto__', '__proto__: { party: a }\n'],
  ])('is refused: %s', (_, text) => {
    expect(refusal(text).code).toBe('config/invalid');
  });

  it('is not there', () => {
    const path = new Workspace().path('absent.yaml');
    expect(() => readSessionPlan(path, {})).toThrow(expect.objectContaining({ code: 'config/unreadable' }));
  });
});
