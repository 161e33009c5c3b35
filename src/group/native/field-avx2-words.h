/* Loading, storing and comparing field elements of field-avx2.h: radix 2^51 to bytes' words and back. */
#ifndef VESICA_FIELD_AVX2_WORDS_H
#define VESICA_FIELD_AVX2_WORDS_H

#include "field-avx2.h"

#define LIMB_MASK ((UINT64_C(1) << 51) - 1)

/* A constant from four little-endian words, in every lane. */
static inline fe fe_constant(const uint64_t word[4])
{
    const uint64_t limb[FE_LIMBS] = {
        word[0] & LIMB_MASK, (word[0] >> 51 | word[1] << 13) & LIMB_MASK, (word[1] >> 38 | word[2] << 26) & LIMB_MASK,
        (word[2] >> 25 | word[3] << 39) & LIMB_MASK, word[3] >> 12 & LIMB_MASK};
    fe r;
    EACH_LIMB {
        /* Digits from -2^50 up to 2^50 - 1: the upper half of the range is carried. */
        const uint64_t carry = i == 0 ? 19 * (limb[4] >> 50) : limb[(i + 4) % 5] >> 50;
        r.limb[i] = real_broadcast((double)((int64_t)(limb[i] + carry) - (int64_t)((limb[i] >> 50) << 51)));
    }
    return r;
}

/* (high:low) >> shift, the low 64 bits: bits of two neighbouring words. */
#define JOIN(low, high, shift) _mm256_or_si256(_mm256_srli_epi64(low, shift), _mm256_slli_epi64(high, 64 - (shift)))

/* The same from vectors of words: lane i of the four vectors is element i. Bit 255 is dropped. */
static inline fe fe_from_words(const vec word[4])
{
    vec limb[FE_LIMBS];
    limb[0] = word[0];
    limb[1] = JOIN(word[0], word[1], 51);
    limb[2] = JOIN(word[1], word[2], 38);
    limb[3] = JOIN(word[2], word[3], 25);
    limb[4] = _mm256_srli_epi64(word[3], 12);
    EACH_LIMB limb[i] = _mm256_add_epi64(_mm256_and_si256(limb[i], vec_broadcast(LIMB_MASK)),
                                         vec_broadcast(CARRY_BIAS + (UINT64_C(1) << 50)));
    fe r;
    carry_columns(r.limb, limb, constants_in_memory());
    return r;
}

/* Carries from limb 0 up to limb 4; returns what leaves limb 4. Limbs end within 51 bits. */
static inline vec carry_upwards(vec limb[FE_LIMBS])
{
    const vec mask = vec_broadcast(LIMB_MASK);
    for (int i = 0; i < FE_LIMBS - 1; i++) {
        limb[i + 1] = _mm256_add_epi64(limb[i + 1], _mm256_srli_epi64(limb[i], 51));
        limb[i] = _mm256_and_si256(limb[i], mask);
    }
    const vec top = _mm256_srli_epi64(limb[4], 51);
    limb[4] = _mm256_and_si256(limb[4], mask);
    return top;
}

/*
 * The one representative below p, in whole numbers of 51 bits. With p added no limb is negative, and the value is
 * below 1.6 * 2^255; taking its bit of weight 2^255 back as 19 leaves at most 2^255 - 1 < 2p, with limb 0 perhaps a
 * little over its width. Such a value is at least p exactly when adding 19 reaches 2^255, and then adding 19 and
 * dropping 2^255 takes p off.
 */
