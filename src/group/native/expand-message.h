/* expand_message_xmd with SHA-512 and 64 bytes of output (RFC 9380 5.3.1), LANES messages at a time. */
#ifndef VESICA_EXPAND_MESSAGE_H
#define VESICA_EXPAND_MESSAGE_H

#include <string.h>

#include "kernel.h"
#include "lane-words.h"
#include "sha512.h"

/* prefix || key (32) || 00 40 00 || DST || len(DST), then 80 and the length: at most 65 + 32 + 3 + 256 + 17 bytes. */
#define MESSAGE_BLOCKS 3
_Static_assert(VESICA_MAX_PREFIX + 32 + 3 + 256 + 17 <= MESSAGE_BLOCKS * SHA512_BLOCK, "message buffer too small");

static inline uint64_t load_be64(const uint8_t *bytes) { return __builtin_bswap64(load_le64(bytes)); }

/* Appends SHA-512 padding to a message whose length counts `before` bytes hashed earlier. Returns its blocks. */
static inline size_t sha512_pad(uint8_t *message, size_t size, size_t before)
{
    const size_t blocks = (size + 17 + SHA512_BLOCK - 1) / SHA512_BLOCK, end = blocks * SHA512_BLOCK;
    const uint64_t bits = 8 * (uint64_t)(before + size);
    memset(message + size, 0, end - size);
    message[size] = 0x80;
    for (int i = 0; i < 8; i++) message[end - 1 - (size_t)i] = (uint8_t)(bits >> (8 * i));
    return blocks;
}

/* What all messages of a batch share: the bytes after the key, and the blocks of b_1 after b_0. */
typedef struct {
    uint8_t suffix[3 + 256];
    size_t suffix_size;
    uint64_t b1_word[16 * MESSAGE_BLOCKS];
    size_t b1_blocks;
} expander;

static inline void expander_init(expander *e, const uint8_t *dst, size_t dst_size)
{
    uint8_t b1[MESSAGE_BLOCKS * SHA512_BLOCK] = {0};
    memcpy(e->suffix, "\x00\x40\x00", 3); /* I2OSP(64, 2) || I2OSP(0, 1) */
    memcpy(e->suffix + 3, dst, dst_size);
    e->suffix[3 + dst_size] = (uint8_t)dst_size;
    e->suffix_size = 4 + dst_size;
    /* b_1 = H(b_0 || 01 || DST_prime); the place of b_0 is filled in later. */
    b1[64] = 1;
    memcpy(b1 + 65, e->suffix + 3, dst_size + 1);
    e->b1_blocks = sha512_pad(b1, 66 + dst_size, 0);
    for (size_t w = 0; w < 16 * e->b1_blocks; w++) e->b1_word[w] = load_be64(b1 + 8 * w);
}

/* Hashes blocks held word by word; lane i takes part in its first blocks[i] only. */
static inline void sha512_lanes(vec state[8], uint64_t word[][LANES], const size_t blocks[LANES])
{
    for (size_t b = 0; b < MESSAGE_BLOCKS; b++) {
        lane_mask active = 0;
        vec block[16], next[8];
        for (int lane = 0; lane < LANES; lane++) active |= (lane_mask)((b < blocks[lane]) << lane);
        if (active == 0) return;
        for (size_t w = 0; w < 16; w++) block[w] = vec_load(word[16 * b + w]);
        for (int i = 0; i < 8; i++) next[i] = state[i];
        sha512_compress(next, block);
        for (int i = 0; i < 8; i++) state[i] = vec_select(active, next[i], state[i]);
    }
}

/*
 * The uniform bytes of the items first, first + 1, ... as eight little-endian words a lane. Types are known to be
 * below labels->count. With the usual domain tag both b_0 and b_1 end after a single compression.
 */
static inline void expand_message(vec uniform[8], const expander *e, const vesica_labels *labels,
                                  const vesica_keys *items, size_t first)
{
    uint64_t word[16 * MESSAGE_BLOCKS][LANES] = {{0}};
    size_t blocks[LANES] = {0};
    uint8_t message[MESSAGE_BLOCKS * SHA512_BLOCK];
    const size_t used = lanes_used(first, items->n);
    for (size_t lane = 0; lane < used; lane++) {
        const uint8_t type = items->types[first + lane];
        size_t size = labels->size[type];
        memcpy(message, labels->prefix[type], size);
        memcpy(message + size, items->keys + 32 * (first + lane), 32);
        size += 32;
        memcpy(message + size, e->suffix, e->suffix_size);
        blocks[lane] = sha512_pad(message, size + e->suffix_size, SHA512_BLOCK);
        for (size_t w = 0; w < 16 * blocks[lane]; w++) word[w][lane] = load_be64(message + 8 * w);
    }
    vec b0[8], b1[8];
    for (int i = 0; i < 8; i++) b0[i] = vec_broadcast(SHA512_AFTER_ZEROS[i]);
    sha512_lanes(b0, word, blocks);
    for (int i = 0; i < 8; i++) b1[i] = vec_broadcast(SHA512_START[i]);
    for (size_t b = 0; b < e->b1_blocks; b++) {
        vec block[16];
        for (size_t w = 0; w < 16; w++) block[w] = b == 0 && w < 8 ? b0[w] : vec_broadcast(e->b1_word[16 * b + w]);
        sha512_compress(b1, block);
    }
    for (int i = 0; i < 8; i++) uniform[i] = vec_swap_bytes(b1[i]);
}

#endif
