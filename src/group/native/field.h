/*
 * Field arithmetic that does not depend on the instruction set. A backend (field-ifma-words.h, field-avx2-words.h) is
 * included before this file; its header says what fe, fe_factor and fe_raw are.
 */
#ifndef VESICA_FIELD_H
#define VESICA_FIELD_H

#include <stddef.h>

/* RFC 9496 4.1, and the square root of -486664 that joins curve25519 to its twisted Edwards form. Words, low first. */
static const uint64_t CURVE_D[4] = {
    0x75eb4dca135978a3, 0x00700a4d4141d8ab, 0x8cc740797779e898, 0x52036cee2b6ffe73};
static const uint64_t CURVE_2D[4] = {
    0xebd69b9426b2f159, 0x00e0149a8283b156, 0x198e80f2eef3d130, 0x2406d9dc56dffce7};
static const uint64_t SQRT_M1[4] = {
    0xc4ee1b274a0ea0b0, 0x2f431806ad2fe478, 0x2b4d00993dfbd7a7, 0x2b8324804fc1df0b};
static const uint64_t ONE_MINUS_D_SQUARED[4] = {
    0xe27c09c1945fc176, 0x2c81a138cd5e350f, 0x9994abddbe70dfe4, 0x029072a8b2b3e0d7};
static const uint64_t D_MINUS_ONE_SQUARED[4] = {
    0x31ad5aaa44ed4d20, 0xd29e4a2cb01e1999, 0x4cdcd32f529b4eeb, 0x5968b37af66c2241};
static const uint64_t SQRT_AD_MINUS_ONE[4] = {
    0x7e97f6a0497b2e1b, 0xaf9d8e0c1b7854bd, 0x0f3cfcc931f5d1fd, 0x376931bf2b8348ac};
static const uint64_t INVSQRT_A_MINUS_D[4] = {
    0x99c8fdaa805d40ea, 0x9d2f16175a4172be, 0x16c27b91fe01d840, 0x786c8905cfaffca2};
static const uint64_t SQRT_M486664[4] = {
    0xcc6e04aaff457e06, 0xc5a1d3d14b7d1a82, 0xd27b08dc03fc4f7e, 0x0f26edf460a006bb};

static const uint64_t ZERO[4] = {0, 0, 0, 0};
static const uint64_t ONE[4] = {1, 0, 0, 0};

static inline fe fe_zero(void) { return fe_constant(ZERO); }
static inline fe fe_one(void) { return fe_constant(ONE); }
/* Products for everything but the inner loops, which keep values uncarried for longer. */
static inline fe fe_mul(fe a, fe b)
{
    const fe_factor x = as_factor(a), y = as_factor(b);
    fe_raw product;
    fe_mul_raw(&product, &x, &y);
    return fe_carry(product);
}

static inline fe fe_square(fe a)
{
    const fe_factor x = as_factor(a);
    fe_raw product;
    fe_square_raw(&product, &x);
    return fe_carry(product);
}

static inline fe fe_negate(fe a) { return fe_sub(fe_zero(), a); }
static inline fe fe_double(fe a) { return fe_add(a, a); }
static inline lane_mask fe_equal(fe a, fe b) { return fe_is_zero(fe_sub(a, b)); }

/* -a in the lanes of the mask. */
static inline fe fe_negate_if(lane_mask mask, fe a) { return fe_select(mask, fe_negate(a), a); }

/* |a| of RFC 9496 3.1: the one of a and -a that is not negative. */
static inline fe fe_abs(fe a) { return fe_negate_if(fe_is_negative(a), a); }

static inline fe_factor factor_mul(fe_factor a, fe_factor b)
{
    fe_raw product;
    fe_mul_raw(&product, &a, &b);
    return factor_carry(product);
}

/* x[i] <- x[i]^(2^count), the independent chains side by side. */
static void factor_square_many(fe_factor x[INTERLEAVE], int count)
{
    for (; count > 0; count--)
        for (int i = 0; i < INTERLEAVE; i++) {
            fe_raw square;
            fe_square_raw(&square, &x[i]);
            x[i] = factor_carry(square);
        }
}

/* r[i] <- a[i]^(2^count) * b[i]. */
static inline void square_many_mul(fe_factor r[INTERLEAVE], const fe_factor a[INTERLEAVE], int count,
                                   const fe_factor b[INTERLEAVE])
{
    fe_factor x[INTERLEAVE];
    for (int i = 0; i < INTERLEAVE; i++) x[i] = a[i];
    factor_square_many(x, count);
    for (int i = 0; i < INTERLEAVE; i++) r[i] = factor_mul(x[i], b[i]);
}

/*
 * The start that x^(2^252 - 3) and x^(p - 2) share: x^11 and x^(2^250 - 1). The usual addition chain for
 * 2^255 - 19: runs of ones of length 5, 10, 20, 40, 50, 100, 200, 250.
 */
