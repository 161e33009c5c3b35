/*
 * Multiples of the base point by many secret scalars: signed radix-16 digits against a table of
 * j * 16^w * B, j = 1..8, w = 0..63 (Bernstein, Duif, Lange, Schwabe, Yang 2011, section 4, with one table a digit).
 * An entry is chosen by a permutation inside registers (fe_lookup8): no address depends on a digit.
 */
#ifndef VESICA_COMB_H
#define VESICA_COMB_H

#include "lane-words.h"
#include "point.h"

#define COMB_DIGITS 64
#define COMB_ENTRIES 8

/* The addends of one digit, in affine form (2Z = 2): Y + X, Y - X, 2dXY. */
typedef struct {
    fe_table_limb sum[FE_LIMBS][COMB_ENTRIES];
    fe_table_limb difference[FE_LIMBS][COMB_ENTRIES];
    fe_table_limb t2d[FE_LIMBS][COMB_ENTRIES];
} comb_row;

/* Filled once by comb_prepare, before any other use, and constant from then on. */
static _Alignas(64) comb_row comb_table[COMB_DIGITS];

static const uint64_t BASE_X[4] = {
    0xc9562d608f25d51a, 0x692cc7609525a7b2, 0xc0a4e231fdd6dc5c, 0x216936d3cd6e53fe};
static const uint64_t BASE_Y[4] = {
    0x6666666666666658, 0x6666666666666666, 0x6666666666666666, 0x6666666666666666};

static void comb_store(fe_table_limb row[FE_LIMBS][COMB_ENTRIES], int first, fe value)
{
    uint64_t lanes[FE_LIMBS][LANES];
    fe_store(lanes, fe_canonical(value));
    for (int limb = 0; limb < FE_LIMBS; limb++)
        for (int lane = 0; lane < LANES; lane++) row[limb][first + lane] = (fe_table_limb)lanes[limb][lane];
}

/* Fills entries first + 1 .. first + LANES of every row: lane j computes with (first + j + 1) * 16^w * B. */
static void comb_prepare_lanes(int first)
{
    const fe base_x = fe_constant(BASE_X), base_y = fe_constant(BASE_Y);
    const addend base = addend_from((point){base_x, base_y, fe_one(), fe_mul(base_x, base_y)});
    point p = point_identity();
    for (int j = 0; j < first + LANES; j++) {
        const int first_lane = j < first ? 0 : j - first; /* lanes that want at least j + 1 times B */
        p = point_select((lane_mask)(ALL_LANES << first_lane) & ALL_LANES, point_add(p, base), p);
    }
    for (int w = 0; w < COMB_DIGITS; w++) {
        const fe z_inverse = fe_invert(p.z);
        const fe x = fe_mul(p.x, z_inverse), y = fe_mul(p.y, z_inverse);
        comb_store(comb_table[w].sum, first, fe_add(y, x));
        comb_store(comb_table[w].difference, first, fe_sub(y, x));
        comb_store(comb_table[w].t2d, first, fe_mul(fe_mul(x, y), fe_constant(CURVE_2D)));
        for (int i = 0; i < 4; i++) p = point_double(p);
    }
}

static void comb_prepare(void)
{
    for (int first = 0; first < COMB_ENTRIES; first += LANES) comb_prepare_lanes(first);
}

/* Signed digits of LANES scalars: magnitudes 0..8 and the lanes where the digit is negative. Secret. */
typedef struct {
    uint64_t magnitude[COMB_DIGITS][LANES];
    lane_mask negative[COMB_DIGITS];
} comb_digits;

/* Digits -8..7 of a scalar below 2^253, without a branch on it. */
static inline void comb_recode(comb_digits *digits, int lane, const uint64_t word[4])
{
    uint64_t carry = 0;
    for (int w = 0; w < COMB_DIGITS; w++) {
        const uint64_t value = (word[w / 16] >> (4 * (w % 16)) & 15) + carry; /* 0..16 */
        carry = (value + 8) >> 4;
        const uint64_t digit = value - (carry << 4);   /* -8..7, two's complement */
        const uint64_t sign = 0 - (digit >> 63);
        digits->magnitude[w][lane] = (digit ^ sign) - sign;
        digits->negative[w] |= (lane_mask)((sign & 1) << lane);
    }
}

/* p + digit * 16^w * B: 7 multiplications, as the table's points have Z = 1. Magnitude 0 adds the identity. */
static inline point comb_add(point p, int w, const comb_digits *digits)
{
    const vec magnitude = vec_load(digits->magnitude[w]);
    const vec index = vec_add(magnitude, vec_broadcast(UINT64_MAX)); /* only the low three bits count */
    const lane_mask negative = digits->negative[w], zero = vec_is_zero(magnitude);
    const fe sum = fe_select(zero, fe_one(), fe_lookup8(comb_table[w].sum, index));
    const fe difference = fe_select(zero, fe_one(), fe_lookup8(comb_table[w].difference, index));
    const fe t2d = fe_select(zero, fe_zero(), fe_lookup8(comb_table[w].t2d, index));
    const fe a = fe_mul(fe_sub(p.y, p.x), fe_select(negative, sum, difference));
    const fe b = fe_mul(fe_add(p.y, p.x), fe_select(negative, difference, sum));
    const fe c = fe_mul(p.t, fe_negate_if(negative, t2d));
    const fe d = fe_double(p.z);
    return point_from_efgh(fe_sub(b, a), fe_sub(d, c), fe_add(d, c), fe_add(b, a));
}

/* The digits' multiples of B. */
static inline point comb_multiply(const comb_digits *digits)
{
    point p = point_identity();
    for (int w = 0; w < COMB_DIGITS; w++) p = comb_add(p, w, digits);
    return p;
}

#endif
