/* Vectors of eight 64-bit lanes (AVX-512 F and BW), and the operations SHA-512 needs on them. */
#ifndef VESICA_LANES_H
#define VESICA_LANES_H

#include <immintrin.h>
#include <stdint.h>

#include "inline.h"

#define LANES 8
#define ALL_LANES ((lane_mask)0xff)

typedef __m512i vec;
typedef uint8_t lane_mask; /* bit i speaks for lane i */

VESICA_INLINE vec vec_broadcast(uint64_t value) { return _mm512_set1_epi64((long long)value); }
VESICA_INLINE vec vec_load(const uint64_t lanes[LANES]) { return _mm512_loadu_si512(lanes); }
VESICA_INLINE void vec_store(uint64_t lanes[LANES], vec value) { _mm512_storeu_si512(lanes, value); }
VESICA_INLINE vec vec_add(vec a, vec b) { return _mm512_add_epi64(a, b); }

/* The lanes of `on_set` where the mask is set, of `on_clear` elsewhere. */
VESICA_INLINE vec vec_select(lane_mask mask, vec on_set, vec on_clear)
{
    return _mm512_mask_blend_epi64(mask, on_clear, on_set);
}

VESICA_INLINE lane_mask vec_is_zero(vec a) { return _mm512_testn_epi64_mask(a, a); }

/* Reverses the eight bytes of every lane. */
VESICA_INLINE vec vec_swap_bytes(vec a)
{
    return _mm512_shuffle_epi8(a, _mm512_set4_epi32(0x08090a0b, 0x0c0d0e0f, 0x00010203, 0x04050607));
}

/* The functions of FIPS 180-4 4.1.3. The ternary-logic constants are truth tables over (x, y, z). */
VESICA_INLINE vec sha_choose(vec x, vec y, vec z) { return _mm512_ternarylogic_epi64(x, y, z, 0xca); }
VESICA_INLINE vec sha_majority(vec x, vec y, vec z) { return _mm512_ternarylogic_epi64(x, y, z, 0xe8); }
VESICA_INLINE vec sha_parity(vec x, vec y, vec z) { return _mm512_ternarylogic_epi64(x, y, z, 0x96); }
#define sha_rotate(x, count) _mm512_ror_epi64(x, count)
#define sha_shift(x, count) _mm512_srli_epi64(x, count)

#endif
