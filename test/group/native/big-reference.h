/* 256-bit integers modulo p = 2^255 - 19 by schoolbook arithmetic: slow, plain, independent of the engine. */
#ifndef VESICA_BIG_REFERENCE_H
#define VESICA_BIG_REFERENCE_H

#include <stdint.h>

typedef unsigned __int128 uint128;
typedef struct { uint64_t word[4]; } big; /* always below p */

static uint64_t random_state = 88172645463325252u;

static inline uint64_t random_word(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static inline int big_equal(const big *a, const big *b)
{
    return ((a->word[0] ^ b->word[0]) | (a->word[1] ^ b->word[1]) | (a->word[2] ^ b->word[2]) |
            (a->word[3] ^ b->word[3])) == 0;
}

static inline int big_is_zero(const big *a) { return (a->word[0] | a->word[1] | a->word[2] | a->word[3]) == 0; }

/* Reduces eight words: 2^256 = 38 mod p, then p is taken off while it fits. */
static inline big big_reduce(const uint64_t wide[8])
{
    static const uint64_t p[4] = {UINT64_MAX - 18, UINT64_MAX, UINT64_MAX, INT64_MAX};
    uint64_t r[5] = {wide[0], wide[1], wide[2], wide[3], 0};
    uint64_t high[4] = {wide[4], wide[5], wide[6], wide[7]};
    while (high[0] | high[1] | high[2] | high[3]) {
        uint128 carry = 0;
        for (int i = 0; i < 4; i++) {
            carry += (uint128)high[i] * 38 + r[i];
            r[i] = (uint64_t)carry;
            carry >>= 64;
        }
        high[0] = (uint64_t)carry;
        high[1] = high[2] = high[3] = 0;
    }
    for (;;) {
        uint64_t difference[4], borrow = 0;
        for (int i = 0; i < 4; i++) {
            const uint128 d = (uint128)r[i] - p[i] - borrow;
            difference[i] = (uint64_t)d;
            borrow = (uint64_t)(d >> 64) & 1;
        }
        if (borrow) break;
        for (int i = 0; i < 4; i++) r[i] = difference[i];
    }
    return (big){{r[0], r[1], r[2], r[3]}};
}

/* value * 2^position mod p. */
static inline big big_shifted(uint64_t value, int position)
{
    uint64_t wide[8] = {0};
    wide[position / 64] = value << (position % 64);
    if (position % 64) wide[position / 64 + 1] = value >> (64 - position % 64);
    return big_reduce(wide);
}

static inline big big_add_mod(const big *a, const big *b)
{
    uint64_t wide[8] = {0};
    uint128 carry = 0;
    for (int i = 0; i < 4; i++) {
        carry += (uint128)a->word[i] + b->word[i];
        wide[i] = (uint64_t)carry;
        carry >>= 64;
    }
    wide[4] = (uint64_t)carry;
    return big_reduce(wide);
}

static inline big big_mul_mod(const big *a, const big *b)
{
    uint64_t wide[8] = {0};
    for (int i = 0; i < 4; i++) {
        uint128 carry = 0;
        for (int j = 0; j < 4; j++) {
            carry += (uint128)a->word[i] * b->word[j] + wide[i + j];
            wide[i + j] = (uint64_t)carry;
            carry >>= 64;
        }
        wide[i + 4] = (uint64_t)carry;
    }
    return big_reduce(wide);
}

static inline big big_negate_mod(const big *a)
{
    const big minus_one = {{UINT64_MAX - 19, UINT64_MAX, UINT64_MAX, INT64_MAX}};
    return big_mul_mod(a, &minus_one);
}

#endif
