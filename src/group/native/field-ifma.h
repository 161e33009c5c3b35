/*
 * GF(2^255 - 19), eight elements at a time, for AVX-512 IFMA.
 *
 * Limb i of eight elements fills one vector; limbs 0..3 have 52 bits and limb 4 has 47, so that the value stays close
 * to 2^255. In this radix the low and the high halves of vpmadd52 fall on column boundaries and nothing is doubled.
 *
 * vpmadd52 reads the low 52 bits of each lane and SILENTLY DROPS the rest. Three types keep that from hurting:
 *
 *   fe         clean: limbs 0..3 < 2^52, limb 4 < 2^47 + 2^10. The type every other file stores and adds.
 *   fe_factor  fit for a multiplication only: as fe, but bits 52..63 of limbs 0..3 are rubbish. They were already
 *              carried into the next limb, so dropping them is right and clearing them would be wasted work.
 *   fe_raw     columns of a product, every one < 2^55.5. One sum or difference of two of them may be formed,
 *              by factor_sum, factor_difference or the like, which carry.
 *   fe_minuend the same with 512p added, so that an fe_raw may be subtracted: columns between 2^55.99 and 2^56.8.
 *              The addition is free, as the accumulators start from it instead of from zero.
 *
 * The bounds are driven to their maxima by test/group/native/field-bounds.c.
 */
#ifndef VESICA_FIELD_IFMA_H
#define VESICA_FIELD_IFMA_H

#include "lanes-avx512.h"

#define FE_LIMBS 5

/* Independent exponentiations worked on together; a single one would wait for its own results. */
#define INTERLEAVE 2

typedef struct { vec limb[FE_LIMBS]; } fe;
typedef struct { vec limb[FE_LIMBS]; } fe_factor;
typedef struct { vec limb[FE_LIMBS]; } fe_raw;
typedef struct { vec limb[FE_LIMBS]; } fe_minuend;
typedef uint64_t fe_table_limb; /* how a limb is kept in a table for fe_lookup8 */

VESICA_INLINE vec low_52(void) { return vec_broadcast((UINT64_C(1) << 52) - 1); }
VESICA_INLINE vec low_47(void) { return vec_broadcast((UINT64_C(1) << 47) - 1); }

/*
 * Carries columns < 2^58 along the limbs. The part above 2^255, below 2^11, comes back into column 0 times 19 first;
 * then each column hands its bits from 52 up to the next. Limb 4 ends below 2^47 + 2^6. The handed-over bits stay in
 * limbs 0..3: a factor.
 */
VESICA_INLINE fe_factor carry_columns(const vec column[FE_LIMBS])
{
    fe_factor r;
    const vec top = _mm512_srli_epi64(column[4], 47);
    r.limb[0] = _mm512_madd52lo_epu64(column[0], top, vec_broadcast(19));
    for (int i = 1; i < 4; i++)
        r.limb[i] = _mm512_add_epi64(column[i], _mm512_srli_epi64(r.limb[i - 1], 52));
    r.limb[4] = _mm512_add_epi64(_mm512_and_si512(column[4], low_47()), _mm512_srli_epi64(r.limb[3], 52));
    return r;
}

/* Clears the bits that a factor carries along. */
VESICA_INLINE fe clean(fe_factor a)
{
    fe r;
    for (int i = 0; i < 4; i++) r.limb[i] = _mm512_and_si512(a.limb[i], low_52());
    r.limb[4] = a.limb[4];
    return r;
}

VESICA_INLINE fe_factor as_factor(fe a)
{
    fe_factor r;
    for (int i = 0; i < FE_LIMBS; i++) r.limb[i] = a.limb[i];
    return r;
}

VESICA_INLINE fe_factor factor_carry(fe_raw a) { return carry_columns(a.limb); }
VESICA_INLINE fe fe_carry(fe_raw a) { return clean(carry_columns(a.limb)); }
VESICA_INLINE fe fe_carry_minuend(fe_minuend a) { return clean(carry_columns(a.limb)); }

VESICA_INLINE fe_factor factor_carry_minuend(fe_minuend a) { return carry_columns(a.limb); }

/* The same for a value that stays in memory: carried into `room`, unless a backend's products are factors already. */
VESICA_INLINE const fe_factor *raw_as_factor(const fe_raw *a, fe_factor *room)
{
    *room = factor_carry(*a);
    return room;
}

