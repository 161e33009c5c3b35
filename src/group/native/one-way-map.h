/* The one-way map of ristretto255 from 64 uniform bytes (RFC 9496 4.3.4): two Elligator maps and an addition. */
#ifndef VESICA_ONE_WAY_MAP_H
#define VESICA_ONE_WAY_MAP_H

#include "lane-words.h"
#include "point.h"

/* MAP (RFC 9496 4.3.4) of INTERLEAVE field elements. */
static void elligator(point out[INTERLEAVE], const fe t[INTERLEAVE])
{
    const fe one = fe_one(), d = fe_constant(CURVE_D);
    fe r[INTERLEAVE], u[INTERLEAVE], v[INTERLEAVE], root[INTERLEAVE];
    lane_mask was_square[INTERLEAVE];
    for (int i = 0; i < INTERLEAVE; i++) {
        r[i] = fe_mul(fe_constant(SQRT_M1), fe_square(t[i]));
        u[i] = fe_mul(fe_add(r[i], one), fe_constant(ONE_MINUS_D_SQUARED));
        v[i] = fe_mul(fe_negate(fe_add(one, fe_mul(r[i], d))), fe_add(r[i], d));
    }
    sqrt_ratio(root, was_square, u, v);
    for (int i = 0; i < INTERLEAVE; i++) {
        const fe other_root = fe_negate(fe_abs(fe_mul(root[i], t[i])));
        const fe s = fe_select(was_square[i], root[i], other_root);
        const fe c = fe_select(was_square[i], fe_negate(one), r[i]);
        const fe n = fe_sub(fe_mul(fe_mul(c, fe_sub(r[i], one)), fe_constant(D_MINUS_ONE_SQUARED)), v[i]);
        const fe ss = fe_square(s);
        const fe w0 = fe_double(fe_mul(s, v[i])), w1 = fe_mul(n, fe_constant(SQRT_AD_MINUS_ONE));
        const fe w2 = fe_sub(one, ss), w3 = fe_add(one, ss);
        out[i] = (point){fe_mul(w0, w3), fe_mul(w2, w1), fe_mul(w1, w3), fe_mul(w0, w2)};
    }
}

/* The map of LANES strings of 64 bytes, given as eight little-endian words. The two halves go side by side. */
static inline point one_way_map(const vec uniform[8])
{
    const fe t[2] = {fe_from_words(uniform), fe_from_words(uniform + 4)};
    point half[2];
    for (int i = 0; i < 2; i += INTERLEAVE) elligator(half + i, t + i);
    return point_add(half[0], addend_from(half[1]));
}

/* Reads the 64-byte strings first, first + 1, ... of `total`. */
static inline void load_uniform(vec uniform[8], const uint8_t *bytes, size_t first, size_t total)
{
    for (int i = 0; i < 8; i++) uniform[i] = vec_broadcast(0);
    if (first >= total) return;
    load_words(uniform, bytes, 64, first, total);
    load_words(uniform + 4, bytes + 32, 64, first, total);
}

#endif
