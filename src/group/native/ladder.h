/* Multiplication of many points by one secret scalar: a Montgomery ladder on u-coordinates (RFC 7748 5). */
#ifndef VESICA_LADDER_H
#define VESICA_LADDER_H

#include "point.h"
#include "scalar.h"

/* A point of the Montgomery curve ready for the ladder: u, and 2v to find the sign of the result. */
typedef struct { fe u, v2; } montgomery_point;

/* The ladder's two running points, k'Q and (k' + 1)Q up to a swap, as raw products: see ladder_step. */
typedef struct {
    fe_minuend x2, x3;
    fe_raw z2, z3;
} ladder_state;

/*
 * One step: doubles one of the two points and adds them. `swap` says, for all lanes alike, whether the doubled point is
 * the second one. Addition is symmetric in the two, so only the doubling's inputs are selected. Values stay raw (not
 * carried) from a product to the next sum or difference: eleven carries a step. The order of the products
 * keeps few values alive.
 */
VESICA_INLINE void ladder_step(ladder_state *s, const fe_factor *u, lane_mask swap)
{
    const fe_factor a = factor_sum(s->x2, s->z2), b = factor_difference(s->x2, s->z2);
    const fe_factor c = factor_sum(s->x3, s->z3), d = factor_difference(s->x3, s->z3);
    const fe_factor doubled_sum = factor_select(swap, c, a), doubled_difference = factor_select(swap, d, b);
    fe_minuend aa, da;
    fe_raw bb, cb, square;
    fe_factor aa_room, bb_room, square_room;
    fe_square_minuend(&aa, &doubled_sum);
    fe_square_raw(&bb, &doubled_difference);
    fe_mul_minuend(&da, &d, &a);
    fe_mul_raw(&cb, &c, &b);
    const fe_factor e = factor_difference(aa, bb), scaled = factor_mul_small_add(e, 121665, aa);
    fe_mul_raw(&s->z2, &e, &scaled);
    fe_mul_minuend(&s->x2, minuend_as_factor(&aa, &aa_room), raw_as_factor(&bb, &bb_room));
    const fe_factor sum = factor_sum(da, cb), difference = factor_difference(da, cb);
    fe_square_minuend(&s->x3, &sum);
    fe_square_raw(&square, &difference);
    fe_mul_raw(&s->z3, u, raw_as_factor(&square, &square_room));
}

/* The projective result of the ladder: q = k'P, next = (k' + 1)P. */
typedef struct { fe q_x, q_z, next_x, next_z; } ladder_result;

static __attribute__((noinline)) ladder_result ladder(fe u, const half_scalar *scalar)
{
    const fe_factor factor_u = as_factor(u);
    const fe_factor one = as_factor(fe_one()), zero = as_factor(fe_zero());
    ladder_state s;
    fe_mul_minuend(&s.x2, &one, &one);
    fe_mul_raw(&s.z2, &zero, &one);
    fe_mul_minuend(&s.x3, &factor_u, &one);
    fe_mul_raw(&s.z3, &one, &one);
    lane_mask previous = 0;
    for (int bit = LADDER_BITS - 1; bit >= 0; bit--) {
        const lane_mask current = (lane_mask)(0 - (scalar->word[bit / 64] >> (bit % 64) & 1)) & ALL_LANES;
        ladder_step(&s, &factor_u, current ^ previous);
        previous = current;
    }
    const fe x2 = fe_carry_minuend(s.x2), z2 = fe_carry(s.z2), x3 = fe_carry_minuend(s.x3), z3 = fe_carry(s.z3);
    return (ladder_result){fe_select(previous, x3, x2), fe_select(previous, z3, z2),
                           fe_select(previous, x2, x3), fe_select(previous, z2, z3)};
}

/*
 * Finds the v-coordinate that the ladder dropped (Okeya and Sakurai 2001, in the form of algorithm 5 of Costello and
 * Smith, "Montgomery curves and their arithmetic", 2017) and maps the result to the Edwards curve by
 * x = sqrt(-486664) u/v, y = (u - 1)/(u + 1).
 */
static inline point recover(montgomery_point base, ladder_result r)
{
    static const uint64_t TWICE_A[4] = {2 * 486662, 0, 0, 0};
    const fe base_z = fe_mul(base.u, r.q_z);
    const fe scaled_z = fe_mul(fe_constant(TWICE_A), r.q_z);
    const fe distance = fe_mul(fe_square(fe_sub(r.q_x, base_z)), r.next_x);
    const fe left = fe_mul(fe_add(fe_add(r.q_x, base_z), scaled_z), fe_add(fe_mul(base.u, r.q_x), r.q_z));
    const fe v = fe_sub(fe_mul(fe_sub(left, fe_mul(scaled_z, r.q_z)), r.next_z), distance);
    const fe scale = fe_mul(fe_mul(base.v2, r.q_z), r.next_z);
    const fe u = fe_mul(scale, r.q_x), z = fe_mul(scale, r.q_z);
    const fe root_u = fe_mul(fe_constant(SQRT_M486664), u), above = fe_add(u, z), below = fe_sub(u, z);
    return (point){fe_mul(root_u, above), fe_mul(below, v), fe_mul(v, above), fe_mul(root_u, below)};
}

/* (k/2)P for every lane, where P is the coset of `base`. Valid for P not the identity. */
static inline point multiply_half(montgomery_point base, const half_scalar *scalar)
{
    base.v2 = fe_negate_if((lane_mask)(scalar->negated & ALL_LANES), base.v2);
    return recover(base, ladder(base.u, scalar));
}

/*
 * A decoded point for the ladder, without an inversion. It stands for (-x, -y), which is in the same coset and has
 * u = s^2; then 2v = 2 sqrt(-486664) u / (-x) = -sqrt(-486664) s / den_x, negated where x was.
 */
static inline montgomery_point montgomery_from_decoded(const decoded *d, fe s)
{
    const fe v2 = fe_mul(fe_mul(fe_constant(SQRT_M486664), s), d->inverse_den_x);
    return (montgomery_point){d->u, fe_negate_if((lane_mask)~d->x_negated & ALL_LANES, v2)};
}

#endif