VESICA_INLINE const fe_factor *minuend_as_factor(const fe_minuend *a, fe_factor *room)
{
    *room = factor_carry_minuend(*a);
    return room;
}

/* a + b of two products. Columns < 2^57.3 before the carry. */
VESICA_INLINE fe_factor factor_sum(fe_minuend a, fe_raw b)
{
    vec sum[FE_LIMBS];
    for (int i = 0; i < FE_LIMBS; i++) sum[i] = _mm512_add_epi64(a.limb[i], b.limb[i]);
    return carry_columns(sum);
}

/* a - b of two products. No column goes below zero: those of a are above 2^55.99, those of b below 2^55.5. */
VESICA_INLINE fe_factor factor_difference(fe_minuend a, fe_raw b)
{
    vec difference[FE_LIMBS];
    for (int i = 0; i < FE_LIMBS; i++) difference[i] = _mm512_sub_epi64(a.limb[i], b.limb[i]);
    return carry_columns(difference);
}

/* Limb i of 512p = 2^264 - 9728, spread so that every limb is above 2^55.99. Even, so it can be halved. */
VESICA_INLINE vec limb_of_512p(int i, int halved)
{
    return vec_broadcast(((UINT64_C(1) << 56) - (i == 0 ? 9728 : 16)) >> halved);
}

/* An accumulator's start. Made anew each time: gcc would copy one zero register, which is not always free. */
VESICA_INLINE vec fresh_zero(void)
{
    vec zero;
    __asm__ volatile("vpxor %x0, %x0, %x0" : "=x"(zero));
    return zero;
}

/*
 * Reduces ten product columns to five, by 2^260 = 608 mod p. Columns 5..8 are < 2^55 and are carried first, so that
 * vpmadd52 sees all of them; column 9 is < 2^42 + 2^3 (limb 4 of both factors is close to 2^47), so 608 times it has
 * no high half. Column 4, the largest, was < 9 * 2^52 and gains < 2^52 + 2^10: the result is < 2^55.5 or, with the 512p
 * of a minuend in it, < 2^56.8.
 */
VESICA_INLINE void fold_columns(vec out[FE_LIMBS], const vec column[10])
{
    const vec fold = vec_broadcast(608);
    vec high[5], low[5];
    high[0] = column[5];
    for (int k = 1; k < 5; k++) high[k] = _mm512_add_epi64(column[k + 5], _mm512_srli_epi64(high[k - 1], 52));
    for (int k = 0; k < 5; k++) low[k] = _mm512_madd52lo_epu64(column[k], high[k], fold);
    for (int k = 0; k < 4; k++) low[k + 1] = _mm512_madd52hi_epu64(low[k + 1], high[k], fold);
    for (int k = 0; k < 5; k++) out[k] = low[k];
}

/* a * b by rows: 25 low and 25 high halves into ten columns, which start from zero or from 512p. */
VESICA_INLINE void multiply_columns(vec out[FE_LIMBS], const fe_factor *a, const fe_factor *b, int is_minuend)
{
    vec column[10];
    for (int k = 0; k < 10; k++) column[k] = is_minuend && k < 5 ? limb_of_512p(k, 0) : fresh_zero();
    for (int i = 0; i < FE_LIMBS; i++) {
        for (int j = 0; j < FE_LIMBS; j++)
            column[i + j] = _mm512_madd52lo_epu64(column[i + j], a->limb[i], b->limb[j]);
        for (int j = 0; j < FE_LIMBS; j++)
            column[i + j + 1] = _mm512_madd52hi_epu64(column[i + j + 1], a->limb[i], b->limb[j]);
    }
    fold_columns(out, column);
}

/*
 * a^2: the ten cross products are summed and doubled by column, then the five squares are added. Columns 1 to 8 are
 * doubled, so those of a minuend start from half of 512p.
 */
