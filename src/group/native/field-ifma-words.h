/* Loading, storing and comparing field elements of field-ifma.h: radix 2^52 to bytes' words and back. */
#ifndef VESICA_FIELD_IFMA_WORDS_H
#define VESICA_FIELD_IFMA_WORDS_H

#include "field-ifma.h"

/* A constant from four little-endian words, in every lane. Clean, limb 4 < 2^47. */
static inline fe fe_constant(const uint64_t word[4])
{
    const uint64_t mask = (UINT64_C(1) << 52) - 1;
    fe r;
    r.limb[0] = vec_broadcast(word[0] & mask);
    r.limb[1] = vec_broadcast((word[0] >> 52 | word[1] << 12) & mask);
    r.limb[2] = vec_broadcast((word[1] >> 40 | word[2] << 24) & mask);
    r.limb[3] = vec_broadcast((word[2] >> 28 | word[3] << 36) & mask);
    r.limb[4] = vec_broadcast(word[3] >> 16 & mask >> 5);
    return r;
}

/* The same from vectors of words: lane i of the four vectors is element i. Bit 255 is dropped. */
static inline fe fe_from_words(const vec word[4])
{
    fe r;
    r.limb[0] = _mm512_and_si512(word[0], low_52());
    r.limb[1] = _mm512_and_si512(_mm512_shrdi_epi64(word[0], word[1], 52), low_52());
    r.limb[2] = _mm512_and_si512(_mm512_shrdi_epi64(word[1], word[2], 40), low_52());
    r.limb[3] = _mm512_and_si512(_mm512_shrdi_epi64(word[2], word[3], 28), low_52());
    r.limb[4] = _mm512_and_si512(_mm512_srli_epi64(word[3], 16), low_47());
    return r;
}

/*
 * The one representative below p. Input clean, so below 2^255 + 2^219. Taking the bit of weight 2^255 back as 19
 * leaves at most 2^255 - 1 < 2p; such a value is at least p exactly when adding 19 reaches 2^255, and then adding 19
 * and dropping 2^255 takes p off.
 */
static inline fe fe_canonical(fe a)
{
    const vec nineteen = vec_broadcast(19);
    fe r = clean(carry_columns(a.limb));
    vec carry = nineteen;
    for (int i = 0; i < 4; i++) carry = _mm512_srli_epi64(_mm512_add_epi64(r.limb[i], carry), 52);
    carry = _mm512_srli_epi64(_mm512_add_epi64(r.limb[4], carry), 47);
    r.limb[0] = _mm512_madd52lo_epu64(r.limb[0], carry, nineteen);
    for (int i = 1; i < FE_LIMBS; i++) {
        r.limb[i] = _mm512_add_epi64(r.limb[i], _mm512_srli_epi64(r.limb[i - 1], 52));
        r.limb[i - 1] = _mm512_and_si512(r.limb[i - 1], low_52());
    }
    r.limb[4] = _mm512_and_si512(r.limb[4], low_47());
    return r;
}

/* The canonical value as four little-endian words. */
static inline void fe_to_words(vec word[4], fe a)
{
    a = fe_canonical(a);
    word[0] = _mm512_or_si512(a.limb[0], _mm512_slli_epi64(a.limb[1], 52));
    word[1] = _mm512_or_si512(_mm512_srli_epi64(a.limb[1], 12), _mm512_slli_epi64(a.limb[2], 40));
    word[2] = _mm512_or_si512(_mm512_srli_epi64(a.limb[2], 24), _mm512_slli_epi64(a.limb[3], 28));
    word[3] = _mm512_or_si512(_mm512_srli_epi64(a.limb[3], 36), _mm512_slli_epi64(a.limb[4], 16));
}

/* Negative means odd when canonical (RFC 9496 3.1). */
static inline lane_mask fe_is_negative(fe a)
{
    return _mm512_test_epi64_mask(fe_canonical(a).limb[0], vec_broadcast(1));
}

static inline lane_mask fe_is_zero(fe a)
{
    a = fe_canonical(a);
    vec any = a.limb[0];
    for (int i = 1; i < FE_LIMBS; i++) any = _mm512_or_si512(any, a.limb[i]);
    return vec_is_zero(any);
}

/*
 * Reads lane by lane from a row of eight elements held as limbs: lane i takes entry index[i] (0..7). The permutation
 * happens inside a register, so the index, which may be secret, never becomes an address.
 */
static inline fe fe_lookup8(const fe_table_limb row[FE_LIMBS][8], vec index)
{
    fe r;
    for (int i = 0; i < FE_LIMBS; i++)
        r.limb[i] = _mm512_permutexvar_epi64(index, _mm512_loadu_si512(row[i]));
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
