/* field-bounds.h for the AVX-512 IFMA field. The bounds are those written in field-ifma.h. */
#include "field-ifma-words.h"

#define BACKEND "avx512-ifma"
#define BIT(n) (INT64_C(1) << (n))
#define EACH(n) {n, n, n, n, n}
#define LARGEST_CLEAN {BIT(52) - 1, BIT(52) - 1, BIT(52) - 1, BIT(52) - 1, BIT(47) + BIT(10) - 1}

typedef vec limb_vec;
typedef struct { int64_t least[FE_LIMBS], largest[FE_LIMBS]; } limb_range;

static const int limb_position[FE_LIMBS] = {0, 52, 104, 156, 208};
static const int64_t whole_limb[FE_LIMBS] = EACH(-1);
static const int64_t factor_mask[FE_LIMBS] = {BIT(52) - 1, BIT(52) - 1, BIT(52) - 1, BIT(52) - 1, -1};
static const limb_range fe_range = {EACH(0), LARGEST_CLEAN};
static const limb_range factor_range = {EACH(0), LARGEST_CLEAN};
static const limb_range raw_range = {EACH(0), EACH(50952413380206179)}; /* 2^55.5, rounded down */
static const limb_range minuend_range = {
    EACH(BIT(56) - 9728), EACH(125459558158962959)}; /* 2^55.99 and more, 2^56.8 rounded down */

/* The bits that a factor may carry along and a multiplication must ignore. */
#define add_rubbish(factor)                                                                        \
    do {                                                                                           \
        for (int i_ = 0; i_ < 4; i_++)                                                             \
            (factor)->limb[i_] = _mm512_or_si512((factor)->limb[i_], vec_broadcast(0xfffULL << 52)); \
    } while (0)

static limb_vec limb_load(const int64_t lanes[LANES]) { return vec_load((const uint64_t *)lanes); }
static void limb_read(int64_t lanes[LANES], limb_vec limb) { vec_store((uint64_t *)lanes, limb); }

#include "field-bounds.h"

static void try_backend(void) {}