VESICA_INLINE void square_columns(vec out[FE_LIMBS], const fe_factor *a, int is_minuend)
{
    vec column[10];
    for (int k = 0; k < 10; k++) column[k] = is_minuend && k < 5 ? limb_of_512p(k, k > 0) : fresh_zero();
    for (int i = 0; i < FE_LIMBS; i++)
        for (int j = i + 1; j < FE_LIMBS; j++) {
            column[i + j] = _mm512_madd52lo_epu64(column[i + j], a->limb[i], a->limb[j]);
            column[i + j + 1] = _mm512_madd52hi_epu64(column[i + j + 1], a->limb[i], a->limb[j]);
        }
    for (int k = 1; k < 9; k++) column[k] = _mm512_add_epi64(column[k], column[k]);
    for (int i = 0; i < FE_LIMBS; i++) {
        column[2 * i] = _mm512_madd52lo_epu64(column[2 * i], a->limb[i], a->limb[i]);
        column[2 * i + 1] = _mm512_madd52hi_epu64(column[2 * i + 1], a->limb[i], a->limb[i]);
    }
    fold_columns(out, column);
}

VESICA_INLINE void fe_mul_raw(fe_raw *out, const fe_factor *a, const fe_factor *b) { multiply_columns(out->limb, a, b, 0); }
VESICA_INLINE void fe_square_raw(fe_raw *out, const fe_factor *a) { square_columns(out->limb, a, 0); }
VESICA_INLINE void fe_mul_minuend(fe_minuend *out, const fe_factor *a, const fe_factor *b)
{
    multiply_columns(out->limb, a, b, 1);
}
VESICA_INLINE void fe_square_minuend(fe_minuend *out, const fe_factor *a) { square_columns(out->limb, a, 1); }

/* small * a + b for small < 2^19: high halves are < 2^19 (limb 4: < 2^14); columns < 2^56.9 before the carry. */
VESICA_INLINE fe_factor factor_mul_small_add(fe_factor a, uint32_t small, fe_minuend b)
{
    const vec factor = vec_broadcast(small);
    vec column[FE_LIMBS];
    for (int i = 0; i < FE_LIMBS; i++) column[i] = _mm512_madd52lo_epu64(b.limb[i], a.limb[i], factor);
    for (int i = 0; i < 4; i++) column[i + 1] = _mm512_madd52hi_epu64(column[i + 1], a.limb[i], factor);
    const vec top = _mm512_madd52hi_epu64(_mm512_setzero_si512(), a.limb[4], factor);
    column[0] = _mm512_madd52lo_epu64(column[0], top, vec_broadcast(608));
    return carry_columns(column);
}

/* Lane by lane `on_set` or `on_clear`. No branch: the mask may be secret. */
VESICA_INLINE fe_factor factor_select(lane_mask mask, fe_factor on_set, fe_factor on_clear)
{
    fe_factor r;
    for (int i = 0; i < FE_LIMBS; i++) r.limb[i] = vec_select(mask, on_set.limb[i], on_clear.limb[i]);
    return r;
}

VESICA_INLINE fe fe_select(lane_mask mask, fe on_set, fe on_clear)
{
    fe r;
    for (int i = 0; i < FE_LIMBS; i++) r.limb[i] = vec_select(mask, on_set.limb[i], on_clear.limb[i]);
    return r;
}

/* a + b. Columns < 2^53, column 4 < 2^48.1, before the carry. */
VESICA_INLINE fe fe_add(fe a, fe b)
{
    vec sum[FE_LIMBS];
    for (int i = 0; i < FE_LIMBS; i++) sum[i] = _mm512_add_epi64(a.limb[i], b.limb[i]);
    return clean(carry_columns(sum));
}

/* a - b, with 8p = 2^258 - 152 spread over limbs > 2^52 (limb 4: > 2^49), so that no column goes below zero. */
VESICA_INLINE fe fe_sub(fe a, fe b)
{
    static const uint64_t limbs_of_8p[FE_LIMBS] = {
        (UINT64_C(1) << 53) - 152, (UINT64_C(1) << 53) - 2, (UINT64_C(1) << 53) - 2,
        (UINT64_C(1) << 53) - 2,   (UINT64_C(1) << 50) - 2,
    };
    vec difference[FE_LIMBS];
    for (int i = 0; i < FE_LIMBS; i++)
        difference[i] = _mm512_sub_epi64(_mm512_add_epi64(a.limb[i], vec_broadcast(limbs_of_8p[i])), b.limb[i]);
    return clean(carry_columns(difference));
}

#endif
