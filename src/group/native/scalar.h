/* Arithmetic modulo l = 2^252 + 27742317777372353535851937790883648493, the order of the group. Constant time. */
#ifndef VESICA_SCALAR_H
#define VESICA_SCALAR_H

#include <stddef.h>
#include <stdint.h>

/* Bits of the largest half_scalar: (l - 1)/2 < 2^252. */
#define LADDER_BITS 252

/* k/2 mod l or, if that is shorter, its negative; `negated` is all ones in that case. */
typedef struct {
    uint64_t word[4];
    uint64_t negated;
} half_scalar;

/* out = k/2 mod l, in little-endian words. k is 32 bytes, below l. */
void scalar_half(uint64_t out[4], const uint8_t k[32]);

/* The form the ladder wants. */
void scalar_half_short(half_scalar *out, const uint8_t k[32]);

/* out[i] = a[i] * b + c[i] mod l for n scalars of 32 bytes below l; b is one scalar. */
void scalar_multiply_add(uint8_t *out, const uint8_t *a, const uint8_t b[32], const uint8_t *c, size_t n);

#endif
