import { describe, expect, it } from 'vitest';
import type { VesicaError } from '../../src/errors.js';
import { asVesicaError } from '../../src/errors.js';
import type { Inventory, Terms } from '../../src/protocol/index.js';
import { LIMITS, NO_ARMS, Session, decodeMessage, encodeMessage } from '../../src/protocol/index.js';
import { inventoryMessage, requireSoundInventory } from '../../src/protocol/inventory.js';
import { dummiesPerCell } from '../../src/protocol/dummies.js';
import { TERMS, settingsOf } from '../support/session-pair.js';

// Window, chunk, depth, values and texts have their edges in streams, codec and handshake tests.

function refusal(work: () => unknown): VesicaError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return asVesicaError(error);
  }
}

const aggregate: Terms = { ...TERMS, mode: 'aggregate', disclosure: 'exact', initiatorRole: 'cohorts' };
const inventory = (change: Partial<Inventory>): Inventory => ({
  size: 0,
  dimensions: [],
  arms: NO_ARMS,
  cells: [],
  ...change,
});

describe('limits at their edge and one past it', () => {
  it('elements', () => {
    const start = (size: number) => {
      const settings = settingsOf('initiator', { names: [] }, TERMS);
      return new Session({ ...settings, inventory: inventory({ size }) });
    };
    expect(start(LIMITS.elements).state).toBe('greeting');
    expect(refusal(() => start(LIMITS.elements + 1))).toMatchObject({
      code: 'limit/elements',
      field: 'data',
    });
  });

  it('cells', () => {
    const check = (count: number) =>
      requireSoundInventory(
        inventory({ cells: Array.from({ length: count }, () => ({ size: 0, label: [] })) }),
        aggregate,
        'initiator',
      );
    expect(refusal(() => check(LIMITS.cells))).toBeUndefined();
    expect(refusal(() => check(LIMITS.cells + 1))).toMatchObject({
      code: 'limit/cells',
      field: 'data.cohorts',
    });
  });

  it('dimensions', () => {
    const check = (count: number) => {
      const dimensions = Array.from({ length: count }, (_, i) => `d${i}`);
      const cells = [{ size: 0, label: dimensions }];
      requireSoundInventory(inventory({ dimensions, cells }), aggregate, 'initiator');
    };
    expect(refusal(() => check(LIMITS.dimensions))).toBeUndefined();
    expect(refusal(() => check(LIMITS.dimensions + 1))).toMatchObject({ code: 'limit/cells' });
  });

  it('labels of all cells together, which then still fit a frame with everything else at its limit', () => {
    const perCell = LIMITS.labelBytes / LIMITS.cells;
    const label = Array.from({ length: LIMITS.dimensions }, () => 'x'.repeat(perCell / LIMITS.dimensions));
    const full = (names: readonly string[]): Inventory =>
      inventory({
        size: LIMITS.elements * LIMITS.cells,
        dimensions: names,
        cells: Array.from({ length: LIMITS.cells }, () => ({ size: LIMITS.elements, label })),
      });
    const check = (names: readonly string[]) =>
      requireSoundInventory({ ...full(names), size: 0, cells: zeroed(full(names)) }, aggregate, 'initiator');
    const zeroed = ({ cells }: Inventory) => cells.map((cell) => ({ ...cell, size: 0 }));
    const empty = label.map(() => '');
    expect(refusal(() => check(empty))).toBeUndefined();
    expect(refusal(() => check([...empty.slice(1), 'x']))).toMatchObject({
      code: 'limit/text',
      field: 'data.cohorts',
    });
    const frame = encodeMessage({
      ...inventoryMessage(full(empty), aggregate, new Uint8Array(32)),
      size: LIMITS.elements,
    });
    expect(frame.length).toBeLessThan(LIMITS.frameBytes);
  });

  it('dummies', () => {
    const terms = { ...TERMS, disclosure: 'dp', epsilon: '0.01', delta: '0.001' } as const;
    const perCell = dummiesPerCell(terms, 1);
    const most = Math.floor(LIMITS.dummies / perCell);
    expect(dummiesPerCell(terms, most)).toBe(perCell);
    expect(refusal(() => dummiesPerCell(terms, most + 1))).toMatchObject({
      code: 'limit/dummies',
      field: 'privacy.epsilon',
    });
  });

  it('frame', () => {
    const frame = (length: number) => refusal(() => decodeMessage(new Uint8Array(length)));
    expect(frame(LIMITS.frameBytes)).toMatchObject({ code: 'peer/malformed-message' });
    expect(frame(LIMITS.frameBytes + 1)).toMatchObject({ code: 'limit/frame', field: 'frameBytes' });
  });
});
