#include "scalar.h"

#include "wipe.h"

typedef unsigned __int128 uint128;

static const uint64_t ORDER[4] = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000};
static const uint64_t MINUS_ORDER_INVERSE = 0xd2b51da312547e1b; /* -1/l mod 2^64 */
static const uint64_t R_SQUARED[4] = { /* 2^512 mod l */
    0xa40611e3449c0f01, 0xd00e1ba768859347, 0xceec73d217f5be65, 0x0399411b7c309a3d};

static void load_scalar(uint64_t word[4], const uint8_t *bytes)
{
    for (int w = 0; w < 4; w++) {
        word[w] = 0;
        for (int i = 7; i >= 0; i--) word[w] = word[w] << 8 | bytes[8 * w + i];
    }
}

static void store_scalar(uint8_t *bytes, const uint64_t word[4])
{
    for (int i = 0; i < 32; i++) bytes[i] = (uint8_t)(word[i / 8] >> (8 * (i % 8)));
}

/* out = a + b, returns the carry. */
static uint64_t add_words(uint64_t out[4], const uint64_t a[4], const uint64_t b[4])
{
    uint128 sum = 0;
    for (int i = 0; i < 4; i++) {
        sum += (uint128)a[i] + b[i];
        out[i] = (uint64_t)sum;
        sum >>= 64;
    }
    return (uint64_t)sum;
}

/* out = a - b, returns the borrow: 1 if a < b. */
static uint64_t subtract_words(uint64_t out[4], const uint64_t a[4], const uint64_t b[4])
{
    uint64_t borrow = 0;
    for (int i = 0; i < 4; i++) {
        const uint128 difference = (uint128)a[i] - b[i] - borrow;
        out[i] = (uint64_t)difference;
        borrow = (uint64_t)(difference >> 64) & 1;
    }
    return borrow;
}

/* out = mask ? a : b, for a mask of all ones or zeros. */
static void select_words(uint64_t out[4], uint64_t mask, const uint64_t a[4], const uint64_t b[4])
{
    for (int i = 0; i < 4; i++) out[i] = (a[i] & mask) | (b[i] & ~mask);
}

/* a mod l for a < 2l. */
static void reduce_once(uint64_t a[4])
{
    uint64_t reduced[4];
    const uint64_t borrow = subtract_words(reduced, a, ORDER);
    select_words(a, 0 - borrow, a, reduced);
}

/*
 * a * b / 2^256 mod l (Montgomery 1985, word by word). For a < 2^256 and b < l the sum before the last step is
 * below 2l, as (2^256 * l + 2^256 * l) / 2^256 = 2l.
 */
static void montgomery_multiply(uint64_t out[4], const uint64_t a[4], const uint64_t b[4])
{
    uint64_t t[6] = {0};
    for (int i = 0; i < 4; i++) {
        uint128 carry = 0;
        for (int j = 0; j < 4; j++) {
            carry += (uint128)a[i] * b[j] + t[j];
            t[j] = (uint64_t)carry;
            carry >>= 64;
        }
        carry += t[4];
        t[4] = (uint64_t)carry;
        t[5] = (uint64_t)(carry >> 64);
        const uint64_t factor = t[0] * MINUS_ORDER_INVERSE;
        carry = ((uint128)factor * ORDER[0] + t[0]) >> 64;
        for (int j = 1; j < 4; j++) {
            carry += (uint128)factor * ORDER[j] + t[j];
            t[j - 1] = (uint64_t)carry;
            carry >>= 64;
        }
        carry += t[4];
        t[3] = (uint64_t)carry;
        t[4] = t[5] + (uint64_t)(carry >> 64);
    }
    reduce_once(t);
    for (int i = 0; i < 4; i++) out[i] = t[i];
    wipe(t, sizeof t);
}

/* k/2 if k is even, else (k + l)/2. */
void scalar_half(uint64_t out[4], const uint8_t k[32])
{
    uint64_t word[4], addend[4];
    load_scalar(word, k);
    const uint64_t odd = 0 - (word[0] & 1);
    for (int i = 0; i < 4; i++) addend[i] = ORDER[i] & odd;
    const uint64_t carry = add_words(word, word, addend);
    for (int i = 0; i < 4; i++) out[i] = word[i] >> 1 | (i < 3 ? word[i + 1] : carry) << 63;
    wipe(word, sizeof word);
    wipe(addend, sizeof addend);
}

void scalar_half_short(half_scalar *out, const uint8_t k[32])
{
    uint64_t half[4], negative[4], difference[4];
    scalar_half(half, k);
    subtract_words(negative, ORDER, half);
    out->negated = 0 - subtract_words(difference, negative, half);
    select_words(out->word, out->negated, negative, half);
    wipe(half, sizeof half);
    wipe(negative, sizeof negative);
    wipe(difference, sizeof difference);
}

void scalar_multiply_add(uint8_t *out, const uint8_t *a, const uint8_t b[32], const uint8_t *c, size_t n)
{
    uint64_t factor[4], word[4], addend[4];
    load_scalar(factor, b);
    montgomery_multiply(factor, factor, R_SQUARED);
    for (size_t i = 0; i < n; i++) {
        load_scalar(word, a + 32 * i);
        load_scalar(addend, c + 32 * i);
        montgomery_multiply(word, word, factor);
        add_words(word, word, addend);
        reduce_once(word);
        store_scalar(out + 32 * i, word);
    }
    wipe(factor, sizeof factor);
    wipe(word, sizeof word);
    wipe(addend, sizeof addend);
}
