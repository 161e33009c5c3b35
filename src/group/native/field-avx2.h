/*
 * GF(2^255 - 19), four elements at a time, for AVX2 with FMA, in radix 2^51: five limbs, each a signed whole number
 * in a double. The floating-point multiplier is the widest one that AVX2 has: two fused multiply-adds give both
 * halves of a product of 53-bit numbers (Emmart, Zheng and Weems, "Faster modular exponentiation using double precision
 * floating point arithmetic on the GPU", ARITH 2018). Rounding is to nearest, as every thread starts with.
 *
 *   fe         |limb| < 2^50 + 2^10. The type every other file stores and adds.
 *   fe_factor  fit for a multiplication: |limb| < 2^51 + 2^22.
 *   fe_raw, fe_minuend
 *              a product; here already carried, with the bounds of fe.
 *
 * So carrying happens inside the multiplication, and sums and differences of two products are factors as they are.
 * Every number is a whole one below 2^53, or a multiple of 2^51 or 2^52 below 2^105: nothing is ever rounded but the
 * high part of a product or of a limb, on purpose. No operand is subnormal, infinite or NaN, so that the time of an
 * operation does not depend on its operands.
 * The bounds are driven to their maxima by test/group/native/field-bounds-avx2.c.
 */
#ifndef VESICA_FIELD_AVX2_H
#define VESICA_FIELD_AVX2_H

#include "lanes-avx2.h"

#define FE_LIMBS 5

/* Independent exponentiations worked on together; a single one would wait for its own results. */
#define INTERLEAVE 2

typedef __m256d real_vec;

typedef struct { real_vec limb[FE_LIMBS]; } fe;
/* One type under four names, so that no copies stand between them; the IFMA build keeps them apart. */
typedef fe fe_factor;
typedef fe fe_raw;
typedef fe fe_minuend;
typedef uint64_t fe_table_limb; /* how a limb is kept in a table for fe_lookup8: the bits of the double */

/*
 * Loops over limbs are unrolled at once. Otherwise gcc sees an array indexed by a variable, keeps the whole element in
 * memory, and copies it with memcpy.
 */
#define EACH_LIMB _Pragma("GCC unroll 5") for (int i = 0; i < FE_LIMBS; i++)

VESICA_INLINE real_vec real_broadcast(double value) { return _mm256_set1_pd(value); }

VESICA_INLINE fe_factor as_factor(fe a) { return a; }
VESICA_INLINE fe_factor factor_carry(fe_raw a) { return a; }
VESICA_INLINE fe_factor factor_carry_minuend(fe_minuend a) { return a; }
VESICA_INLINE const fe_factor *raw_as_factor(const fe_raw *a, fe_factor *room) { return (void)room, a; }
VESICA_INLINE const fe_factor *minuend_as_factor(const fe_minuend *a, fe_factor *room) { return (void)room, a; }
VESICA_INLINE fe fe_carry(fe_raw a) { return a; }
VESICA_INLINE fe fe_carry_minuend(fe_minuend a) { return a; }

/* a + b: < 2^51 + 2^11. */
VESICA_INLINE fe_factor factor_sum(fe_minuend a, fe_raw b)
{
    fe_factor r;
    EACH_LIMB r.limb[i] = _mm256_add_pd(a.limb[i], b.limb[i]);
    return r;
}

/* a - b: < 2^51 + 2^11. */
VESICA_INLINE fe_factor factor_difference(fe_minuend a, fe_raw b)
{
    fe_factor r;
    EACH_LIMB r.limb[i] = _mm256_sub_pd(a.limb[i], b.limb[i]);
    return r;
}

/*
 * The bits of 1.5 * 2^52 and of 1.5 * 2^104. Adding n to the first, or n * 2^52 to the second, adds n to the bits, for
 * |n| <= 2^51.
 */
#define LOW_BITS UINT64_C(0x4338000000000000)
#define HIGH_BITS UINT64_C(0x4678000000000000)

/* A column of a product: the sum of low halves, and the sum of high halves, which weigh 2^52. Integers. */
typedef struct { vec low, high; } half_sums;

/*
 * The constants of a multiplication, every lane alike. They are read from memory, through a pointer that the compiler
 * knows nothing of: otherwise gcc makes each of them anew from an immediate value, with two shuffles.
 */
