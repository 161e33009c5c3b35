/*
 * The batch operations of a kernel, chunk by chunk. Included once by each variant's source file, after a field backend;
 * the file then fills a vesica_kernel with these functions.
 */
#ifndef VESICA_BATCHES_H
#define VESICA_BATCHES_H

#include <stdlib.h>

#include "comb.h"
#include "encode-doubles.h"
#include "expand-message.h"
#include "kernel.h"
#include "ladder.h"
#include "one-way-map.h"
#include "sum.h"
#include "walk.h"
#include "wipe.h"

static inline size_t chunk_size(size_t done, size_t n) { return n - done < CHUNK ? n - done : CHUNK; }

static chunk_scratch *chunk_new(void) { return aligned_alloc(64, sizeof(chunk_scratch)); }

/* Scratch and the stack held multiples by the secret scalar's half, and the half itself. */
static void chunk_free(chunk_scratch *chunk)
{
    wipe(chunk, sizeof *chunk);
    free(chunk);
    wipe_stack();
}

/* Encodes INTERLEAVE vectors of points. */
static void write_points(uint8_t *out, const point p[INTERLEAVE], size_t first, size_t n)
{
    fe s[INTERLEAVE];
    encode(s, p);
    for (size_t i = 0; i < INTERLEAVE; i++) {
        vec word[4];
        fe_to_words(word, s[i]);
        store_words(out, word, first + i * LANES, n, ALL_LANES);
    }
}

static vesica_status map_to_group(uint8_t *out, const uint8_t *uniform, size_t n)
{
    for (size_t first = 0; first < n; first += INTERLEAVE * LANES) {
        point p[INTERLEAVE];
        for (size_t i = 0; i < INTERLEAVE; i++) {
            vec words[8];
            load_uniform(words, uniform, first + i * LANES, n);
            p[i] = one_way_map(words);
        }
        write_points(out, p, first, n);
    }
    return VESICA_OK;
}

static vesica_status hash_to_group(uint8_t *out, const vesica_labels *labels, const vesica_keys *keys, vesica_dst dst)
{
    expander e;
    expander_init(&e, dst.bytes, dst.size);
    for (size_t first = 0; first < keys->n; first += INTERLEAVE * LANES) {
        point p[INTERLEAVE];
        for (size_t i = 0; i < INTERLEAVE; i++) {
            vec uniform[8];
            expand_message(uniform, &e, labels, keys, first + i * LANES);
            p[i] = one_way_map(uniform);
        }
        write_points(out, p, first, keys->n);
    }
    return VESICA_OK;
}

/*
 * A chunk of hash_and_multiply. The ladder wants affine u = (Z + Y)/(Z - Y) and 2v = 2c (Z + Y) Z / ((Z - Y) X), with
 * c = sqrt(-486664), so (Z - Y) X is inverted for the whole chunk first. It is zero only for the identity's coset,
 * which nobody can find a preimage of; such a lane would give the identity's encoding.
 */
static void hash_and_multiply_chunk(chunk_scratch *chunk, const expander *e, const vesica_labels *labels,
                                    const vesica_keys *keys, const half_scalar *half)
{
    const size_t vectors = (keys->n + LANES - 1) / LANES;
    const fe twice_root = fe_double(fe_constant(SQRT_M486664));
    for (size_t v = 0; v < vectors; v++) {
        vec uniform[8];
        expand_message(uniform, e, labels, keys, v * LANES);
        const point p = one_way_map(uniform);
        chunk->slot[v][0] = fe_add(p.z, p.y);
        chunk->slot[v][1] = p.x;
        chunk->slot[v][2] = fe_mul(twice_root, p.z);
        chunk->inverse[v] = fe_mul(fe_sub(p.z, p.y), p.x);
    }
    invert_batch(chunk->inverse, chunk->prefix, vectors);
    for (size_t v = 0; v < vectors; v++) {
        const fe common = fe_mul(chunk->slot[v][0], chunk->inverse[v]);
        const montgomery_point base = {fe_mul(common, chunk->slot[v][1]), fe_mul(common, chunk->slot[v][2])};
        keep_double(chunk, v, multiply_half(base, half));
    }
}

static vesica_status hash_and_multiply(uint8_t *out, const vesica_labels *labels, const vesica_keys *keys,
                                       vesica_dst dst, const uint8_t scalar[VESICA_SCALAR])
{
    expander e;
    half_scalar half;
    chunk_scratch *chunk = chunk_new();
    if (!chunk) return VESICA_NO_MEMORY;
    expander_init(&e, dst.bytes, dst.size);
    scalar_half_short(&half, scalar);
    for (size_t done = 0; done < keys->n; done += CHUNK) {
        const size_t size = chunk_size(done, keys->n);
        const vesica_keys part = {size, keys->types + done, keys->keys + 32 * done};
        hash_and_multiply_chunk(chunk, &e, labels, &part, &half);
        encode_doubles(out + VESICA_ELEMENT * done, chunk, size, NULL);
    }
    wipe(&half, sizeof half);
    chunk_free(chunk);
    return VESICA_OK;
}

