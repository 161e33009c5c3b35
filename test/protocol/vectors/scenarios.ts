import type { IdentifierType } from '../../../src/group/index.js';
import type { Arms, Terms } from '../../../src/protocol/index.js';
import { NO_ARMS } from '../../../src/protocol/index.js';

/** One party's rows: normalised identifiers, each with its type and, in `aggregate`, its cell. */
export interface PartyRows {
  readonly rows: readonly {
    readonly type: IdentifierType;
    readonly identifier: string;
    readonly cell?: number;
    /** Quanta of each measure. */
    readonly values?: readonly number[];
  }[];
  readonly cells?: {
    readonly dimensions: readonly string[];
    readonly arms: Arms;
    readonly labels: readonly (readonly string[])[];
  };
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly terms: Partial<Terms>;
  readonly initiator: PartyRows;
  readonly responder: PartyRows;
  /** The session recorded is a second one: both sides keep the answer of the first. */
  readonly replayed?: boolean;
}

const people = ['ada', 'grace', 'katherine', 'dorothy', 'mary', 'annie', 'hedy', 'joan'];
const emails = (from: number, to: number): PartyRows['rows'] =>
  people.slice(from, to).map((person) => ({ type: 'email', identifier: `${person}@example.com` }));

const dp = { disclosure: 'dp', epsilon: '3', delta: '0.001' } as const;

const buyers: PartyRows = {
  rows: emails(1, 4).map((row, i) => ({ ...row, values: [i % 2, [131_072, 0, 99_999][i] ?? 0] })),
};
const twoArms: PartyRows = {
  rows: emails(0, 4).map((row, i) => ({ ...row, cell: i % 2 })),
  cells: {
    dimensions: ['arm'],
    arms: { column: 'arm', treatment: ['ad'], control: 'none' },
    labels: [['ad'], ['none']],
  },
};
const measured = {
  mode: 'aggregate',
  initiatorRole: 'measures',
  measures: [
    { name: 'bought', quantum: '1', bound: '1', statistic: 'sum' },
    { name: 'spent', quantum: '0.01', bound: '1310.72', statistic: 'sum-and-squares' },
  ],
} as const satisfies Partial<Terms>;

/** One scenario, one file. All lists are short: what they test is the protocol, not the network. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'psi-receiver',
    about: 'The initiator learns which of its five rows are among the four of the responder.',
    terms: { mode: 'psi', initiatorRole: 'receiver' },
    initiator: { rows: emails(0, 5) },
    responder: { rows: emails(3, 7) },
  },
  {
    name: 'psi-both',
    about:
      'Both sides learn the common rows. Keys of two types: one text is an e-mail on one side and no match elsewhere.',
    terms: { mode: 'psi', initiatorRole: 'both', keyTypes: ['email', 'phone'], purpose: 'reference vectors' },
    initiator: {
      rows: [
        ...emails(0, 3),
        { type: 'phone', identifier: '+14155550123' },
        { type: 'phone', identifier: 'ada@example.com' },
      ],
    },
    responder: { rows: [{ type: 'phone', identifier: '+14155550123' }, ...emails(2, 5)] },
  },
  {
    name: 'psi-empty',
    about: 'An empty list against one row: the streams of the empty list have no chunk at all.',
    terms: { mode: 'psi', initiatorRole: 'both' },
    initiator: { rows: [] },
    responder: { rows: emails(0, 1) },
  },
  {
    name: 'psi-ca-exact',
    about: 'Both sides learn exactly how many rows they have in common, and not which.',
    terms: { mode: 'psi-ca', initiatorRole: 'receiver', disclosure: 'exact' },
    initiator: { rows: emails(0, 6) },
    responder: { rows: emails(4, 8) },
  },
  {
    name: 'psi-ca-dp',
    about:
      'Both sides learn a noisy count: the receiver one with the dummies of the sender, the sender one with noise that the receiver adds.',
    terms: { mode: 'psi-ca', initiatorRole: 'sender', ...dp },
    initiator: { rows: emails(2, 8) },
    responder: { rows: emails(0, 5) },
  },
  {
    name: 'psi-ca-dp-kept',
    about: 'As psi-ca-dp, and the receiver keeps its count to itself.',
    terms: { mode: 'psi-ca', initiatorRole: 'receiver', shareResults: false, ...dp },
    initiator: { rows: emails(0, 4) },
    responder: { rows: emails(1, 4) },
  },
  {
    name: 'aggregate-dp',
    about: 'Noisy counts by cell: two arms, and one cell that is empty.',
    terms: { mode: 'aggregate', initiatorRole: 'measures', ...dp },
    initiator: { rows: emails(1, 7) },
    responder: {
      rows: emails(0, 6).map((row, i) => ({ ...row, cell: i % 2 === 0 ? 2 : 0 })),
      cells: {
        dimensions: ['arm', 'region'],
        arms: { column: 'arm', treatment: ['ad'], control: 'none' },
        labels: [
          ['ad', 'north'],
          ['ad', 'south'],
          ['none', 'north'],
        ],
      },
    },
  },
  {
    name: 'aggregate-measures',
    about:
      'Noisy counts and encrypted sums by cell: whether somebody bought, and for how much, with squares in a unit above 1.',
    initiator: buyers,
    responder: twoArms,
    terms: { ...dp, ...measured, epsilon: '20' },
  },
  {
    name: 'aggregate-replayed',
    about:
      'The same request a second time: both sides keep the answer of a finished session and give it again.',
    initiator: {
      rows: buyers.rows.map(({ values = [], ...row }) => ({ ...row, values: values.slice(0, 1) })),
    },
    responder: twoArms,
    terms: { ...dp, ...measured, epsilon: '2', measures: measured.measures.slice(0, 1) },
    replayed: true,
  },
];

export const NO_CELLS = { dimensions: [], arms: NO_ARMS, labels: [] } as const;
