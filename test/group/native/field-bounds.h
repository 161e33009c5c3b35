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

static void expect_equal(const char *what, const big *found, const big *wanted)
{
    if (big_equal(found, wanted)) return;
    if (failures++ < 20) fprintf(stderr, "%s differs from the reference\n", what);
}

/* The bits that a limb contributes to the value: all of them, or (factors of IFMA) only what vpmadd52 reads. */
static big value_of(const vec limb[FE_LIMBS], int lane, const uint64_t mask[FE_LIMBS])
{
    big sum = {{0}};
    for (int i = 0; i < FE_LIMBS; i++) {
        uint64_t lanes[LANES];
        vec_store(lanes, limb[i]);
        const big term = big_shifted(lanes[lane] & mask[i], limb_position[i]);
        sum = big_add_mod(&sum, &term);
    }
    return sum;
}

static void expect_below(const char *what, const vec limb[FE_LIMBS], const uint64_t mask[FE_LIMBS],
                         const uint64_t bound[FE_LIMBS])
{
    for (int i = 0; i < FE_LIMBS; i++) {
        uint64_t lanes[LANES];
        vec_store(lanes, limb[i]);
        for (int lane = 0; lane < LANES; lane++)
            if ((lanes[lane] & mask[i]) >= bound[i] && failures++ < 20)
                fprintf(stderr, "%s: limb %d is %llx, bound %llx\n", what, i, (unsigned long long)lanes[lane],
                        (unsigned long long)bound[i]);
    }
}

/* Limbs below their bounds: the largest ones, the smallest, or random. */
static void fill(vec limb[FE_LIMBS], const uint64_t bound[FE_LIMBS], int style)
{
    for (int i = 0; i < FE_LIMBS; i++) {
        uint64_t lanes[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            const uint64_t largest = bound[i] - 1;
            switch (style == 4 ? (int)(random_word() & 3) : style) {
            case 0: lanes[lane] = largest; break;
            case 1: lanes[lane] = 0; break;
            case 2: lanes[lane] = largest - (random_word() & 15); break;
            default: lanes[lane] = random_word() % bound[i]; break;
            }
        }
        limb[i] = vec_load(lanes);
    }
}

/* A minuend lies between two bounds: high enough to subtract from, low enough to carry. */
static void fill_minuend(fe_minuend *a, int style)
{
    uint64_t span[FE_LIMBS];
    for (int i = 0; i < FE_LIMBS; i++) span[i] = minuend_bound[i] - minuend_least[i];
    fill(a->limb, span, style);
    for (int i = 0; i < FE_LIMBS; i++) a->limb[i] = vec_add(a->limb[i], vec_broadcast(minuend_least[i]));
}

static void expect_minuend(const char *what, const fe_minuend *a)
{
    vec above[FE_LIMBS];
    uint64_t span[FE_LIMBS];
    for (int i = 0; i < FE_LIMBS; i++) {
        above[i] = vec_add(a->limb[i], vec_broadcast(0 - minuend_least[i])); /* wraps if below */
        span[i] = minuend_bound[i] - minuend_least[i];
    }
    expect_below(what, above, whole_limb, span);
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
    fill(a.limb, factor_bound, style_a);
    fill(b.limb, factor_bound, style_b);
    fill_minuend(&added, style_b);
    add_rubbish(&a);
    add_rubbish(&b);
    fe_raw product, square;
    fe_minuend product_minuend, square_minuend;
    fe_mul_raw(&product, &a, &b);
    fe_square_raw(&square, &a);
    fe_mul_minuend(&product_minuend, &a, &b);
    fe_square_minuend(&square_minuend, &a);
    const fe_factor small = factor_mul_small_add(a, 121665, added);
    expect_below("fe_mul_raw", product.limb, whole_limb, raw_bound);
    expect_below("fe_square_raw", square.limb, whole_limb, raw_bound);
    expect_minuend("fe_mul_minuend", &product_minuend);
    expect_minuend("fe_square_minuend", &square_minuend);
    expect_below("factor_mul_small_add", small.limb, factor_mask, factor_bound);
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
    fill_minuend(&a, style_a);
    fill(b.limb, raw_bound, style_b);
    const fe_factor sum = factor_sum(a, b), difference = factor_difference(a, b);
    const fe_factor carried = factor_carry(b), carried_minuend = factor_carry_minuend(a);
    const fe clean_value = fe_carry(b), clean_minuend = fe_carry_minuend(a);
    expect_below("factor_sum", sum.limb, factor_mask, factor_bound);
    expect_below("factor_difference", difference.limb, factor_mask, factor_bound);
    expect_below("factor_carry", carried.limb, factor_mask, factor_bound);
    expect_below("factor_carry_minuend", carried_minuend.limb, factor_mask, factor_bound);
    expect_below("fe_carry", clean_value.limb, whole_limb, fe_bound);
    expect_below("fe_carry_minuend", clean_minuend.limb, whole_limb, fe_bound);
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
    fill(a.limb, fe_bound, style_a);
    fill(b.limb, fe_bound, style_b);
    const lane_mask mask = (lane_mask)random_word() & ALL_LANES;
    const fe sum = fe_add(a, b), difference = fe_sub(a, b), product = fe_mul(a, b), chosen = fe_select(mask, a, b);
    expect_below("fe_add", sum.limb, whole_limb, fe_bound);
    expect_below("fe_sub", difference.limb, whole_limb, fe_bound);
    expect_below("fe_mul", product.limb, whole_limb, fe_bound);
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
            check_canonical(fe_constant(word));
        }
}

static void try_lookup(void)
{
    fe_table_limb row[FE_LIMBS][8];
    uint64_t index[LANES];
    for (int limb = 0; limb < FE_LIMBS; limb++)
        for (int j = 0; j < 8; j++) row[limb][j] = (fe_table_limb)(random_word() % fe_bound[limb]);
    for (int lane = 0; lane < LANES; lane++) index[lane] = random_word();
    const fe found = fe_lookup8((const fe_table_limb(*)[8])row, vec_load(index));
    for (int limb = 0; limb < FE_LIMBS; limb++) {
        uint64_t lanes[LANES];
        vec_store(lanes, found.limb[limb]);
        for (int lane = 0; lane < LANES; lane++)
            if (lanes[lane] != row[limb][index[lane] & 7] && failures++ < 20) fprintf(stderr, "fe_lookup8 is wrong\n");
    }
}

/* Inversion and square roots against the reference's own powers. */
static void try_powers(void)
{
    fe a[INTERLEAVE], root[INTERLEAVE], ones[INTERLEAVE];
    lane_mask was_square[INTERLEAVE];
    for (int i = 0; i < INTERLEAVE; i++) {
        fill(a[i].limb, fe_bound, i == 0 ? 4 : 3);
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
    printf("%s: %d rounds, %lu failures\n", BACKEND, rounds, failures);
    return failures != 0;
}
