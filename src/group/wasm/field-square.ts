/**
 * Field squaring: 120 dot products for four elements. Words as in field-multiply.ts, with b = a.
 *
 * Rotated words: word i against word j and word j against word i give the same dot, so pairs i < j are taken once with
 * word i doubled. Straddling words: word i against straddling word j covers the even digits (i, j) and the odd digits
 * (i, j - 1). For i < j - 1 both stand for two equal products: doubled. What is left lies on the diagonals, where one
 * factor is a staged word with a half blended out or in, which costs one instruction and no load.
 */
import type { FunctionBuilder } from './assembler.js';
import { at, MAX_PRODUCT } from './field.js';
import { HALF } from './field-columns.js';
import { keepPair, productScratch, stageWords } from './field-multiply.js';
import { loadWord, reduceColumns } from './field-reduce.js';
import { addPair, blend, dot, pairConstant, type Pair, type Wide } from './intervals.js';

/** The body of square(out, a). Bounds: |a|^2 <= MAX_PRODUCT and 2 |a| < 2^15; out <= REDUCED. out may be a. */
export function writeSquare(fn: FunctionBuilder, scratch: number): void {
  const [out, a] = [at(fn.parameter(0)), at(fn.parameter(1))];
  const limit = Math.sqrt(MAX_PRODUCT);
  const { rotated, straddling, columns } = productScratch(fn, scratch, limit);
  stageWords(fn, scratch, a, limit);
  for (const first of [0, HALF]) {
    const doubled = Array.from({ length: HALF }, (_, i) => {
      const single = keepPair(fn, loadWord(a, first + i, limit));
      return keepPair(fn, addPair(single, single));
    });
    const start = (word: number): number => word;
    columns.addProducts(doubled, first, { ...rotated, product: rotatedProduct, start });
    columns.addProducts(doubled, first, { ...straddling, product: straddlingProduct, start });
  }
  reduceColumns(fn, columns, out);
}

const ZERO = pairConstant(0, 0);

/** Column 2 (i + j) + 1. twice = 2 (a_2i, a_2i+1), other = (a_2j+1, a_2j). */
function rotatedProduct(twice: Pair, i: number, other: Pair, j: number): Wide | undefined {
  if (j < i) return undefined;
  return dot(twice, j === i ? blend(other, ZERO) : other); // on the diagonal 2 a_2i a_2i+1 once
}

/** Column 2 (i + j). twice = 2 (a_2i, a_2i+1), other = (a_2j, a_2j-1). */
function straddlingProduct(twice: Pair, i: number, other: Pair, j: number): Wide | undefined {
  if (j < i) return undefined;
  if (j === i) return dot(other, blend(other, ZERO)); // a_2i^2
  return dot(j === i + 1 ? blend(twice, other) : twice, other); // next to it 2 a_2i a_2i+2 + a_2i+1^2
}
