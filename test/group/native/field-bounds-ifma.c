/* field-bounds.h for the AVX-512 IFMA field. The bounds are those written in field-ifma.h. */
#include "field-ifma-words.h"

#define BACKEND "avx512-ifma"
#define BIT(n) (UINT64_C(1) << (n))
#define EACH(n) {n, n, n, n, n}

static const int limb_position[FE_LIMBS] = {0, 52, 104, 156, 208};
static const uint64_t whole_limb[FE_LIMBS] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
static const uint64_t factor_mask[FE_LIMBS] = {BIT(52) - 1, BIT(52) - 1, BIT(52) - 1, BIT(52) - 1, UINT64_MAX};
static const uint64_t fe_bound[FE_LIMBS] = {BIT(52), BIT(52), BIT(52), BIT(52), BIT(47) + BIT(10)};
static const uint64_t factor_bound[FE_LIMBS] = {BIT(52), BIT(52), BIT(52), BIT(52), BIT(47) + BIT(10)};
static const uint64_t raw_bound[FE_LIMBS] = EACH(50952413380206180u); /* 2^55.5, rounded down */
static const uint64_t minuend_least[FE_LIMBS] = EACH(BIT(56) - 9728); /* 2^55.99 and more */
static const uint64_t minuend_bound[FE_LIMBS] = EACH(125459558158962960u); /* 2^56.8, rounded down */

/* The bits that a factor may carry along and a multiplication must ignore. */
#define add_rubbish(factor)                                                                        \
    do {                                                                                           \
        for (int i_ = 0; i_ < 4; i_++)                                                             \
            (factor)->limb[i_] = _mm512_or_si512((factor)->limb[i_], vec_broadcast(0xfffULL << 52)); \
    } while (0)

#include "field-bounds.h"
