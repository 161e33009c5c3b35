/* Points of the twisted Edwards curve -x^2 + y^2 = 1 + d x^2 y^2, and their ristretto255 bytes (RFC 9496 4.3). */
#ifndef VESICA_POINT_H
#define VESICA_POINT_H

#include "field.h"

/* Extended coordinates: x = X/Z, y = Y/Z, XY = ZT (Hisil, Wong, Carter, Dawson 2008). */
typedef struct { fe x, y, z, t; } point;

/* A point prepared for being added many times: Y + X, Y - X, 2Z, 2dT. */
typedef struct { fe sum, difference, z2, t2d; } addend;

static inline point point_identity(void) { return (point){fe_zero(), fe_one(), fe_one(), fe_zero()}; }

static inline point point_select(lane_mask mask, point on_set, point on_clear)
{
    return (point){fe_select(mask, on_set.x, on_clear.x), fe_select(mask, on_set.y, on_clear.y),
                   fe_select(mask, on_set.z, on_clear.z), fe_select(mask, on_set.t, on_clear.t)};
}

static inline addend addend_from(point p)
{
    return (addend){fe_add(p.y, p.x), fe_sub(p.y, p.x), fe_double(p.z), fe_mul(p.t, fe_constant(CURVE_2D))};
}

/* The end that doubling and addition share: x = E/G, y = H/F over the common denominator. */
static inline point point_from_efgh(fe e, fe f, fe g, fe h)
{
    return (point){fe_mul(e, f), fe_mul(g, h), fe_mul(f, g), fe_mul(e, h)};
}

/* p + q, complete for this curve (Hisil et al. 3.1, with a = -1): 8 multiplications. */
static inline point point_add(point p, addend q)
{
    const fe a = fe_mul(fe_sub(p.y, p.x), q.difference);
    const fe b = fe_mul(fe_add(p.y, p.x), q.sum);
    const fe c = fe_mul(p.t, q.t2d);
    const fe d = fe_mul(p.z, q.z2);
    return point_from_efgh(fe_sub(b, a), fe_sub(d, c), fe_add(d, c), fe_add(b, a));
}

/* 2p (Hisil et al. 3.3, with a = -1; all four of E, F, G, H are negated, which changes nothing). */
static inline point point_double(point p)
{
    const fe a = fe_square(p.x), b = fe_square(p.y);
    const fe h = fe_add(a, b);
    const fe e = fe_sub(h, fe_square(fe_add(p.x, p.y)));
    const fe g = fe_sub(a, b);
    return point_from_efgh(e, fe_add(fe_double(fe_square(p.z)), g), g, h);
}

/* What decoding a string finds. */
typedef struct {
    fe x, y, t;            /* the point, with Z = 1 */
    fe u;                  /* Montgomery u of the point (-x, -y) of the same coset: s^2 */
    fe inverse_den_x;      /* 1/den_x, where x is 2s * den_x or its negative */
    lane_mask x_negated;   /* the lanes where it is the negative */
    lane_mask valid;       /* on the curve; the string itself is judged by words_are_canonical */
    lane_mask identity;
} decoded;

/* DECODE (RFC 9496 4.3.1) from s as a field element. */
static void decode(decoded out[INTERLEAVE], const fe s[INTERLEAVE])
{
    const fe one = fe_one(), d = fe_constant(CURVE_D);
    fe u1[INTERLEAVE], u2[INTERLEAVE], v[INTERLEAVE], ratio[INTERLEAVE], root[INTERLEAVE], ones[INTERLEAVE];
    lane_mask was_square[INTERLEAVE];
    for (int i = 0; i < INTERLEAVE; i++) {
        const fe ss = fe_square(s[i]);
        u1[i] = fe_sub(one, ss);
        u2[i] = fe_add(one, ss);
        const fe u2_squared = fe_square(u2[i]);
        v[i] = fe_negate(fe_add(fe_mul(d, fe_square(u1[i])), u2_squared));
        ratio[i] = fe_mul(v[i], u2_squared);
        ones[i] = one;
        out[i].u = ss;
    }
    sqrt_ratio(root, was_square, ones, ratio);
    for (int i = 0; i < INTERLEAVE; i++) {
        const fe den_x = fe_mul(root[i], u2[i]);
        out[i].inverse_den_x = fe_mul(den_x, v[i]);
        const fe den_y = fe_mul(root[i], out[i].inverse_den_x);
        const fe x = fe_double(fe_mul(s[i], den_x));
        out[i].x_negated = fe_is_negative(x);
        out[i].x = fe_negate_if(out[i].x_negated, x);
        out[i].y = fe_mul(u1[i], den_y);
        out[i].t = fe_mul(out[i].x, out[i].y);
        out[i].valid = was_square[i] & (lane_mask)~(fe_is_negative(out[i].t) | fe_is_zero(out[i].y));
        out[i].identity = fe_is_zero(s[i]);
    }
}

/* ENCODE (RFC 9496 4.3.2), to s as a canonical field element. */
static void encode(fe s[INTERLEAVE], const point p[INTERLEAVE])
{
    fe u1[INTERLEAVE], u2[INTERLEAVE], product[INTERLEAVE], root[INTERLEAVE], ones[INTERLEAVE];
    lane_mask was_square[INTERLEAVE];
    for (int i = 0; i < INTERLEAVE; i++) {
        u1[i] = fe_mul(fe_add(p[i].z, p[i].y), fe_sub(p[i].z, p[i].y));
        u2[i] = fe_mul(p[i].x, p[i].y);
        product[i] = fe_mul(u1[i], fe_square(u2[i]));
        ones[i] = fe_one();
    }
    sqrt_ratio(root, was_square, ones, product);
    for (int i = 0; i < INTERLEAVE; i++) {
        const fe den1 = fe_mul(root[i], u1[i]), den2 = fe_mul(root[i], u2[i]);
        const fe z_inverse = fe_mul(fe_mul(den1, den2), p[i].t);
        const lane_mask rotate = fe_is_negative(fe_mul(p[i].t, z_inverse));
        const fe x = fe_select(rotate, fe_mul(p[i].y, fe_constant(SQRT_M1)), p[i].x);
        const fe y = fe_select(rotate, fe_mul(p[i].x, fe_constant(SQRT_M1)), p[i].y);
        const fe den = fe_select(rotate, fe_mul(den1, fe_constant(INVSQRT_A_MINUS_D)), den2);
        const lane_mask negate_y = fe_is_negative(fe_mul(x, z_inverse));
        s[i] = fe_abs(fe_mul(den, fe_sub(p[i].z, fe_negate_if(negate_y, y))));
    }
}

#endif
