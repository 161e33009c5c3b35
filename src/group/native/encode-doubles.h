/*
 * Encoding 2P for a whole chunk of points P with a single inversion and no square root: known among
 * implementations of ristretto255 as "double and compress". The kernels compute P = (k/2)Q so that 2P is the wanted kQ.
 */
#ifndef VESICA_ENCODE_DOUBLES_H
#define VESICA_ENCODE_DOUBLES_H

#include "lane-words.h"
#include "point.h"

/* Elements between two inversions. The scratch of a chunk, 246 kB, stays in a second-level cache. */
#define CHUNK 1024
#define CHUNK_VECTORS (CHUNK / LANES)

/*
 * Scratch for a chunk, in memory that the caller wipes. Before encoding, `slot` may hold whatever the caller wants to
 * keep for each vector; see hash_and_multiply.
 */
typedef struct {
    fe slot[CHUNK_VECTORS][4];
    fe inverse[CHUNK_VECTORS];
    fe prefix[CHUNK_VECTORS];
} chunk_scratch;

enum { SLOT_E, SLOT_F, SLOT_G, SLOT_H };

/*
 * Keeps what the encoding of 2P needs: 2P has x = e/f and y = g/h with e = 2XY, f = Z^2 + dT^2, g = Y^2 + X^2,
 * h = Z^2 - dT^2, so it is (eh : fg : fh : eg) in extended coordinates.
 */
static inline void keep_double(chunk_scratch *chunk, size_t vector, point p)
{
    fe *slot = chunk->slot[vector];
    const fe z_squared = fe_square(p.z), dt_squared = fe_mul(fe_constant(CURVE_D), fe_square(p.t));
    slot[SLOT_E] = fe_double(fe_mul(p.x, p.y));
    slot[SLOT_F] = fe_add(z_squared, dt_squared);
    slot[SLOT_G] = fe_add(fe_square(p.y), fe_square(p.x));
    slot[SLOT_H] = fe_sub(z_squared, dt_squared);
    chunk->inverse[vector] = fe_mul(fe_mul(slot[SLOT_E], slot[SLOT_G]), fe_mul(slot[SLOT_F], slot[SLOT_H]));
}

/*
 * ENCODE (RFC 9496 4.3.2) of the double of one kept vector. inverse = 1/(ZT); the inverse square root of the RFC is
 * known for a double: it needs only 1/Z = eg * inverse and 1/T = fh * inverse.
 */
static inline fe encode_kept(const fe slot[4], fe inverse)
{
    const fe e = slot[SLOT_E], f = slot[SLOT_F], g = slot[SLOT_G], h = slot[SLOT_H];
    const fe eg = fe_mul(e, g);
    const fe z_inverse = fe_mul(eg, inverse), t_inverse = fe_mul(fe_mul(f, h), inverse);
    const lane_mask rotate = fe_is_negative(fe_mul(eg, z_inverse));
    const fe i_root = fe_constant(SQRT_M1);
    const fe rotated_e = fe_select(rotate, g, e);
    fe rotated_g = fe_select(rotate, fe_negate(e), g);
    const fe rotated_h = fe_select(rotate, fe_mul(f, i_root), h);
    const fe magic = fe_select(rotate, i_root, fe_constant(INVSQRT_A_MINUS_D));
    const lane_mask negate = fe_is_negative(fe_mul(fe_mul(rotated_h, rotated_e), z_inverse));
    rotated_g = fe_negate_if(negate, rotated_g);
    const fe s = fe_mul(fe_mul(fe_sub(rotated_h, rotated_g), magic), fe_mul(rotated_g, t_inverse));
    return fe_abs(s);
}

/*
 * Encodes the doubles of the first `count` elements kept in the chunk. `valid` (one mask a vector, or NULL) says which
 * lanes are to be written; the others become zeros. The doubles of the identity's coset have ZT = 0 and e or g = 0; the
 * product above is then 0, so their encoding is 0 as it should be.
 */
static void encode_doubles(uint8_t *out, chunk_scratch *chunk, size_t count, const lane_mask *valid)
{
    const size_t vectors = (count + LANES - 1) / LANES;
    invert_batch(chunk->inverse, chunk->prefix, vectors);
    for (size_t v = 0; v < vectors; v++) {
        vec word[4];
        fe_to_words(word, encode_kept(chunk->slot[v], chunk->inverse[v]));
        store_words(out, word, LANES * v, count, valid ? valid[v] : ALL_LANES);
    }
}

#endif
