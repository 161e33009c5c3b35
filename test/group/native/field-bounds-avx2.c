/* field-bounds.h for the AVX2 field. The bounds are those written in field-avx2.h. */
#include "field-avx2-words.h"

#define BACKEND "avx2"
#define BIT(n) (INT64_C(1) << (n))
#define EACH(n) {n, n, n, n, n}
/* |limb| < bound */
#define BELOW(bound) {EACH(1 - (bound)), EACH((bound) - 1)}

typedef real_vec limb_vec;
typedef struct { int64_t least[FE_LIMBS], largest[FE_LIMBS]; } limb_range;

static const int limb_position[FE_LIMBS] = {0, 51, 102, 153, 204};
static const int64_t whole_limb[FE_LIMBS] = EACH(-1);
static const int64_t factor_mask[FE_LIMBS] = EACH(-1);
static const limb_range fe_range = BELOW(BIT(50) + BIT(10));
static const limb_range factor_range = BELOW(BIT(51) + BIT(22));
static const limb_range raw_range = BELOW(BIT(50) + BIT(10));
static const limb_range minuend_range = BELOW(BIT(50) + BIT(10));

/* Every bit of these factors counts. */
#define add_rubbish(factor) ((void)(factor))

static limb_vec limb_load(const int64_t lanes[LANES])
{
    return _mm256_set_pd((double)lanes[3], (double)lanes[2], (double)lanes[1], (double)lanes[0]);
}

/* What is no whole number lies outside every range. */
static void limb_read(int64_t lanes[LANES], limb_vec limb)
{
    double numbers[LANES];
    _mm256_storeu_pd(numbers, limb);
    for (int i = 0; i < LANES; i++) {
        const int fits = numbers[i] > -0x1p62 && numbers[i] < 0x1p62;
        lanes[i] = fits && (double)(int64_t)numbers[i] == numbers[i] ? (int64_t)numbers[i] : INT64_MAX;
    }
}

#include "field-bounds.h"

/* The largest limbs out of factor_mul_small_add: multiples just below an odd multiple of 2^50 leave most behind. */
static void try_backend(void)
{
    int64_t largest[LANES];
    fe_factor a;
    fe_minuend added;
    const uint128 odd_multiple = ((uint128)121664 << 51) + ((uint128)1 << 50);
    for (int lane = 0; lane < LANES; lane++) largest[lane] = (int64_t)(odd_multiple / 121665) - lane;
    EACH_LIMB a.limb[i] = limb_load(largest);
    fill(added.limb, &minuend_range, 0);
    const fe_factor sum = factor_mul_small_add(a, 121665, added);
    expect_within("factor_mul_small_add", sum.limb, factor_mask, &factor_range);
}
