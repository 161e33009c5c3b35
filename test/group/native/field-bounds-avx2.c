/* field-bounds.h for the AVX2 field. The bounds are those written in field-avx2.h. */
#include "field-avx2-words.h"

#define BACKEND "avx2"
#define BIT(n) (UINT64_C(1) << (n))
#define BY_TURNS(even, odd) {even, odd, even, odd, even, odd, even, odd, even, odd}

static const int limb_position[FE_LIMBS] = {0, 26, 51, 77, 102, 128, 153, 179, 204, 230};
static const uint64_t whole_limb[FE_LIMBS] = BY_TURNS(UINT64_MAX, UINT64_MAX);
static const uint64_t factor_mask[FE_LIMBS] = BY_TURNS(UINT64_MAX, UINT64_MAX);
static const uint64_t fe_bound[FE_LIMBS] = BY_TURNS(BIT(26) + BIT(12), BIT(25) + BIT(12));
static const uint64_t factor_bound[FE_LIMBS] = BY_TURNS(3 * BIT(26) + BIT(13), 3 * BIT(25) + BIT(13));
static const uint64_t raw_bound[FE_LIMBS] = BY_TURNS(BIT(26) + BIT(12), BIT(25) + BIT(12));
static const uint64_t minuend_least[FE_LIMBS] = BY_TURNS(0, 0);
static const uint64_t minuend_bound[FE_LIMBS] = BY_TURNS(BIT(26) + BIT(12), BIT(25) + BIT(12));

/* Every bit of these factors counts. */
#define add_rubbish(factor) ((void)(factor))

#include "field-bounds.h"
