import { describe, expect, it } from 'vitest';
import { instantiate, moduleBytes, supportsSimd, webAssembly } from '../../../src/group/wasm/instance.js';
import { WORKING_END, WORKING_START } from '../../../src/group/wasm/layout.js';
import { buildModule } from '../../../src/group/wasm/module.js';
import { createWasmKernel } from '../../../src/group/wasm/index.js';

describe('the committed module', () => {
  it('is what the generator makes (otherwise: npm run build:wasm)', () => {
    expect(Buffer.compare(moduleBytes(), buildModule())).toBe(0);
  });

  it('is made the same twice', () => {
    expect(Buffer.compare(buildModule(), buildModule())).toBe(0);
  });

  it('exports the stages and its memory, nothing else', () => {
    const instance = new webAssembly.Instance(new webAssembly.Module(moduleBytes()));
    expect(Object.keys(instance.exports).sort()).toEqual([
      'addLanes',
      'decode',
      'encode',
      'encodeDoubles',
      'expand',
      'map',
      'memory',
      'multiply',
      'multiplyAdd',
      'multiplyBase',
      'recode',
      'walk',
    ]);
  });

  it('wipes all of the working memory', () => {
    const { memory, wipe } = instantiate();
    memory.fill(0xa5, WORKING_START);
    wipe();
    expect(memory.length).toBe(WORKING_END);
    expect(memory.subarray(WORKING_START).every((byte) => byte === 0)).toBe(true);
    expect(memory.subarray(0, WORKING_START).some((byte) => byte !== 0)).toBe(true);
  });
});

describe('createWasmKernel', () => {
  it('says what is missing when SIMD is not supported', () => {
    expect(supportsSimd()).toBe(true);
    const { validate } = webAssembly;
    try {
      webAssembly.validate = () => false;
      expect(() => createWasmKernel()).toThrow(/128-bit SIMD/);
    } finally {
      webAssembly.validate = validate;
    }
  });

  it('makes kernels that do not share memory', () => {
    const [first, second] = [createWasmKernel(), createWasmKernel()];
    expect(first).not.toBe(second);
    expect([first.name, first.variant]).toEqual(['wasm', 'simd128']);
  });
});
