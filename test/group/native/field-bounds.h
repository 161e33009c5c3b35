/*
 * Drives every routine of a field backend with limbs at their stated maxima, and with random limbs within bounds, and
 * compares each lane with a plain big-integer reference (big-reference.h). Included once a backend by field-bounds-*.c,
 * which define the bounds and how limbs are weighed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "big-reference.h"
#include "field.h"

static unsigned long failures;

/* What only one backend needs to try. */
static void try_backend(void);

static void expect_equal(const char *what, const big *found, const big *wanted)
{
    if (big_equal(found, wanted)) return;
    if (failures++ < 20) fprintf(stderr, "%s differs from the reference\n", what);
}

/* What a limb contributes to the value: all of it, or (factors of IFMA) only the bits that vpmadd52 reads. */
static big value_of(const limb_vec limb[FE_LIMBS], int lane, const int64_t mask[FE_LIMBS])
{
    big sum = {{0}};
    for (int i = 0; i < FE_LIMBS; i++) {
        int64_t lanes[LANES];
        limb_read(lanes, limb[i]);
        const int64_t number = lanes[lane] & mask[i];
        big term = big_shifted((uint64_t)(number < 0 ? -number : number), limb_position[i]);
        if (number < 0) term = big_negate_mod(&term);
        sum = big_add_mod(&sum, &term);
    }
    return sum;
}

static void expect_within(const char *what, const limb_vec limb[FE_LIMBS], const int64_t mask[FE_LIMBS],
                          const limb_range *range)
{
    for (int i = 0; i < FE_LIMBS; i++) {
        int64_t lanes[LANES];
        limb_read(lanes, limb[i]);
        for (int lane = 0; lane < LANES; lane++) {
            const int64_t number = lanes[lane] & mask[i];
            if ((number < range->least[i] || number > range->largest[i]) && failures++ < 20)
                fprintf(stderr, "%s: limb %d is %lld, not within %lld and %lld\n", what, i, (long long)lanes[lane],
                        (long long)range->least[i], (long long)range->largest[i]);
        }
    }
}

/* Limbs within their bounds: the largest ones, the smallest, or random. */
static void fill(limb_vec limb[FE_LIMBS], const limb_range *range, int style)
{
    for (int i = 0; i < FE_LIMBS; i++) {
        int64_t lanes[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            const int64_t least = range->least[i], largest = range->largest[i];
            switch (style == 4 ? (int)(random_word() & 3) : style) {
            case 0: lanes[lane] = largest; break;
            case 1: lanes[lane] = least; break;
            case 2: lanes[lane] = largest - (int64_t)(random_word() & 15); break;
            default: lanes[lane] = least + (int64_t)(random_word() % (uint64_t)(largest - least + 1)); break;
            }
        }
        limb[i] = limb_load(lanes);
    }
}

#define VALUE(x, lane, mask) value_of((x).limb, lane, mask)

static void check_raw(const char *what, fe_raw r, big wanted, int lane)
{
    const big found = VALUE(r, lane, whole_limb);
    expect_equal(what, &found, &wanted);
}

static void check_minuend(const char *what, fe_minuend r, big wanted, int lane)
{
    const big found = VALUE(r, lane, whole_limb);
    expect_equal(what, &found, &wanted);
}

static void check_factor(const char *what, fe_factor r, big wanted, int lane)
{
    const big found = VALUE(r, lane, factor_mask);
    expect_equal(what, &found, &wanted);
}

static void check_fe(const char *what, fe r, big wanted, int lane)
{
    const big found = VALUE(r, lane, whole_limb);
    expect_equal(what, &found, &wanted);
}

static void try_factors(int style_a, int style_b)
{
    fe_factor a, b;
    fe_minuend added;
    fill(a.limb, &factor_range, style_a);
    fill(b.limb, &factor_range, style_b);
    fill(added.limb, &minuend_range, style_b);
    add_rubbish(&a);
    add_rubbish(&b);
    fe_raw product, square;
    fe_minuend product_minuend, square_minuend;
    fe_mul_raw(&product, &a, &b);
    fe_square_raw(&square, &a);
    fe_mul_minuend(&product_minuend, &a, &b);
    fe_square_minuend(&square_minuend, &a);
    const fe_factor small = factor_mul_small_add(a, 121665, added);
    expect_within("fe_mul_raw", product.limb, whole_limb, &raw_range);
    expect_within("fe_square_raw", square.limb, whole_limb, &raw_range);
    expect_within("fe_mul_minuend", product_minuend.limb, whole_limb, &minuend_range);
    expect_within("fe_square_minuend", square_minuend.limb, whole_limb, &minuend_range);
    expect_within("factor_mul_small_add", small.limb, factor_mask, &factor_range);
    for (int lane = 0; lane < LANES; lane++) {
        const big x = VALUE(a, lane, factor_mask), y = VALUE(b, lane, factor_mask), z = VALUE(added, lane, whole_limb);
        const big coefficient = big_shifted(121665, 0), scaled = big_mul_mod(&x, &coefficient);
        check_raw("fe_mul_raw", product, big_mul_mod(&x, &y), lane);
        check_raw("fe_square_raw", square, big_mul_mod(&x, &x), lane);
        check_minuend("fe_mul_minuend", product_minuend, big_mul_mod(&x, &y), lane);
        check_minuend("fe_square_minuend", square_minuend, big_mul_mod(&x, &x), lane);
        check_factor("factor_mul_small_add", small, big_add_mod(&scaled, &z), lane);
    }
}