static void power_of_ones(fe_factor eleven[INTERLEAVE], fe_factor ones250[INTERLEAVE], const fe_factor x[INTERLEAVE])
{
    fe_factor two[INTERLEAVE], nine[INTERLEAVE], ones5[INTERLEAVE], ones10[INTERLEAVE], ones20[INTERLEAVE],
        ones50[INTERLEAVE], ones100[INTERLEAVE], t[INTERLEAVE];
    for (int i = 0; i < INTERLEAVE; i++) two[i] = factor_mul(x[i], x[i]);
    square_many_mul(nine, two, 2, x);
    for (int i = 0; i < INTERLEAVE; i++) eleven[i] = factor_mul(nine[i], two[i]);
    square_many_mul(ones5, eleven, 1, nine);
    square_many_mul(ones10, ones5, 5, ones5);
    square_many_mul(ones20, ones10, 10, ones10);
    square_many_mul(t, ones20, 20, ones20);
    square_many_mul(ones50, t, 10, ones10);
    square_many_mul(ones100, ones50, 50, ones50);
    square_many_mul(t, ones100, 100, ones100);
    square_many_mul(ones250, t, 50, ones50);
}

/* x^((p - 5) / 8) = x^(2^252 - 3). */
static void power_p58(fe r[INTERLEAVE], const fe x[INTERLEAVE])
{
    fe_factor base[INTERLEAVE], eleven[INTERLEAVE], t[INTERLEAVE];
    for (int i = 0; i < INTERLEAVE; i++) base[i] = as_factor(x[i]);
    power_of_ones(eleven, t, base);
    factor_square_many(t, 2);
    for (int i = 0; i < INTERLEAVE; i++) {
        fe_raw product;
        fe_mul_raw(&product, &t[i], &base[i]);
        r[i] = fe_carry(product);
    }
}

/* 1/x = x^(p - 2) = x^(2^255 - 21); 1/0 = 0. One vector: called once a chunk. */
static fe fe_invert(fe x)
{
    fe_factor base[INTERLEAVE], eleven[INTERLEAVE], t[INTERLEAVE];
    for (int i = 0; i < INTERLEAVE; i++) base[i] = as_factor(x);
    power_of_ones(eleven, t, base);
    factor_square_many(t, 5);
    fe_raw product;
    fe_mul_raw(&product, &t[0], &eleven[0]);
    return fe_carry(product);
}

/*
 * SQRT_RATIO_M1 (RFC 9496 4.2): the non-negative root of u/v and, as a mask, whether u/v was a square; else the root of
 * SQRT_M1 * u/v. For v = 0 the root is 0 and the ratio counts as a square only for u = 0.
 */
static void sqrt_ratio(fe root[INTERLEAVE], lane_mask was_square[INTERLEAVE], const fe u[INTERLEAVE],
                       const fe v[INTERLEAVE])
{
    const fe i_root = fe_constant(SQRT_M1);
    fe uv3[INTERLEAVE], uv7[INTERLEAVE];
    for (int i = 0; i < INTERLEAVE; i++) {
        const fe v3 = fe_mul(fe_square(v[i]), v[i]);
        uv3[i] = fe_mul(u[i], v3);
        uv7[i] = fe_mul(fe_mul(uv3[i], v3), v[i]);
    }
    power_p58(root, uv7);
    for (int i = 0; i < INTERLEAVE; i++) {
        const fe r = fe_mul(uv3[i], root[i]);
        const fe check = fe_mul(v[i], fe_square(r));
        const lane_mask correct = fe_equal(check, u[i]);
        const lane_mask flipped = fe_is_zero(fe_add(check, u[i]));
        const lane_mask flipped_i = fe_is_zero(fe_add(check, fe_mul(u[i], i_root)));
        root[i] = fe_abs(fe_select(flipped | flipped_i, fe_mul(r, i_root), r));
        was_square[i] = correct | flipped;
    }
}

/*
 * Inverts every lane of every value with one exponentiation (Montgomery's trick). Zero lanes are replaced by one, so
 * that they spoil no other; they come back as one. prefix is scratch of the same length.
 */
static void invert_batch(fe *value, fe *prefix, size_t count)
{
    fe product = fe_one();
    for (size_t i = 0; i < count; i++) {
        value[i] = fe_select(fe_is_zero(value[i]), fe_one(), value[i]);
        prefix[i] = product;
        product = fe_mul(product, value[i]);
    }
    fe inverse = fe_invert(product);
    for (size_t i = count; i-- > 0;) {
        const fe rest = fe_mul(inverse, value[i]);
        value[i] = fe_mul(inverse, prefix[i]);
        inverse = rest;
    }
}

#endif