/* Decodes and multiplies a chunk; valid[v] receives the lanes of vector v that are encodings and not the identity. */
static void multiply_chunk(chunk_scratch *chunk, lane_mask *valid, const uint8_t *elements, size_t size,
                           const half_scalar *half)
{
    for (size_t v = 0; v * LANES < size; v += INTERLEAVE) {
        fe s[INTERLEAVE];
        decoded d[INTERLEAVE];
        for (size_t i = 0; i < INTERLEAVE; i++) {
            vec word[4];
            load_words(word, elements, VESICA_ELEMENT, (v + i) * LANES, size);
            valid[v + i] = words_are_canonical(word);
            s[i] = fe_from_words(word);
        }
        decode(d, s);
        for (size_t i = 0; i < INTERLEAVE; i++) {
            valid[v + i] &= d[i].valid & (lane_mask)~d[i].identity;
            keep_double(chunk, v + i, multiply_half(montgomery_from_decoded(&d[i], s[i]), half));
        }
    }
}

static vesica_status multiply(uint8_t *out, uint8_t *validity, const uint8_t *elements, size_t n,
                              const uint8_t scalar[VESICA_SCALAR])
{
    half_scalar half;
    chunk_scratch *chunk = chunk_new();
    if (!chunk) return VESICA_NO_MEMORY;
    scalar_half_short(&half, scalar);
    memset(validity, 0, (n + 7) / 8);
    for (size_t done = 0; done < n; done += CHUNK) {
        lane_mask valid[CHUNK_VECTORS];
        const size_t size = chunk_size(done, n);
        multiply_chunk(chunk, valid, elements + VESICA_ELEMENT * done, size, &half);
        encode_doubles(out + VESICA_ELEMENT * done, chunk, size, valid);
        for (size_t i = 0; i < size; i++)
            validity[(done + i) / 8] |= (uint8_t)((valid[i / LANES] >> i % LANES & 1) << (done + i) % 8);
    }
    wipe(&half, sizeof half);
    chunk_free(chunk);
    return VESICA_OK;
}

static vesica_status multiply_base(uint8_t *out, const uint8_t *scalars, size_t n)
{
    comb_digits digits;
    uint64_t half[4];
    chunk_scratch *chunk = chunk_new();
    if (!chunk) return VESICA_NO_MEMORY;
    for (size_t done = 0; done < n; done += CHUNK) {
        const size_t size = chunk_size(done, n);
        for (size_t first = 0; first < size; first += LANES) {
            const size_t used = lanes_used(first, size);
            memset(&digits, 0, sizeof digits);
            for (size_t lane = 0; lane < used; lane++) {
                scalar_half(half, scalars + VESICA_SCALAR * (done + first + lane));
                comb_recode(&digits, (int)lane, half);
            }
            keep_double(chunk, first / LANES, comb_multiply(&digits));
        }
        encode_doubles(out + VESICA_ELEMENT * done, chunk, size, NULL);
    }
    wipe(&digits, sizeof digits);
    wipe(half, sizeof half);
    chunk_free(chunk);
    return VESICA_OK;
}

static vesica_status walk(uint8_t *out, const uint8_t start[VESICA_ELEMENT], const uint8_t step[VESICA_ELEMENT],
                          size_t count)
{
    uint8_t both[2 * VESICA_ELEMENT];
    point halves;
    memcpy(both, start, VESICA_ELEMENT);
    memcpy(both + VESICA_ELEMENT, step, VESICA_ELEMENT);
    if ((decode_halves(&halves, both, 2) & 3) != 3) return VESICA_BAD_POINT;
    chunk_scratch *chunk = chunk_new();
    if (!chunk) return VESICA_NO_MEMORY;
    walk_with(chunk, out, point_spread(halves, 0), point_spread(halves, 1), count);
    free(chunk);
    return VESICA_OK;
}

#define VESICA_KERNEL(variant_name)                                                                             \
    {                                                                                                           \
        .name = variant_name, .prepare = comb_prepare, .hash_to_group = hash_to_group,                          \
        .hash_and_multiply = hash_and_multiply, .map_to_group = map_to_group, .multiply = multiply,             \
        .multiply_base = multiply_base, .sum = sum, .walk = walk                                                \
    }

#endif