static void try_raw(int style_a, int style_b)
{
    fe_minuend a;
    fe_raw b;
    fill(a.limb, &minuend_range, style_a);
    fill(b.limb, &raw_range, style_b);
    const fe_factor sum = factor_sum(a, b), difference = factor_difference(a, b);
    const fe_factor carried = factor_carry(b), carried_minuend = factor_carry_minuend(a);
    const fe clean_value = fe_carry(b), clean_minuend = fe_carry_minuend(a);
    expect_within("factor_sum", sum.limb, factor_mask, &factor_range);
    expect_within("factor_difference", difference.limb, factor_mask, &factor_range);
    expect_within("factor_carry", carried.limb, factor_mask, &factor_range);
    expect_within("factor_carry_minuend", carried_minuend.limb, factor_mask, &factor_range);
    expect_within("fe_carry", clean_value.limb, whole_limb, &fe_range);
    expect_within("fe_carry_minuend", clean_minuend.limb, whole_limb, &fe_range);
    for (int lane = 0; lane < LANES; lane++) {
        const big x = VALUE(a, lane, whole_limb), y = VALUE(b, lane, whole_limb), minus_y = big_negate_mod(&y);
        check_factor("factor_sum", sum, big_add_mod(&x, &y), lane);
        check_factor("factor_difference", difference, big_add_mod(&x, &minus_y), lane);
        check_factor("factor_carry", carried, y, lane);
        check_factor("factor_carry_minuend", carried_minuend, x, lane);
        check_fe("fe_carry", clean_value, y, lane);
        check_fe("fe_carry_minuend", clean_minuend, x, lane);
    }
}

static void check_canonical(fe a)
{
    vec word[4];
    uint64_t lanes[4][LANES];
    const fe canonical = fe_canonical(a);
    const lane_mask zero = fe_is_zero(a), negative = fe_is_negative(a);
    fe_to_words(word, a);
    for (int w = 0; w < 4; w++) vec_store(lanes[w], word[w]);
    const fe back = fe_from_words(word);
    for (int lane = 0; lane < LANES; lane++) {
        const big x = VALUE(a, lane, whole_limb); /* reduced below p */
        check_fe("fe_canonical", canonical, x, lane);
        check_fe("fe_from_words", back, x, lane);
        for (int w = 0; w < 4; w++)
            if (lanes[w][lane] != x.word[w] && failures++ < 20) fprintf(stderr, "fe_to_words is not canonical\n");
        if ((zero >> lane & 1) != big_is_zero(&x) && failures++ < 20) fprintf(stderr, "fe_is_zero is wrong\n");
        if ((uint64_t)(negative >> lane & 1) != (x.word[0] & 1) && failures++ < 20)
            fprintf(stderr, "fe_is_negative is wrong\n");
    }
}

static void try_elements(int style_a, int style_b)
{
    fe a, b;
    fill(a.limb, &fe_range, style_a);
    fill(b.limb, &fe_range, style_b);
    const lane_mask mask = (lane_mask)random_word() & ALL_LANES;
    const fe sum = fe_add(a, b), difference = fe_sub(a, b), product = fe_mul(a, b), chosen = fe_select(mask, a, b);
    expect_within("fe_add", sum.limb, whole_limb, &fe_range);
    expect_within("fe_sub", difference.limb, whole_limb, &fe_range);
    expect_within("fe_mul", product.limb, whole_limb, &fe_range);
    for (int lane = 0; lane < LANES; lane++) {
        const big x = VALUE(a, lane, whole_limb), y = VALUE(b, lane, whole_limb), minus_y = big_negate_mod(&y);
        check_fe("fe_add", sum, big_add_mod(&x, &y), lane);
        check_fe("fe_sub", difference, big_add_mod(&x, &minus_y), lane);
        check_fe("fe_mul", product, big_mul_mod(&x, &y), lane);
        check_fe("fe_select", chosen, mask >> lane & 1 ? x : y, lane);
    }
    check_canonical(a);
    check_canonical(sum);
    check_canonical(difference);
}

