/* Vectors of four 64-bit lanes (AVX2), and the operations SHA-512 needs on them. */
#ifndef VESICA_LANES_H
#define VESICA_LANES_H

#include <immintrin.h>
#include <stdint.h>

#include "inline.h"

#define LANES 4
#define ALL_LANES ((lane_mask)0x0f)

typedef __m256i vec;
typedef uint8_t lane_mask; /* bit i speaks for lane i */

VESICA_INLINE vec vec_broadcast(uint64_t value) { return _mm256_set1_epi64x((long long)value); }
VESICA_INLINE vec vec_load(const uint64_t lanes[LANES]) { return _mm256_loadu_si256((const __m256i *)lanes); }
VESICA_INLINE void vec_store(uint64_t lanes[LANES], vec value) { _mm256_storeu_si256((__m256i *)lanes, value); }
VESICA_INLINE vec vec_add(vec a, vec b) { return _mm256_add_epi64(a, b); }

/* All ones in the lanes whose bit is set. */
VESICA_INLINE vec vec_from_mask(lane_mask mask)
{
    const vec bit = _mm256_set_epi64x(8, 4, 2, 1);
    return _mm256_cmpeq_epi64(_mm256_and_si256(vec_broadcast(mask), bit), bit);
}

/* The lanes of `on_set` where the mask is set, of `on_clear` elsewhere. */
VESICA_INLINE vec vec_select(lane_mask mask, vec on_set, vec on_clear)
{
    return _mm256_blendv_epi8(on_clear, on_set, vec_from_mask(mask));
}

/* One bit a lane from vectors that are all ones or all zeros in it. */
VESICA_INLINE lane_mask mask_from_vec(vec a) { return (lane_mask)_mm256_movemask_pd(_mm256_castsi256_pd(a)); }

VESICA_INLINE lane_mask vec_is_zero(vec a) { return mask_from_vec(_mm256_cmpeq_epi64(a, _mm256_setzero_si256())); }

/* Reverses the eight bytes of every lane. */
VESICA_INLINE vec vec_swap_bytes(vec a)
{
    return _mm256_shuffle_epi8(a, _mm256_set_epi64x(0x08090a0b0c0d0e0f, 0x0001020304050607,
                                                    0x08090a0b0c0d0e0f, 0x0001020304050607));
}

/* The functions of FIPS 180-4 4.1.3, in the forms with the fewest instructions. */
VESICA_INLINE vec sha_choose(vec x, vec y, vec z)
{
    return _mm256_xor_si256(z, _mm256_and_si256(x, _mm256_xor_si256(y, z)));
}
VESICA_INLINE vec sha_majority(vec x, vec y, vec z)
{
    return _mm256_or_si256(_mm256_and_si256(x, y), _mm256_and_si256(z, _mm256_or_si256(x, y)));
}
VESICA_INLINE vec sha_parity(vec x, vec y, vec z) { return _mm256_xor_si256(x, _mm256_xor_si256(y, z)); }
#define sha_rotate(x, count) _mm256_or_si256(_mm256_srli_epi64(x, count), _mm256_slli_epi64(x, 64 - (count)))
#define sha_shift(x, count) _mm256_srli_epi64(x, count)

#endif
