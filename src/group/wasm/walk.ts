/**
 * The start of a walk. Points are kept halved, so that the encoding of doubles gives start + i step with one inversion a
 * chunk: both points are multiplied by the scalar one, which the multiplication halves. The four lanes then hold
 * i = 0, 1, 2, 3 and move by four steps at a time. Nothing here is secret.
 */
import { laneIsValid, type EngineInstance } from './instance.js';
import { laneAddress, pointLane, readPoint, runJobs, writePoint, PACKED_POINT_WORDS } from './jobs.js';
import { INPUT, SHARED_SCALAR, SUMS, WALK_POINTS, WALK_STEP } from './layout.js';

/** Prepares WALK_POINTS and WALK_STEP. Throws when the start or the step does not decode; both may be the identity. */
export function startWalk(engine: EngineInstance, start: Uint8Array, step: Uint8Array): void {
  const { stages, memory } = engine;
  memory.set(start.subarray(0, 32), INPUT);
  memory.set(step.subarray(0, 32), INPUT + 32);
  stages.decode(1, -1);
  for (const [lane, name] of ['start', 'step'].entries()) {
    if (!laneIsValid(memory, lane))
      throw new RangeError(`walk: the ${name} is not the encoding of an element`);
  }
  memory[SHARED_SCALAR] = 1;
  stages.recode();
  stages.multiply(1);

  const [startLane, stepLane] = [pointLane(0), pointLane(1)];
  const twoSteps = pointLane(0, SUMS);
  const walkLane = (lane: number): number => laneAddress(WALK_POINTS, lane);
  const words = new Int32Array(memory.buffer);
  const point = new Int32Array(PACKED_POINT_WORDS);
  readPoint(words, startLane, point, 0);
  writePoint(words, walkLane(0), point, 0);
  runJobs(engine, [
    { first: startLane, second: stepLane, sum: walkLane(1) },
    { first: stepLane, second: stepLane, sum: twoSteps },
  ]);
  runJobs(engine, [
    { first: startLane, second: twoSteps, sum: walkLane(2) },
    { first: walkLane(1), second: twoSteps, sum: walkLane(3) },
    ...[0, 1, 2, 3].map((lane) => ({ first: twoSteps, second: twoSteps, sum: laneAddress(WALK_STEP, lane) })),
  ]);
}