static void check_constant(const uint64_t word[4])
{
    const uint64_t wide[8] = {word[0], word[1], word[2], word[3]};
    const fe constant = fe_constant(word);
    expect_within("fe_constant", constant.limb, whole_limb, &fe_range);
    check_fe("fe_constant", constant, big_reduce(wide), 0);
    check_canonical(constant);
}

/* Values next to 0, p and 2^255, where canonical forms change. */
static void try_edges(void)
{
    for (int offset = -40; offset <= 40; offset++)
        for (int multiple = 0; multiple < 3; multiple++) {
            uint64_t word[4] = {0, 0, 0, 0};
            const uint64_t p[4] = {UINT64_MAX - 18, UINT64_MAX, UINT64_MAX, INT64_MAX};
            if (multiple == 1) memcpy(word, p, sizeof word);
            if (multiple == 2) { memcpy(word, p, sizeof word); word[0] += 18; }
            if (offset < 0 && word[0] < (uint64_t)-offset) continue;
            if (offset > 0 && word[0] + (uint64_t)offset < word[0]) continue;
            word[0] += (uint64_t)(int64_t)offset;
            check_constant(word);
        }
    for (int i = 0; i < 200; i++)
        check_constant((const uint64_t[4]){random_word(), random_word(), random_word(), random_word() >> 1});
}

static void try_lookup(void)
{
    fe_table_limb row[FE_LIMBS][8];
    uint64_t index[LANES], found[FE_LIMBS][LANES];
    for (int limb = 0; limb < FE_LIMBS; limb++)
        for (int j = 0; j < 8; j++) row[limb][j] = (fe_table_limb)random_word();
    for (int lane = 0; lane < LANES; lane++) index[lane] = random_word();
    fe_store(found, fe_lookup8((const fe_table_limb(*)[8])row, vec_load(index)));
    for (int limb = 0; limb < FE_LIMBS; limb++)
        for (int lane = 0; lane < LANES; lane++)
            if (found[limb][lane] != row[limb][index[lane] & 7] && failures++ < 20)
                fprintf(stderr, "fe_lookup8 is wrong\n");
}

/* Inversion and square roots against the reference's own powers. */
static void try_powers(void)
{
    fe a[INTERLEAVE], root[INTERLEAVE], ones[INTERLEAVE];
    lane_mask was_square[INTERLEAVE];
    for (int i = 0; i < INTERLEAVE; i++) {
        fill(a[i].limb, &fe_range, i == 0 ? 4 : 3);
        ones[i] = fe_one();
    }
    const fe inverse = fe_invert(a[0]), product = fe_mul(inverse, a[0]);
    sqrt_ratio(root, was_square, ones, a);
    for (int lane = 0; lane < LANES; lane++) {
        const big x = VALUE(a[0], lane, whole_limb), one = big_shifted(1, 0), zero = big_shifted(0, 0);
        check_fe("fe_invert", product, big_is_zero(&x) ? zero : one, lane);
        for (int i = 0; i < INTERLEAVE; i++) {
            const big v = VALUE(a[i], lane, whole_limb), r = VALUE(root[i], lane, whole_limb);
            const big rr = big_mul_mod(&r, &r), vrr = big_mul_mod(&rr, &v), minus = big_negate_mod(&one);
            const big squared = big_mul_mod(&vrr, &vrr);
            if (was_square[i] >> lane & 1) expect_equal("sqrt_ratio", &vrr, &one);
            else if (!big_is_zero(&v)) expect_equal("sqrt_ratio of a non-square", &squared, &minus);
        }
    }
}

int main(int argc, char **argv)
{
    const int rounds = argc > 1 ? atoi(argv[1]) : 2000;
    for (int round = 0; round < rounds; round++)
        for (int a = 0; a < 5; a++)
            for (int b = 0; b < 5; b++) {
                if (round > 0 && a < 2 && b < 2) continue; /* nothing random in these */
                try_factors(a, b);
                try_raw(a, b);
                try_elements(a, b);
            }
    for (int round = 0; round < rounds / 10 + 1; round++) {
        try_lookup();
        try_powers();
    }
    try_edges();
    try_backend();
    printf("%s: %d rounds, %lu failures\n", BACKEND, rounds, failures);
    return failures != 0;
}
