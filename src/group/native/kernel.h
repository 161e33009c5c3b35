/*
 * What the addon and an engine variant agree on. A kernel is compiled once for every instruction set and does nothing
 * but compute: sizes and type codes were checked by the addon, scalars by the TypeScript wrapper.
 */
#ifndef VESICA_KERNEL_H
#define VESICA_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#define VESICA_ELEMENT 32
#define VESICA_SCALAR 32
#define VESICA_MAX_DST 255
#define VESICA_MAX_WIDTH 16
#define VESICA_MAX_LABELS 16
#define VESICA_MAX_PREFIX 65
#define VESICA_SKIP UINT32_MAX

typedef enum { VESICA_OK, VESICA_NO_MEMORY, VESICA_BAD_POINT } vesica_status;

/* The bytes before a key, by type code: I2OSP(len(label), 1) || label. */
typedef struct {
    size_t count;
    size_t size[VESICA_MAX_LABELS];
    uint8_t prefix[VESICA_MAX_LABELS][VESICA_MAX_PREFIX];
} vesica_labels;

/* n items to hash: a type code each, below labels.count, and a 32-byte key each. */
typedef struct {
    size_t n;
    const uint8_t *types;
    const uint8_t *keys;
} vesica_keys;

typedef struct {
    const uint8_t *bytes;
    size_t size;
} vesica_dst;

/* Rows to add up: see vesica_kernel.sum. */
typedef struct {
    size_t rows;
    size_t width;
    const uint8_t *elements; /* rows * width */
    const uint32_t *groups;  /* rows, each below group_count or VESICA_SKIP */
    size_t group_count;
} vesica_sum;

/* A variant of the engine. Elements and scalars are 32 bytes each; bitmaps are (n + 7) / 8 bytes, lowest bit first. */
typedef struct {
    const char *name;

    /* Fills the variant's constant tables. To be called once, before anything else, by one thread. */
    void (*prepare)(void);

    vesica_status (*hash_to_group)(uint8_t *out, const vesica_labels *, const vesica_keys *, vesica_dst);
    vesica_status (*hash_and_multiply)(uint8_t *out, const vesica_labels *, const vesica_keys *, vesica_dst,
                                       const uint8_t scalar[VESICA_SCALAR]);

    /* n strings of 64 uniform bytes to n elements. */
    vesica_status (*map_to_group)(uint8_t *out, const uint8_t *uniform, size_t n);

    /* Zeros and a clear bit where an element is no valid encoding, or is the identity. */
    vesica_status (*multiply)(uint8_t *out, uint8_t *validity, const uint8_t *elements, size_t n,
                              const uint8_t scalar[VESICA_SCALAR]);

    vesica_status (*multiply_base)(uint8_t *out, const uint8_t *scalars, size_t n);

    /* Column sums by group, into group_count * width elements. A bad element clears its row's bit and drops the row. */
    vesica_status (*sum)(uint8_t *out, uint8_t *validity, const vesica_sum *);

    /* start + i * step for i < count. VESICA_BAD_POINT when either is no valid encoding. Variable time. */
    vesica_status (*walk)(uint8_t *out, const uint8_t start[VESICA_ELEMENT], const uint8_t step[VESICA_ELEMENT],
                          size_t count);
} vesica_kernel;

#endif
