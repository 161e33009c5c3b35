/*
 * GF(2^255 - 19), four elements at a time, for AVX2, in radix 2^25.5: ten limbs of 26 and 25 bits by turns, one in each
 * 64-bit lane, so that vpmuludq gives whole products.
 *
 *   fe         limbs < 2^26 + 2^12 (even) and < 2^25 + 2^12 (odd). The type every other file stores and adds.
 *   fe_factor  fit for a multiplication: limbs < 3 * 2^26 + 2^13 (even), < 3 * 2^25 + 2^13 (odd).
 *              19 times the largest is 57 * 2^26 + ... < 2^32, as vpmuludq needs.
 *   fe_raw, fe_minuend
 *              a product; here already carried, with the bounds of fe.
 *
 * So carrying happens inside the multiplication, and sums of two products are factors as they are.
 * The bounds are driven to their maxima by test/group/native/field-bounds.c.
 */
#ifndef VESICA_FIELD_AVX2_H
#define VESICA_FIELD_AVX2_H

#include "lanes-avx2.h"

#define FE_LIMBS 10

/* Independent exponentiations worked on together: sixteen registers hold no more than one. */
#define INTERLEAVE 1

typedef struct { vec limb[FE_LIMBS]; } fe;
/* One type under four names, so that no copies stand between them; the IFMA build keeps them apart. */
typedef fe fe_factor;
typedef fe fe_raw;
typedef fe fe_minuend;
typedef uint32_t fe_table_limb; /* how a limb is kept in a table for fe_lookup8 */

/*
 * Before a loop over limbs: unroll it at once. Otherwise gcc sees an array indexed by a variable, keeps the whole element
 * in memory, and copies it with memcpy.
 */
#define EACH_LIMB _Pragma("GCC unroll 10")

#define LIMB_BITS(i) (26 - ((i) & 1))

VESICA_INLINE vec low_bits(int count) { return vec_broadcast((UINT64_C(1) << count) - 1); }

/* Limb i of 2p: 2^27 - 2 (even), 2^26 - 2 (odd), 2^27 - 38 (limb 0); above every limb of an fe. */
VESICA_INLINE vec limb_of_2p(int i)
{
    return vec_broadcast((UINT64_C(2) << LIMB_BITS(i)) - (i == 0 ? 38 : 2));
}

VESICA_INLINE fe_factor as_factor(fe a) { return a; }
VESICA_INLINE fe_factor factor_carry(fe_raw a) { return a; }
VESICA_INLINE fe_factor factor_carry_minuend(fe_minuend a) { return a; }
VESICA_INLINE fe fe_carry(fe_raw a) { return a; }
VESICA_INLINE fe fe_carry_minuend(fe_minuend a) { return a; }

/* a + b: < 2^27 + 2^13 (even), < 2^26 + 2^13 (odd). */
VESICA_INLINE fe_factor factor_sum(fe_minuend a, fe_raw b)
{
    fe_factor r;
    EACH_LIMB for (int i = 0; i < FE_LIMBS; i++) r.limb[i] = _mm256_add_epi64(a.limb[i], b.limb[i]);
    return r;
}

/* a + 2p - b: < 3 * 2^26 + 2^12 (even), < 3 * 2^25 + 2^12 (odd). */
VESICA_INLINE fe_factor factor_difference(fe_minuend a, fe_raw b)
{
    fe_factor r;
    EACH_LIMB for (int i = 0; i < FE_LIMBS; i++)
        r.limb[i] = _mm256_sub_epi64(_mm256_add_epi64(a.limb[i], limb_of_2p(i)), b.limb[i]);
    return r;
}

/* Moves the bits of column i above its width into the next one. */
#define CARRY_INTO(column, i)                                                                        \
    do {                                                                                             \
        (column)[(i) + 1] = _mm256_add_epi64((column)[(i) + 1], _mm256_srli_epi64((column)[i], LIMB_BITS(i))); \
        (column)[i] = _mm256_and_si256((column)[i], low_bits(LIMB_BITS(i)));                         \
    } while (0)

