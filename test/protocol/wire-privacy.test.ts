import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HASH_TO_GROUP_DST, createEngine, keyTypeCode, type GroupOperations } from '../../src/group/index.js';
import type { Side, Terms } from '../../src/protocol/index.js';
import { decodeMessage } from '../../src/protocol/index.js';
import type { PairRun, TestSide } from '../support/session-pair.js';
import { listOf, operations, runPair } from '../support/session-pair.js';
import { cheapOperations } from './support/cheap-operations.js';
import type { Recording } from './support/recorder.js';
import { record } from './support/recorder.js';
import { SIDES, cheapPair, emails } from './support/stepping.js';

interface Observed {
  readonly run: PairRun;
  readonly recordings: Readonly<Record<Side, Recording>>;
}

/** A session with everything either side asked of the group written down; in the real group unless told otherwise. */
async function observe(
  terms: Partial<Terms>,
  initiator: TestSide,
  responder: TestSide,
  group: GroupOperations = operations,
): Promise<Observed> {
  const recordings = { initiator: record(group), responder: record(group) };
  const settings = (side: Side) => ({ settings: { operations: recordings[side].operations } });
  const pair = cheapPair(
    terms,
    { ...initiator, ...settings('initiator') },
    { ...responder, ...settings('responder') },
  );
  const run = await runPair(pair.initiator, pair.responder);
  expect(run.errors).toEqual({});
  return { run, recordings };
}

/** Items of a stage that a side sent, in order. */
function sentItems({ run }: Observed, side: Side, stage: string): Buffer {
  const chunks = run.frames.flatMap(({ from, frame }) => {
    const message = decodeMessage(frame);
    return from === side && message.type === 'chunk' && message.stage === stage ? [message.items] : [];
  });
  return Buffer.concat(chunks);
}
const cut = (bytes: Uint8Array, width: number): string[] =>
  Array.from({ length: bytes.length / width }, (_, i) =>
    Buffer.from(bytes.subarray(i * width, (i + 1) * width)).toString('hex'),
  );

const names = { initiator: emails('ada.lovelace', 6), responder: emails('ada.lovelace', 4) };
const cohorts: TestSide = {
  names: names.initiator,
  cellOf: [0, 1, 0, 1, 0, 1],
  labels: ['withheld-label', 'treated'],
};
const dp = { disclosure: 'dp', epsilon: '4', delta: '0.001' } as const;
const SESSIONS: readonly (readonly [string, Partial<Terms>, TestSide])[] = [
  ['psi', { initiatorRole: 'both' }, { names: names.initiator }],
  ['psi-ca', { mode: 'psi-ca', ...dp }, { names: names.initiator }],
  ['aggregate', { mode: 'aggregate', initiatorRole: 'cohorts', shareLabels: false, ...dp }, cohorts],
];
const responder: TestSide = { names: names.responder };

describe('what goes over the wire', () => {
  it.each(SESSIONS)(
    '%s: no identifier, match key, hashed element or scalar, in any spelling',
    async (_, terms, initiator) => {
      const observed = await observe(terms, initiator, responder);
      const wire = Buffer.concat(observed.run.frames.map(({ frame }) => frame));
      const engine = createEngine('noble');
      for (const side of SIDES) {
        const { batch } = listOf(names[side]);
        const hashed = engine.hashToGroup(batch, HASH_TO_GROUP_DST);
        const secrets = [
          ...names[side].map((name) => Buffer.from(name)),
          Buffer.from('ada.lovelace'),
          Buffer.from('withheld-label'),
          ...[batch.keys, hashed, observed.recordings[side].blinds[0]!.scalar].flatMap((bytes) =>
            cut(bytes, 32).flatMap((hex) => [
              // A tag is a beginning of an element; ten bytes do not occur by chance.
              Buffer.from(hex, 'hex').subarray(0, 10),
              Buffer.from(hex, 'hex').subarray(22),
              Buffer.from(hex.slice(0, 20)),
              Buffer.from(Buffer.from(hex, 'hex').subarray(0, 15).toString('base64')),
            ]),
          ),
        ];
        for (const secret of secrets) expect(wire.includes(secret)).toBe(false);
      }
      // The search does find what is there: blinded elements, and a key slipped in.
      const blinded = cut(observed.recordings.responder.blinds[0]!.elements, 32);
      for (const hex of blinded) expect(wire.includes(Buffer.from(hex, 'hex').subarray(0, 10))).toBe(true);
      const key = createHash('sha256').update(names.responder[2]!).digest();
      expect(Buffer.concat([wire, key]).includes(key.subarray(22))).toBe(true);
    },
  );

  it('differs in every element between two sessions over the same lists', async () => {
    const seen = new Set<string>();
    let sent = 0;
    for (let run = 0; run < 2; run += 1) {
      const observed = await observe({ initiatorRole: 'both' }, { names: names.initiator }, responder);
      for (const side of SIDES) {
        for (const element of cut(sentItems(observed, side, 'elements'), 32)) {
          seen.add(element);
          sent += 1;
        }
      }
    }
    expect([sent, seen.size]).toEqual([20, 20]);
  });
});