static inline void canonical_limbs(vec limb[FE_LIMBS], fe a)
{
    const vec nineteen = vec_broadcast(19);
    vec shifted[FE_LIMBS];
    EACH_LIMB {
        /* Under the exponent of 2^52, as |limb| < 2^50 + 2^10 and the limbs of p are close to 2^51. */
        const real_vec sum = _mm256_add_pd(a.limb[i], real_broadcast(0x1p52 + 0x1p51 - (i == 0 ? 19 : 1)));
        limb[i] = _mm256_and_si256(_mm256_castpd_si256(sum), vec_broadcast((UINT64_C(1) << 52) - 1));
    }
    const vec top = carry_upwards(limb);
    limb[0] = _mm256_add_epi64(limb[0], _mm256_mul_epu32(top, nineteen));
    for (int i = 0; i < FE_LIMBS; i++) shifted[i] = limb[i];
    shifted[0] = _mm256_add_epi64(shifted[0], nineteen);
    const vec at_least_p = carry_upwards(shifted);
    limb[0] = _mm256_add_epi64(limb[0], _mm256_mul_epu32(at_least_p, nineteen));
    carry_upwards(limb);
}

/* The canonical value as four little-endian words. */
static inline void fe_to_words(vec word[4], fe a)
{
    vec limb[FE_LIMBS];
    canonical_limbs(limb, a);
    word[0] = _mm256_or_si256(limb[0], _mm256_slli_epi64(limb[1], 51));
    word[1] = _mm256_or_si256(_mm256_srli_epi64(limb[1], 13), _mm256_slli_epi64(limb[2], 38));
    word[2] = _mm256_or_si256(_mm256_srli_epi64(limb[2], 26), _mm256_slli_epi64(limb[3], 25));
    word[3] = _mm256_or_si256(_mm256_srli_epi64(limb[3], 39), _mm256_slli_epi64(limb[4], 12));
}

/* The canonical value, its limbs brought into the bounds of fe again. */
static inline fe fe_canonical(fe a)
{
    vec word[4];
    fe_to_words(word, a);
    return fe_from_words(word);
}

/* Negative means odd when canonical (RFC 9496 3.1). */
static inline lane_mask fe_is_negative(fe a)
{
    vec limb[FE_LIMBS];
    canonical_limbs(limb, a);
    return mask_from_vec(_mm256_slli_epi64(limb[0], 63));
}

static inline lane_mask fe_is_zero(fe a)
{
    vec limb[FE_LIMBS];
    canonical_limbs(limb, a);
    vec any = limb[0];
    for (int i = 1; i < FE_LIMBS; i++) any = _mm256_or_si256(any, limb[i]);
    return vec_is_zero(any);
}

/*
 * Reads lane by lane from a row of eight elements held as limbs: lane i takes entry index[i] (0..7). The permutations
 * happen inside registers, so the index, which may be secret, never becomes an address. vpermd moves 32-bit halves:
 * halves 2j and 2j + 1 of the four entries that a register holds; bit 2 of the index chooses between two registers.
 */
static inline fe fe_lookup8(const fe_table_limb row[FE_LIMBS][8], vec index)
{
    const vec half = doubled(index);
    const vec pair = _mm256_or_si256(_mm256_and_si256(half, vec_broadcast(7)),
                                     _mm256_slli_epi64(_mm256_add_epi64(half, vec_broadcast(1)), 32));
    const real_vec upper = _mm256_castsi256_pd(_mm256_slli_epi64(index, 61));
    fe r;
    EACH_LIMB {
        const vec low = _mm256_permutevar8x32_epi32(_mm256_loadu_si256((const __m256i *)row[i]), pair);
        const vec high = _mm256_permutevar8x32_epi32(_mm256_loadu_si256((const __m256i *)(row[i] + 4)), pair);
        r.limb[i] = _mm256_blendv_pd(_mm256_castsi256_pd(low), _mm256_castsi256_pd(high), upper);
    }
    return r;
}

/* The bits of limbs to memory and back, lane i of limb l at memory[l][i]: for gathering lanes from many places. */
static inline void fe_store(uint64_t memory[FE_LIMBS][LANES], fe a)
{
    for (int i = 0; i < FE_LIMBS; i++) vec_store(memory[i], _mm256_castpd_si256(a.limb[i]));
}

static inline fe fe_load(const uint64_t memory[FE_LIMBS][LANES])
{
    fe r;
    for (int i = 0; i < FE_LIMBS; i++) r.limb[i] = _mm256_castsi256_pd(vec_load(memory[i]));
    return r;
}

#endif