typedef struct {
    double rounder[LANES], x[LANES], y[LANES], bias[2][LANES];
    uint64_t mask[LANES], exponent[LANES], nineteen[LANES], offset[FE_LIMBS][LANES];
} product_constants;

#define EVERY_LANE(value) {value, value, value, value}
#define CARRY_BIAS (UINT64_C(1) << 60)

/*
 * What turns column k of a product, folded, into its value plus CARRY_BIAS + 2^50, both to make it positive and to
 * round the carry: it takes off LOW_BITS and HIGH_BITS as often as they were added up.
 */
#define COLUMN_OFFSET(k)                                                                        \
    EVERY_LANE(CARRY_BIAS + (UINT64_C(1) << 50) - (uint64_t)((k) + 1 + 19 * (4 - (k))) * LOW_BITS - \
               (uint64_t)(2 * (k) + 38 * (5 - (k))) * HIGH_BITS)

static const _Alignas(32) product_constants PRODUCT_CONSTANTS = {
    .rounder = EVERY_LANE(0x1.8p104),
    .x = EVERY_LANE(0x1.8p52),
    .y = EVERY_LANE(0x1.0000000000001p52),
    .bias = {EVERY_LANE(0x1p52 + 0x1p50 + 19 * 0x1p9), EVERY_LANE(0x1p52 + 0x1p50 + 0x1p9)},
    .mask = EVERY_LANE((UINT64_C(1) << 51) - 1),
    .exponent = EVERY_LANE(UINT64_C(0x433) << 52),
    .nineteen = EVERY_LANE(19),
    .offset = {COLUMN_OFFSET(0), COLUMN_OFFSET(1), COLUMN_OFFSET(2), COLUMN_OFFSET(3), COLUMN_OFFSET(4)},
};

VESICA_INLINE const product_constants *constants_in_memory(void)
{
    const product_constants *constants = &PRODUCT_CONSTANTS;
    __asm__("" : "+r"(constants));
    return constants;
}

/*
 * a * b = h * 2^52 + l with |l| <= 2^51, for |a b| < 2^103, as the bits of two doubles: HIGH_BITS + h, LOW_BITS + l.
 * The first multiply-add rounds at 2^52. The second forms 1.5 * 2^52 - h * 2^52; as 1.5 * 2^104 + 1.5 * 2^52 is no
 * double, it is given as x * y. The third is exact, as its result is a whole number from 2^52 to 2^53.
 *
 * In assembly because each step may overwrite the one before, when the sum is formed in between. gcc orders them
 * otherwise and copies registers, and the number of instructions is what limits a multiplication.
 */
VESICA_INLINE half_sums halves(real_vec a, const real_vec *b, const product_constants *k)
{
    half_sums r;
    __asm__("vmovapd %[rounder], %[high]\n\t"
            "vfmadd231pd %[b], %[a], %[high]\n\t"
            "vmovapd %[high], %[low]\n\t"
            "vfmsub231pd %[y], %[x], %[low]\n\t"
            "vfmadd231pd %[b], %[a], %[low]"
            : [low] "=&x"(r.low), [high] "=&x"(r.high)
            : [a] "x"(a), [b] "m"(*b), [rounder] "x"(_mm256_load_pd(k->rounder)), [x] "x"(_mm256_load_pd(k->x)),
              [y] "x"(_mm256_load_pd(k->y)));
    return r;
}

VESICA_INLINE void add_halves(half_sums *sum, real_vec a, const real_vec *b, const product_constants *k)
{
    real_vec t;
    __asm__("vmovapd %[rounder], %[t]\n\t"
            "vfmadd231pd %[b], %[a], %[t]\n\t"
            "vpaddq %[t], %[high], %[high]\n\t"
            "vfmsub231pd %[y], %[x], %[t]\n\t"
            "vfmadd231pd %[b], %[a], %[t]\n\t"
            "vpaddq %[t], %[low], %[low]"
            : [low] "+&x"(sum->low), [high] "+&x"(sum->high), [t] "=&x"(t)
            : [a] "x"(a), [b] "m"(*b), [rounder] "x"(_mm256_load_pd(k->rounder)), [x] "x"(_mm256_load_pd(k->x)),
              [y] "x"(_mm256_load_pd(k->y)));
}

VESICA_INLINE vec doubled(vec a) { return _mm256_add_epi64(a, a); }
VESICA_INLINE vec load_constant(const uint64_t lanes[LANES]) { return _mm256_load_si256((const __m256i *)lanes); }