describe('the order of what goes over the wire', () => {
  /** Positions in the side's own list of the keys that it blinded, in the order they went out. */
  function orderOf({ recordings }: Observed, side: Side): number[] {
    const own = cut(listOf(names[side]).batch.keys, 32);
    return recordings[side].blinds
      .flatMap(({ batch }) => cut(batch.keys, 32))
      .map((key) => own.indexOf(key))
      .filter((position) => position >= 0);
  }

  it('is neither that of the list nor sorted, and differs from run to run', async () => {
    const long = emails('ada.lovelace', 24);
    const own = cut(listOf(long).batch.keys, 32);
    const orders = new Set<string>();
    for (let run = 0; run < 2; run += 1) {
      const observed = await observe({}, { names: long }, { names: ['x'] });
      const blinded = observed.recordings.initiator.blinds[0]!;
      const order = cut(blinded.batch.keys, 32).map((key) => own.indexOf(key));
      // Each of these has chance 1/24! of going out in order for no reason.
      expect(order).not.toEqual(long.map((_, i) => i));
      expect(order.toSorted((a, b) => a - b)).toEqual(long.map((_, i) => i));
      const elements = cut(sentItems(observed, 'initiator', 'elements'), 32);
      expect(elements).not.toEqual(elements.toSorted());
      expect(elements).toEqual(cut(blinded.elements, 32));
      orders.add(order.join());
    }
    expect(orders.size).toBe(2);
  });

  it.each(SESSIONS.slice(1))('%s: elements stay in their cells', async (_, terms, initiator) => {
    const observed = await observe(terms, initiator, responder);
    // In the cells of the initiator, in the order of the cells.
    const cellOf = initiator.cellOf ?? names.initiator.map(() => 0);
    const sentCells = orderOf(observed, 'initiator').map((position) => cellOf[position]!);
    expect(sentCells).toEqual(sentCells.toSorted((a, b) => a - b));
  });

  it('has the dummies spread over the list', async () => {
    const terms = { mode: 'psi-ca', disclosure: 'dp', epsilon: '1', delta: '0.001' } as const;
    const observed = await observe(terms, { names: ['x'] }, { names: emails('a', 24) }, cheapOperations);
    const types = [...observed.recordings.responder.blinds[0]!.batch.types];
    const own = types.filter((type) => type === keyTypeCode('email')).length;
    expect([own, types.filter((type) => type === keyTypeCode('dummy')).length]).toEqual([
      24,
      types.length - 24,
    ]);
    // Dummies all before or all after the list would be one arrangement of ten thousand million each.
    expect(types).not.toEqual(types.toSorted((a, b) => a - b));
    expect(types).not.toEqual(types.toSorted((a, b) => b - a));
  });
});

describe('what hides a count', () => {
  it.each(SESSIONS.slice(1))(
    '%s: sorted tags and lists of one length, whatever the noise',
    async (_, terms, initiator) => {
      const lengths = new Set<string>();
      const trueDummies = new Set<number>();
      for (let run = 0; run < 12; run += 1) {
        const noisy = { ...terms, epsilon: '1', delta: '0.001' };
        const observed = await observe(noisy, initiator, responder, cheapOperations);
        const cells = initiator.labels?.length ?? 1;
        const dummies = sentItems(observed, 'initiator', 'dummies').length / 32;
        const perCell = dummies / cells;
        const tagBytes = sentItems(observed, 'responder', 'tags').length / (names.initiator.length + dummies);
        const tags = cut(sentItems(observed, 'responder', 'tags'), tagBytes);

        // The tags of each cell are sorted, so their order says nothing.
        const sizes = initiator.labels === undefined ? [6] : [3, 3];
        let from = 0;
        for (const size of sizes) {
          const cell = tags.slice(from, from + size + perCell);
          expect(cell).toEqual(cell.toSorted());
          from += size + perCell;
        }
        expect(from).toBe(tags.length);

        // How many of the dummies are true differs; how many tags, elements and decoys there are does not.
        const evaluated = observed.recordings.responder.evaluations;
        const dummyTags = new Set(cut(evaluated[0]!.results, 32).map((hex) => hex.slice(0, 2 * tagBytes)));
        expect(dummyTags.size).toBe(dummies);
        trueDummies.add(tags.filter((tag) => dummyTags.has(tag)).length);
        const decoys = observed.recordings.responder.multiples.reduce(
          (sum, { scalars }) => sum + scalars.length / 32,
          0,
        );
        expect(decoys).toBe(dummies);
        lengths.add(observed.run.frames.map(({ frame }) => frame.length).join());
      }
      expect(lengths.size).toBe(1);
      expect(trueDummies.size).toBeGreaterThan(1);
    },
  );
});
