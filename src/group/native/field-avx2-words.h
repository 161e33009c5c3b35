/* Loading, storing and comparing field elements of field-avx2.h: radix 2^25.5 to bytes' words and back. */
#ifndef VESICA_FIELD_AVX2_WORDS_H
#define VESICA_FIELD_AVX2_WORDS_H

#include "field-avx2.h"

/* A constant from four little-endian words, in every lane. Limbs within their widths. */
static inline fe fe_constant(const uint64_t word[4])
{
    const uint64_t low26 = (1 << 26) - 1, low25 = (1 << 25) - 1;
    fe r;
    r.limb[0] = vec_broadcast(word[0] & low26);
    r.limb[1] = vec_broadcast(word[0] >> 26 & low25);
    r.limb[2] = vec_broadcast((word[0] >> 51 | word[1] << 13) & low26);
    r.limb[3] = vec_broadcast(word[1] >> 13 & low25);
    r.limb[4] = vec_broadcast(word[1] >> 38);
    r.limb[5] = vec_broadcast(word[2] & low25);
    r.limb[6] = vec_broadcast(word[2] >> 25 & low26);
    r.limb[7] = vec_broadcast((word[2] >> 51 | word[3] << 13) & low25);
    r.limb[8] = vec_broadcast(word[3] >> 12 & low26);
    r.limb[9] = vec_broadcast(word[3] >> 38 & low25);
    return r;
}

/* (high:low) >> shift, the low 64 bits: bits of two neighbouring words. */
#define JOIN(low, high, shift) _mm256_or_si256(_mm256_srli_epi64(low, shift), _mm256_slli_epi64(high, 64 - (shift)))

/* The same from vectors of words: lane i of the four vectors is element i. Bit 255 is dropped. */
static inline fe fe_from_words(const vec word[4])
{
    fe r;
    r.limb[0] = word[0];
    r.limb[1] = _mm256_srli_epi64(word[0], 26);
    r.limb[2] = JOIN(word[0], word[1], 51);
    r.limb[3] = _mm256_srli_epi64(word[1], 13);
    r.limb[4] = _mm256_srli_epi64(word[1], 38);
    r.limb[5] = word[2];
    r.limb[6] = _mm256_srli_epi64(word[2], 25);
    r.limb[7] = JOIN(word[2], word[3], 51);
    r.limb[8] = _mm256_srli_epi64(word[3], 12);
    r.limb[9] = _mm256_srli_epi64(word[3], 38);
    for (int i = 0; i < FE_LIMBS; i++) r.limb[i] = _mm256_and_si256(r.limb[i], low_bits(LIMB_BITS(i)));
    return r;
}

/* Carries from limb 0 up to limb 9; returns what leaves limb 9. Limbs end within their widths. */
static inline vec carry_upwards(vec limb[FE_LIMBS])
{
    for (int i = 0; i < FE_LIMBS - 1; i++) CARRY_INTO(limb, i);
    const vec top = _mm256_srli_epi64(limb[9], 25);
    limb[9] = _mm256_and_si256(limb[9], low_bits(25));
    return top;
}

/*
 * The one representative below p. The value is below 2^255 + 2^243; taking its bit of weight 2^255 back as 19 leaves at
 * most 2^255 - 1 < 2p, with limb 0 perhaps a little over its width. Such a value is at least p exactly when adding 19
 * reaches 2^255, and then adding 19 and dropping 2^255 takes p off.
 */
static inline fe fe_canonical(fe a)
{
    const vec nineteen = vec_broadcast(19);
    const vec top = carry_upwards(a.limb);
    a.limb[0] = _mm256_add_epi64(a.limb[0], _mm256_mul_epu32(top, nineteen));
    fe shifted = a;
    shifted.limb[0] = _mm256_add_epi64(shifted.limb[0], nineteen);
    const vec at_least_p = carry_upwards(shifted.limb);
    a.limb[0] = _mm256_add_epi64(a.limb[0], _mm256_mul_epu32(at_least_p, nineteen));
    carry_upwards(a.limb);
    return a;
}

/* The canonical value as four little-endian words. */
static inline void fe_to_words(vec word[4], fe a)
{
    a = fe_canonical(a);
    word[0] = _mm256_or_si256(_mm256_or_si256(a.limb[0], _mm256_slli_epi64(a.limb[1], 26)), _mm256_slli_epi64(a.limb[2], 51));
    word[1] = _mm256_or_si256(_mm256_or_si256(_mm256_srli_epi64(a.limb[2], 13), _mm256_slli_epi64(a.limb[3], 13)),
                              _mm256_slli_epi64(a.limb[4], 38));
    word[2] = _mm256_or_si256(_mm256_or_si256(a.limb[5], _mm256_slli_epi64(a.limb[6], 25)), _mm256_slli_epi64(a.limb[7], 51));
    word[3] = _mm256_or_si256(_mm256_or_si256(_mm256_srli_epi64(a.limb[7], 13), _mm256_slli_epi64(a.limb[8], 12)),
                              _mm256_slli_epi64(a.limb[9], 38));
}

/* Negative means odd when canonical (RFC 9496 3.1). */
static inline lane_mask fe_is_negative(fe a)
{
    return mask_from_vec(_mm256_slli_epi64(fe_canonical(a).limb[0], 63));
}

static inline lane_mask fe_is_zero(fe a)
{
    a = fe_canonical(a);
    vec any = a.limb[0];
    for (int i = 1; i < FE_LIMBS; i++) any = _mm256_or_si256(any, a.limb[i]);
    return vec_is_zero(any);
}

/*
 * Reads lane by lane from a row of eight elements held as limbs: lane i takes entry index[i] (0..7). The permutation
 * happens inside a register, so the index, which may be secret, never becomes an address. vpermd moves 32-bit halves;
 * the high halves take entry 0 and are cleared.
 */
static inline fe fe_lookup8(const fe_table_limb row[FE_LIMBS][8], vec index)
{
    fe r;
    for (int i = 0; i < FE_LIMBS; i++) {
        const vec entries = _mm256_loadu_si256((const __m256i *)row[i]);
        r.limb[i] = _mm256_and_si256(_mm256_permutevar8x32_epi32(entries, index), low_bits(32));
    }
    return r;
}

/* Limbs to memory and back, lane i of limb l at memory[l][i]: for gathering lanes from many places. */
static inline void fe_store(uint64_t memory[FE_LIMBS][LANES], fe a)
{
    for (int i = 0; i < FE_LIMBS; i++) vec_store(memory[i], a.limb[i]);
}

static inline fe fe_load(const uint64_t memory[FE_LIMBS][LANES])
{
    fe r;
    for (int i = 0; i < FE_LIMBS; i++) r.limb[i] = vec_load(memory[i]);
    return r;
}

#endif