/* once + 2 twice + 19 top, where top is the column five places up. */
VESICA_INLINE vec fold(vec once, vec twice, vec top)
{
    const vec nine_tops = _mm256_add_epi64(top, _mm256_slli_epi64(top, 3));
    return _mm256_add_epi64(_mm256_add_epi64(once, top), doubled(_mm256_add_epi64(twice, nine_tops)));
}

/*
 * One parallel carry of columns with |value| <= 267 * 2^51 and, of column 4, |value| <= 51 * 2^51, given with
 * CARRY_BIAS + 2^50 added. A carry is at most 268, the one that counts 19 times 52: the bounds of fe. A whole number
 * below 2^52 under the exponent of 2^52 is a double, from which that 2^52 and the biases of the limb and
 * of the carry into it are taken.
 */
VESICA_INLINE void carry_columns(real_vec out[FE_LIMBS], const vec column[FE_LIMBS], const product_constants *k)
{
    vec carry[FE_LIMBS], limb[FE_LIMBS];
    EACH_LIMB {
        carry[i] = _mm256_srli_epi64(column[i], 51);
        limb[i] = _mm256_and_si256(column[i], load_constant(k->mask));
    }
    EACH_LIMB {
        const vec from = i == 0 ? _mm256_mul_epu32(carry[4], load_constant(k->nineteen)) : carry[(i + 4) % 5];
        const vec bits = _mm256_or_si256(_mm256_add_epi64(limb[i], from), load_constant(k->exponent));
        out[i] = _mm256_sub_pd(_mm256_castsi256_pd(bits), _mm256_load_pd(k->bias[i > 0]));
    }
}

/*
 * a * b. Columns 4 to 8 come first: the high columns are needed to finish the low ones. The largest column, 0, is at
 * most 2^51 (1 + 19 * (4 + 2 * 5)) = 267 * 2^51, and column 4 at most 2^51 (5 + 2 * 4 + 19 * 2) = 51 * 2^51.
 *
 * Not inlined: several copies would fall out of the cache of decoded instructions.
 */
static __attribute__((noinline)) void multiply_limbs(real_vec out[FE_LIMBS], const real_vec a[FE_LIMBS],
                                                     const real_vec b[FE_LIMBS])
{
    const product_constants *c = constants_in_memory();
    half_sums sum[9];
    vec column[FE_LIMBS], top[FE_LIMBS];
#pragma GCC unroll 9
    for (int n = 0; n < 9; n++) {
        const int k = (n + 4) % 9, first = k < 5 ? 0 : k - 4;
        sum[k] = halves(a[first], &b[k - first], c);
#pragma GCC unroll 5
        for (int i = first + 1; i <= k && i < FE_LIMBS; i++) add_halves(&sum[k], a[i], &b[k - i], c);
        if (k > 4) top[k - 5] = _mm256_add_epi64(sum[k].low, doubled(sum[k - 1].high));
    }
    top[4] = doubled(sum[8].high);
    column[0] = fold(sum[0].low, _mm256_setzero_si256(), top[0]);
#pragma GCC unroll 5
    for (int k = 1; k < FE_LIMBS; k++) column[k] = fold(sum[k].low, sum[k - 1].high, top[k]);
    EACH_LIMB column[i] = _mm256_add_epi64(column[i], load_constant(c->offset[i]));
    carry_columns(out, column, c);
}

/*
 * a^2. Each cross product is formed once and doubled with its column, as 2 a[i] a[j] may exceed 2^103. The bounds of
 * the columns are those of multiply_limbs.
 */