/*
 * Reduces ten columns < 2^62.2 in two interleaved chains. The carry out of column 9 is below 2^32.6 (column 9 has no
 * factor 19) and comes back 19 times, by shifts because it may exceed 32 bits. Limbs 1 and 5 are passed twice and end
 * below 2^25 + 2^12; the others within their width.
 */
VESICA_INLINE void carry_chain(vec out[FE_LIMBS], vec column[FE_LIMBS])
{
    CARRY_INTO(column, 0); CARRY_INTO(column, 4);
    CARRY_INTO(column, 1); CARRY_INTO(column, 5);
    CARRY_INTO(column, 2); CARRY_INTO(column, 6);
    CARRY_INTO(column, 3); CARRY_INTO(column, 7);
    CARRY_INTO(column, 4); CARRY_INTO(column, 8);
    const vec top = _mm256_srli_epi64(column[9], 25);
    column[9] = _mm256_and_si256(column[9], low_bits(25));
    column[0] = _mm256_add_epi64(_mm256_add_epi64(column[0], top),
                                 _mm256_add_epi64(_mm256_slli_epi64(top, 1), _mm256_slli_epi64(top, 4)));
    CARRY_INTO(column, 0);
    EACH_LIMB for (int i = 0; i < FE_LIMBS; i++) out[i] = column[i];
}

/*
 * One parallel carry of columns < 2^45: a carry is < 2^20, so the result is a factor. When the columns are < 2^29 the
 * carries are < 2^4 and the result has the bounds of fe.
 */
VESICA_INLINE fe_factor carry_once(const vec column[FE_LIMBS])
{
    vec carry[FE_LIMBS];
    fe_factor r;
    EACH_LIMB for (int i = 0; i < FE_LIMBS; i++) {
        carry[i] = _mm256_srli_epi64(column[i], LIMB_BITS(i));
        r.limb[i] = _mm256_and_si256(column[i], low_bits(LIMB_BITS(i)));
    }
    r.limb[0] = _mm256_add_epi64(r.limb[0], _mm256_mul_epu32(carry[9], vec_broadcast(19)));
    for (int i = 1; i < FE_LIMBS; i++) r.limb[i] = _mm256_add_epi64(r.limb[i], carry[i - 1]);
    return r;
}

/*
 * column += a * b. The empty statement keeps gcc from regrouping the sums, which would spill the accumulators.
 */
VESICA_INLINE void add_product(vec *column, vec a, vec b)
{
    *column = _mm256_add_epi64(*column, _mm256_mul_epu32(a, b));
    __asm__("" : "+x"(*column));
}

/*
 * a * b. Limb i stands at 2^ceil(25.5 i): the product of two odd limbs counts twice, and columns from 10 up come back
 * 19 times. The largest column, 0, is below 9 * 2^52 * (1 + 4 * 19 + 5 * 19 / 2) < 2^62.2.
 *
 * Not inlined: several copies would fall out of the cache of decoded instructions. By rows, so that the accumulators
 * and the one limb of a stay in registers and each product costs a single load.
 */
static __attribute__((noinline)) void multiply_limbs(vec out[FE_LIMBS], const vec a[FE_LIMBS], const vec b[FE_LIMBS])
{
    vec times19[FE_LIMBS], column[FE_LIMBS];
    for (int j = 1; j < FE_LIMBS; j++) times19[j] = _mm256_mul_epu32(b[j], vec_broadcast(19));
    for (int k = 0; k < FE_LIMBS; k++) column[k] = _mm256_mul_epu32(a[0], b[k]);
#pragma GCC unroll 10
    for (int i = 1; i < FE_LIMBS; i++) {
        const vec single = a[i], twice = _mm256_add_epi64(single, single);
#pragma GCC unroll 10
        for (int j = 0; j < FE_LIMBS; j++)
            add_product(&column[(i + j) % FE_LIMBS], i & j & 1 ? twice : single, i + j < FE_LIMBS ? b[j] : times19[j]);
    }
    carry_chain(out, column);
}

