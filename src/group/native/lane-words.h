/* 32-byte strings to vectors of words and back: lane i is string i. Little-endian, whatever the machine. */
#ifndef VESICA_LANE_WORDS_H
#define VESICA_LANE_WORDS_H

#include <stddef.h>
#include <string.h>

static inline uint64_t load_le64(const uint8_t *bytes)
{
    uint64_t word = 0;
    for (int i = 7; i >= 0; i--) word = word << 8 | bytes[i];
    return word;
}

static inline void store_le64(uint8_t *bytes, uint64_t word)
{
    for (int i = 0; i < 8; i++, word >>= 8) bytes[i] = (uint8_t)word;
}

/* How many of the LANES items from `first` on exist when there are `total`. */
static inline size_t lanes_used(size_t first, size_t total)
{
    const size_t left = first < total ? total - first : 0;
    return left < LANES ? left : LANES;
}

/* Reads the strings first, first + 1, ... of `total`, `stride` bytes apart; lanes past the end are zero. */
static inline void load_words(vec word[4], const uint8_t *bytes, size_t stride, size_t first, size_t total)
{
    uint64_t lanes[4][LANES] = {{0}};
    const size_t used = lanes_used(first, total);
    for (size_t lane = 0; lane < used; lane++)
        for (size_t w = 0; w < 4; w++) lanes[w][lane] = load_le64(bytes + (first + lane) * stride + 8 * w);
    for (int w = 0; w < 4; w++) word[w] = vec_load(lanes[w]);
}

/* Writes the strings first, first + 1, ... of `total`, 32 bytes each; zeros where the mask is clear. */
static inline void store_words(uint8_t *bytes, const vec word[4], size_t first, size_t total, lane_mask mask)
{
    uint64_t lanes[4][LANES];
    const size_t used = lanes_used(first, total);
    for (int w = 0; w < 4; w++) vec_store(lanes[w], vec_select(mask, word[w], vec_broadcast(0)));
    for (size_t lane = 0; lane < used; lane++)
        for (size_t w = 0; w < 4; w++) store_le64(bytes + 32 * (first + lane) + 8 * w, lanes[w][lane]);
}

/*
 * The lanes whose string is the canonical form of a non-negative field element: below p and even (RFC 9496 4.3.1,
 * step 1). The strings are public.
 */
static inline lane_mask words_are_canonical(const vec word[4])
{
    uint64_t lanes[4][LANES];
    lane_mask mask = 0;
    for (int w = 0; w < 4; w++) vec_store(lanes[w], word[w]);
    for (int lane = 0; lane < LANES; lane++) {
        const uint64_t low = lanes[0][lane], middle = lanes[1][lane] & lanes[2][lane], high = lanes[3][lane];
        const int below_p = high < UINT64_C(0x7fffffffffffffff) ||
                            (high == UINT64_C(0x7fffffffffffffff) && !(middle == UINT64_MAX && low >= UINT64_MAX - 18));
        if (below_p && (low & 1) == 0) mask |= (lane_mask)(1 << lane);
    }
    return mask;
}

#endif