static __attribute__((noinline)) void square_limbs(real_vec out[FE_LIMBS], const real_vec a[FE_LIMBS])
{
    const product_constants *c = constants_in_memory();
    half_sums cross[9], square[FE_LIMBS];
    vec column[FE_LIMBS], once[10], twice[10]; /* column k is once + 2 twice */
#pragma GCC unroll 9
    for (int n = 0; n < 9; n++) {
        const int k = (n + 3) % 9, first = k < 5 ? 0 : k - 4;
        if (k % 2 == 0) square[k / 2] = halves(a[k / 2], &a[k / 2], c);
        if (k == 0 || k == 8) continue;
        cross[k] = halves(a[first], &a[k - first], c);
#pragma GCC unroll 5
        for (int i = first + 1; 2 * i < k; i++) add_halves(&cross[k], a[i], &a[k - i], c);
    }
#pragma GCC unroll 10
    for (int k = 0; k < 10; k++) {
        once[k] = k % 2 == 0 ? square[k / 2].low : _mm256_setzero_si256();
        twice[k] = k % 2 == 1 ? square[k / 2].high : _mm256_setzero_si256();
        if (k > 0 && k < 8) twice[k] = _mm256_add_epi64(twice[k], cross[k].low);
        if (k > 1 && k < 9) twice[k] = _mm256_add_epi64(twice[k], doubled(cross[k - 1].high));
    }
#pragma GCC unroll 5
    for (int k = 0; k < FE_LIMBS; k++) {
        const vec top = _mm256_add_epi64(once[k + 5], doubled(twice[k + 5]));
        column[k] = _mm256_add_epi64(fold(once[k], twice[k], top), load_constant(c->offset[k]));
    }
    carry_columns(out, column, c);
}

VESICA_INLINE void fe_mul_raw(fe_raw *out, const fe_factor *a, const fe_factor *b)
{
    multiply_limbs(out->limb, a->limb, b->limb);
}

VESICA_INLINE void fe_square_raw(fe_raw *out, const fe_factor *a) { square_limbs(out->limb, a->limb); }
VESICA_INLINE void fe_mul_minuend(fe_minuend *out, const fe_factor *a, const fe_factor *b) { fe_mul_raw(out, a, b); }
VESICA_INLINE void fe_square_minuend(fe_minuend *out, const fe_factor *a) { fe_square_raw(out, a); }

/* limb[i] += carry[i - 1], where each carry is a multiple of 2^51 at its own limb. */
VESICA_INLINE fe_factor add_carries(fe_factor r, const real_vec carry[FE_LIMBS])
{
    EACH_LIMB
        r.limb[i] = _mm256_fmadd_pd(carry[(i + 4) % 5], real_broadcast(i == 0 ? 19 * 0x1p-51 : 0x1p-51), r.limb[i]);
    return r;
}

/*
 * small * a + b for small < 2^17: the part of small * a from 2^51 up, below 2^17 + 1, moves on; what is left is at most
 * 2^50. With b the sum is below 2^51 + 2^10 + 19 * (2^17 + 1) < 2^51 + 2^22, a factor.
 */
VESICA_INLINE fe_factor factor_mul_small_add(fe_factor a, uint32_t small, fe_minuend b)
{
    const real_vec factor = real_broadcast(small), rounder = real_broadcast(0x1.8p103);
    real_vec carry[FE_LIMBS];
    fe_factor r;
    EACH_LIMB {
        carry[i] = _mm256_sub_pd(_mm256_fmadd_pd(a.limb[i], factor, rounder), rounder);
        r.limb[i] = _mm256_add_pd(b.limb[i], _mm256_fmsub_pd(a.limb[i], factor, carry[i]));
    }
    return add_carries(r, carry);
}

/* One parallel carry of limbs < 2^52: a carry is at most 2, so the result has the bounds of fe. */
VESICA_INLINE fe carry_once(fe_factor a)
{
    const real_vec rounder = real_broadcast(0x1.8p103);
    real_vec carry[FE_LIMBS];
    fe r;
    EACH_LIMB {
        carry[i] = _mm256_sub_pd(_mm256_add_pd(a.limb[i], rounder), rounder);
        r.limb[i] = _mm256_sub_pd(a.limb[i], carry[i]);
    }
    return add_carries(r, carry);
}

/* Lane by lane `on_set` or `on_clear`. No branch: the mask may be secret. */
VESICA_INLINE fe_factor factor_select(lane_mask mask, fe_factor on_set, fe_factor on_clear)
{
    const real_vec chosen = _mm256_castsi256_pd(vec_from_mask(mask));
    fe_factor r;
    EACH_LIMB r.limb[i] = _mm256_blendv_pd(on_clear.limb[i], on_set.limb[i], chosen);
    return r;
}

VESICA_INLINE fe fe_select(lane_mask mask, fe on_set, fe on_clear) { return factor_select(mask, on_set, on_clear); }
VESICA_INLINE fe fe_add(fe a, fe b) { return carry_once(factor_sum(a, b)); }
VESICA_INLINE fe fe_sub(fe a, fe b) { return carry_once(factor_difference(a, b)); }

#endif
