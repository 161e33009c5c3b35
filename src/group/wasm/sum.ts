/**
 * Sums of elements by group. Rows are decoded a chunk at a time; then, for every group and column the chunk touches, its
 * points and the sum so far are added in pairs, level by level. All additions of a level are independent, so they fill the
 * lanes whatever the groups are. Sums so far wait outside the module: its memory does not grow with the number of groups.
 */
import type { SumResult } from '../engine.js';
import { laneIsValid, type EngineInstance } from './instance.js';
import { PACKED_POINT_WORDS, pointLane, readPoint, runJobs, writePoint, type Job } from './jobs.js';
import { CHUNK, INPUT, OUTPUT, SUMS, VALIDITY } from './layout.js';

const ITEM = 32;
const SKIP = 0xffffffff;

export interface SumRequest {
  readonly elements: Uint8Array;
  readonly width: number;
  readonly groups: Uint32Array;
  readonly groupCount: number;
}

/** Sums outside the module, one per group and column; a flag says which have been started. */
interface Sums {
  readonly points: Int32Array;
  readonly started: Uint8Array;
}

export function sumByGroup(engine: EngineInstance, request: SumRequest): SumResult {
  const { width, groups, groupCount } = request;
  if (groups.some((group) => group >= groupCount && group !== SKIP)) {
    throw new RangeError(`sum: a group number is not below the group count ${String(groupCount)}`);
  }
  const size = groupCount * width;
  const sums: Sums = { points: new Int32Array(size * PACKED_POINT_WORDS), started: new Uint8Array(size) };
  const validity = new Uint8Array(Math.ceil(groups.length / 8));
  const rowsPerChunk = Math.floor(CHUNK / width);
  let rows: number[] = [];
  groups.forEach((group, row) => {
    if (group === SKIP) setBit(validity, row);
    else rows.push(row);
    if (rows.length === rowsPerChunk) {
      addRows(engine, request, rows, sums, validity);
      rows = [];
    }
  });
  addRows(engine, request, rows, sums, validity);
  return { sums: encodeSums(engine, sums, size), validity };
}

function setBit(bits: Uint8Array, index: number): void {
  bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
}

/** Decodes some rows, marks the valid ones and adds them to the sums. */
function addRows(
  engine: EngineInstance,
  request: SumRequest,
  rows: readonly number[],
  sums: Sums,
  validity: Uint8Array,
): void {
  const { memory, stages } = engine;
  const { elements, width, groups } = request;
  rows.forEach((row, k) => {
    memory.set(elements.subarray(row * width * ITEM, (row + 1) * width * ITEM), INPUT + k * width * ITEM);
  });
  stages.decode(Math.ceil((rows.length * width) / 4), -1);

  const terms = new Map<number, number[]>(); // sum index -> lanes of its points in this chunk
  rows.forEach((row, k) => {
    const items = Array.from({ length: width }, (_, column) => k * width + column);
    if (!items.every((item) => laneIsValid(memory, item))) return;
    setBit(validity, row);
    items.forEach((item, column) => {
      const index = (groups[row] ?? 0) * width + column;
      const lanes = terms.get(index);
      if (lanes === undefined) terms.set(index, [pointLane(item)]);
      else lanes.push(pointLane(item));
    });
  });

  const words = new Int32Array(memory.buffer);
  [...terms].forEach(([index, lanes], k) => {
    if (sums.started[index] === 0) return;
    const lane = pointLane(k, SUMS);
    writePoint(words, lane, sums.points, index * PACKED_POINT_WORDS);
    lanes.push(lane);
  });
  addInPairs(engine, [...terms.values()]);
  for (const [index, [total]] of terms) {
    if (total !== undefined) readPoint(words, total, sums.points, index * PACKED_POINT_WORDS);
    sums.started[index] = 1;
  }
}

/** Leaves the sum of each list in the lane of its first point: half as many points at every level. */
function addInPairs(engine: EngineInstance, lists: readonly number[][]): void {
  for (let distance = 1; ; distance *= 2) {
    const jobs: Job[] = [];
    for (const lanes of lists) {
      for (let i = 0; i + distance < lanes.length; i += 2 * distance) {
        const [first, second] = [lanes[i], lanes[i + distance]];
        if (first !== undefined && second !== undefined) jobs.push({ first, second, sum: first });
      }
    }
    if (jobs.length === 0) return;
    runJobs(engine, jobs);
  }
}

/** Encodes the sums; one that was never started is the identity, whose encoding is zeros. */
function encodeSums({ memory, stages }: EngineInstance, sums: Sums, size: number): Uint8Array {
  const words = new Int32Array(memory.buffer);
  const output = new Uint8Array(size * ITEM);
  const started = Array.from(sums.started.keys()).filter((index) => sums.started[index] === 1);
  for (let start = 0; start < started.length; start += CHUNK) {
    const part = started.slice(start, start + CHUNK);
    part.forEach((index, k) => {
      writePoint(words, pointLane(k), sums.points, index * PACKED_POINT_WORDS);
    });
    const vectors = Math.ceil(part.length / 4);
    memory.fill(0xff, VALIDITY, VALIDITY + 16 * vectors);
    stages.encode(vectors);
    part.forEach((index, k) => {
      output.set(memory.subarray(OUTPUT + k * ITEM, OUTPUT + (k + 1) * ITEM), index * ITEM);
    });
  }
  return output;
}