/*
 * a^2 by rows, each cross product once: its factor 2 goes into the row's limb, as does the 2 for two odd limbs when the
 * column is below 10. From column 10 up the other limb carries 19, or 38 when it is odd and that 2 is due; 38 times an
 * odd limb is below 2^32 again. The bounds of the columns are those of multiply_limbs.
 */
static __attribute__((noinline)) void square_limbs(vec out[FE_LIMBS], const vec a[FE_LIMBS])
{
    vec folded[FE_LIMBS], column[FE_LIMBS];
    for (int j = 5; j < FE_LIMBS; j++) folded[j] = _mm256_mul_epu32(a[j], vec_broadcast(j & 1 ? 38 : 19));
    const vec twice_first = _mm256_add_epi64(a[0], a[0]);
    for (int k = 0; k < FE_LIMBS; k++) column[k] = _mm256_mul_epu32(k == 0 ? a[0] : twice_first, a[k]);
#pragma GCC unroll 10
    for (int i = 1; i < FE_LIMBS; i++) {
        const vec single = a[i], twice = _mm256_add_epi64(single, single), four = _mm256_add_epi64(twice, twice);
        add_product(&column[2 * i % FE_LIMBS], i < 5 && i & 1 ? twice : single, i < 5 ? single : folded[i]);
#pragma GCC unroll 10
        for (int j = i + 1; j < FE_LIMBS; j++) {
            if (i + j < FE_LIMBS) add_product(&column[i + j], i & j & 1 ? four : twice, a[j]);
            else add_product(&column[i + j - FE_LIMBS], ~i & j & 1 ? single : twice, folded[j]);
        }
    }
    carry_chain(out, column);
}

VESICA_INLINE void fe_mul_raw(fe_raw *out, const fe_factor *a, const fe_factor *b)
{
    multiply_limbs(out->limb, a->limb, b->limb);
}

VESICA_INLINE void fe_square_raw(fe_raw *out, const fe_factor *a) { square_limbs(out->limb, a->limb); }
VESICA_INLINE void fe_mul_minuend(fe_minuend *out, const fe_factor *a, const fe_factor *b) { fe_mul_raw(out, a, b); }
VESICA_INLINE void fe_square_minuend(fe_minuend *out, const fe_factor *a) { fe_square_raw(out, a); }

/* small * a + b for small < 2^17: columns < 2^44.7, so one parallel carry makes a factor. */
VESICA_INLINE fe_factor factor_mul_small_add(fe_factor a, uint32_t small, fe_minuend b)
{
    vec column[FE_LIMBS];
    EACH_LIMB for (int i = 0; i < FE_LIMBS; i++)
        column[i] = _mm256_add_epi64(b.limb[i], _mm256_mul_epu32(a.limb[i], vec_broadcast(small)));
    return carry_once(column);
}

/* Lane by lane `on_set` or `on_clear`. No branch: the mask may be secret. */
VESICA_INLINE fe_factor factor_select(lane_mask mask, fe_factor on_set, fe_factor on_clear)
{
    fe_factor r;
    EACH_LIMB for (int i = 0; i < FE_LIMBS; i++) r.limb[i] = vec_select(mask, on_set.limb[i], on_clear.limb[i]);
    return r;
}

VESICA_INLINE fe fe_select(lane_mask mask, fe on_set, fe on_clear) { return factor_select(mask, on_set, on_clear); }

/* a + b: columns < 2^28 before the carry. */
VESICA_INLINE fe fe_add(fe a, fe b)
{
    vec sum[FE_LIMBS];
    EACH_LIMB for (int i = 0; i < FE_LIMBS; i++) sum[i] = _mm256_add_epi64(a.limb[i], b.limb[i]);
    return carry_once(sum);
}

/* a + 2p - b: columns < 2^28 before the carry. */
VESICA_INLINE fe fe_sub(fe a, fe b)
{
    vec difference[FE_LIMBS];
    EACH_LIMB for (int i = 0; i < FE_LIMBS; i++)
        difference[i] = _mm256_sub_epi64(_mm256_add_epi64(a.limb[i], limb_of_2p(i)), b.limb[i]);
    return carry_once(difference);
}

#endif
