/* Arithmetic progressions of points: start + i * step. Public values, variable time. */
#ifndef VESICA_WALK_H
#define VESICA_WALK_H

#include "encode-doubles.h"
#include "kernel.h"
#include "ladder.h"

/* One lane's field element in every lane. */
static inline fe fe_spread(fe a, int lane)
{
    uint64_t lanes[FE_LIMBS][LANES];
    fe_store(lanes, a);
    for (int limb = 0; limb < FE_LIMBS; limb++)
        for (int i = 0; i < LANES; i++) lanes[limb][i] = lanes[limb][lane];
    return fe_load(lanes);
}

static inline point point_spread(point p, int lane)
{
    return (point){fe_spread(p.x, lane), fe_spread(p.y, lane), fe_spread(p.z, lane), fe_spread(p.t, lane)};
}

/*
 * Decodes `count` elements (at most LANES) and halves them: lane i is (1/2 mod l) * element i. Returns the lanes that
 * are valid encodings. The identity, which the ladder cannot take, is its own half.
 */
static lane_mask decode_halves(point *halves, const uint8_t *bytes, size_t count)
{
    static const uint8_t ONE_SCALAR[32] = {1};
    vec word[4];
    fe s[INTERLEAVE];
    decoded d[INTERLEAVE];
    half_scalar half;
    load_words(word, bytes, VESICA_ELEMENT, 0, count);
    for (int i = 0; i < INTERLEAVE; i++) s[i] = fe_from_words(word);
    decode(d, s);
    scalar_half_short(&half, ONE_SCALAR);
    const point p = multiply_half(montgomery_from_decoded(&d[0], s[0]), &half);
    *halves = point_select(d[0].identity, point_identity(), p);
    return d[0].valid & words_are_canonical(word);
}

/*
 * Lanes hold LANES successive points' halves; each vector is the one before plus LANES steps. Encoding the doubles
 * costs one inversion a chunk.
 */
static void walk_with(chunk_scratch *chunk, uint8_t *out, point start, point step, size_t count)
{
    const addend single = addend_from(step);
    point p = start, stride = step;
    for (int lane = 1; lane < LANES; lane++)
        p = point_select((lane_mask)(ALL_LANES << lane) & ALL_LANES, point_add(p, single), p);
    for (int lanes = 1; lanes < LANES; lanes *= 2) stride = point_double(stride);
    const addend next = addend_from(stride);
    for (size_t done = 0; done < count; done += CHUNK) {
        const size_t size = count - done < CHUNK ? count - done : CHUNK;
        for (size_t v = 0; v * LANES < size; v++) {
            keep_double(chunk, v, p);
            p = point_add(p, next);
        }
        encode_doubles(out + VESICA_ELEMENT * done, chunk, size, NULL);
    }
}

#endif
