import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/group/index.js';
import { availableEngines, chooseEngine, createEngine } from '../../src/group/index.js';
import { selfTest } from '../../src/group/self-test.js';

describe('choice of an engine', () => {
  it('takes the best one, or the one that is asked for', () => {
    const [best] = availableEngines();
    expect(chooseEngine()).toMatchObject(best!);
    for (const { name, variant } of availableEngines()) {
      expect(chooseEngine(`${name}:${variant}`)).toMatchObject({ name, variant });
    }
    expect(availableEngines().map(({ name }) => name)).toContain('noble');
  });

  it.each(['fast', 'noble:simd', 'native:sse2', ''])('refuses %j, which does not exist', (wanted) => {
    expect(() => createEngine(wanted)).toThrow(expect.objectContaining({ code: 'group/engine-unavailable' }));
  });
});

describe('self-test', () => {
  const noble = createEngine('noble');
  const broken: Partial<Record<keyof Engine, Partial<Engine>>> = {
    hashToGroup: { hashToGroup: (batch, dst) => flip(noble.hashToGroup(batch, dst)) },
    hashAndMultiply: {
      hashAndMultiply: (batch, dst, scalar) => flip(noble.hashAndMultiply(batch, dst, scalar)),
    },
    mapToGroup: { mapToGroup: (uniform) => flip(noble.mapToGroup(uniform)) },
    multiply: {
      multiply: (elements, scalar) => ({
        ...noble.multiply(elements, scalar),
        validity: Uint8Array.of(255, 255, 1),
      }),
    },
    multiplyBase: { multiplyBase: (scalars) => flip(noble.multiplyBase(scalars)) },
    multiplyAdd: { multiplyAdd: (a, b, c) => (c.length > 0 ? a : b) },
    sum: { sum: (...given) => ({ ...noble.sum(...given), sums: flip(noble.sum(...given).sums) }) },
    walk: { walk: (start, step, count) => flip(noble.walk(start, step, count)) },
  };

  it.each(Object.entries(broken))('finds a broken %s', (_, operation) => {
    expect(() => selfTest({ ...noble, ...operation })).toThrow(
      expect.objectContaining({ code: 'group/self-test-failed' }),
    );
  });

  /** The last bit of the last element, wrong. */
  function flip(bytes: Uint8Array): Uint8Array {
    return bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));
  }
});
