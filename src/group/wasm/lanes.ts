/**
 * Additions of single points wherever they stand. Sums by group and the start of a walk add points that lie in any lane of
 * any vector: a job names the lanes of two points and of their sum, and four jobs are gathered, added and scattered at a
 * time. Addresses come from public group numbers.
 */
import type { ModuleBuilder } from './assembler.js';
import { at, fixed, LANES, WORD_BYTES } from './field.js';
import { FieldCode, type FieldRoutines } from './field-code.js';
import { i32, i32x4, v128, type I32 } from './instructions.js';
import { JOB_VECTOR_BYTES, JOBS, POINT_BYTES, POINTS, VALIDITY, WALK_POINTS, WALK_STEP } from './layout.js';
import { addPoint, cachedAt, copyPoint, pointAt, toCached, type PointRoutines } from './points.js';

const POINT_WORDS = POINT_BYTES / WORD_BYTES;

/** addLanes(count): count vectors of jobs, in order. Jobs of one vector must not need each other's sums. */
export function defineAddLanes(module: ModuleBuilder, field: FieldRoutines, points: PointRoutines): void {
  const first = module.temporary(POINT_BYTES);
  const second = module.temporary(POINT_BYTES);
  const cached = cachedAt(fixed(module.temporary(POINT_BYTES)));
  module.define(
    1,
    (fn) => {
      const code = new FieldCode(fn, field);
      fn.repeat(fn.parameter(0), (index) => {
        const jobs = fn.keep(i32.mul(index.get, i32.constant(JOB_VECTOR_BYTES)));
        const addresses = Array.from({ length: 3 * LANES }, (_, k) =>
          fn.keep(i32.load(at(jobs, JOBS + 4 * k))),
        );
        const gather = (lanes: readonly I32[], offset: I32): ReturnType<typeof i32x4.constant> =>
          lanes.reduce(
            (words, address, lane) => i32x4.withLane(words, lane, i32.load(at(i32.add(address, offset)))),
            i32x4.constant(0),
          );
        fn.repeat(i32.constant(POINT_WORDS), (word) => {
          const offset = fn.keep(i32.mul(word.get, i32.constant(WORD_BYTES)));
          fn.emit(v128.store(at(offset, first), gather(addresses.slice(0, LANES), offset)));
          fn.emit(v128.store(at(offset, second), gather(addresses.slice(LANES, 2 * LANES), offset)));
        });
        toCached(code, cached, pointAt(fixed(second)));
        addPoint(code, points, pointAt(fixed(first)), cached, 'extended');
        fn.repeat(i32.constant(POINT_WORDS), (word) => {
          const offset = fn.keep(i32.mul(word.get, i32.constant(WORD_BYTES)));
          const sums = fn.keep(v128.load(at(offset, first)));
          addresses.slice(2 * LANES).forEach((address, lane) => {
            fn.emit(i32.store(at(i32.add(address, offset)), i32x4.lane(sums, lane)));
          });
        });
      });
    },
    'addLanes',
  );
}

/** walk(vectors): the next points of the walk, valid all of them. WALK_POINTS moves on. */
export function defineWalk(module: ModuleBuilder, field: FieldRoutines, points: PointRoutines): void {
  const step = cachedAt(fixed(module.temporary(POINT_BYTES)));
  module.define(
    1,
    (fn) => {
      const code = new FieldCode(fn, field);
      const current = pointAt(fixed(WALK_POINTS));
      toCached(code, step, pointAt(fixed(WALK_STEP)));
      fn.repeat(fn.parameter(0), (index) => {
        const out = fn.keep(i32.add(i32.constant(POINTS), i32.mul(index.get, i32.constant(POINT_BYTES))));
        copyPoint(code, pointAt(at(out), 'empty'), current);
        addPoint(code, points, current, step, 'extended');
        fn.emit(v128.store(at(i32.mul(index.get, i32.constant(WORD_BYTES)), VALIDITY), i32x4.constant(-1)));
      });
    },
    'walk',
  );
}
