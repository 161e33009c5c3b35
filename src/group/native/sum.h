/*
 * Sums of many elements by group. Elements are decoded a chunk at a time into memory, one point after the other; then
 * rows of equal group are added in pairs, round after round, so that all additions of a round are independent and fill
 * the lanes whatever the groups are.
 */
#ifndef VESICA_SUM_H
#define VESICA_SUM_H

#include <stdlib.h>

#include "encode-doubles.h"
#include "kernel.h"

/* A point as plain limbs: x, y, z, t. */
typedef struct { uint64_t coordinate[4][FE_LIMBS]; } stored_point;

#define NO_ROW UINT32_MAX

/* A row of `width` points and the group it belongs to. Rows 0 .. group_count - 1 are the groups' own sums. */
typedef struct { uint32_t row, group; } summand;

/* One addition: points[into] += points[from], column by column. */
typedef struct { uint32_t into, from; } row_pair;

typedef struct {
    size_t width;
    size_t group_count;
    stored_point *points;      /* (group_count + CHUNK) rows */
    uint32_t *waiting;         /* by group: a row that has no partner yet in this round, or NO_ROW */
    uint8_t *bytes;            /* the encodings of the chunk's rows */
    summand *summands;         /* at most two a row: the row, and its group's sum */
    row_pair *pairs;           /* the additions of a round */
} sum_work;

static void sum_work_free(sum_work *work)
{
    free(work->points);
    free(work->waiting);
    free(work->bytes);
    free(work->summands);
    free(work->pairs);
}

static int sum_work_allocate(sum_work *work, const vesica_sum *task)
{
    work->width = task->width;
    work->group_count = task->group_count;
    work->points = calloc((task->group_count + CHUNK) * task->width, sizeof(stored_point));
    work->waiting = malloc((task->group_count + 1) * sizeof(uint32_t));
    work->bytes = malloc((size_t)CHUNK * VESICA_ELEMENT);
    work->summands = malloc(2 * CHUNK * sizeof(summand));
    work->pairs = malloc(CHUNK * sizeof(row_pair));
    return work->points && work->waiting && work->bytes && work->summands && work->pairs;
}

/* Gathers points into lanes: lane i takes points[index[i]]. */
static point gather_points(const stored_point *points, const size_t index[LANES])
{
    uint64_t lanes[4][FE_LIMBS][LANES];
    for (int lane = 0; lane < LANES; lane++)
        for (int c = 0; c < 4; c++)
            for (int limb = 0; limb < FE_LIMBS; limb++)
                lanes[c][limb][lane] = points[index[lane]].coordinate[c][limb];
    return (point){fe_load(lanes[0]), fe_load(lanes[1]), fe_load(lanes[2]), fe_load(lanes[3])};
}

static void scatter_points(stored_point *points, const size_t index[LANES], size_t count, point p)
{
    uint64_t lanes[4][FE_LIMBS][LANES];
    fe_store(lanes[0], p.x);
    fe_store(lanes[1], p.y);
    fe_store(lanes[2], p.z);
    fe_store(lanes[3], p.t);
    for (size_t lane = 0; lane < count; lane++)
        for (int c = 0; c < 4; c++)
            for (int limb = 0; limb < FE_LIMBS; limb++)
                points[index[lane]].coordinate[c][limb] = lanes[c][limb][lane];
}

/* Decodes `count` elements into the points that follow the groups' sums. bad[i] is set where one is no encoding. */
static void sum_decode(const sum_work *work, size_t count, uint8_t *bad)
{
    stored_point *target = work->points + work->group_count * work->width;
    for (size_t start = 0; start < count; start += INTERLEAVE * LANES) {
        fe s[INTERLEAVE];
        decoded d[INTERLEAVE];
        lane_mask valid[INTERLEAVE];
        for (size_t i = 0; i < INTERLEAVE; i++) {
            vec word[4];
            load_words(word, work->bytes, VESICA_ELEMENT, start + i * LANES, count);
            valid[i] = words_are_canonical(word);
            s[i] = fe_from_words(word);
        }
        decode(d, s);
        for (size_t i = 0; i < INTERLEAVE; i++) {
            const size_t first = start + i * LANES, used = lanes_used(first, count);
            size_t index[LANES];
            valid[i] &= d[i].valid;
            for (size_t lane = 0; lane < used; lane++) {
                index[lane] = first + lane;
                bad[first + lane] = !(valid[i] >> lane & 1);
            }
            scatter_points(target, index, used, (point){d[i].x, d[i].y, fe_one(), d[i].t});
        }
    }
}

/* Carries out a round of additions. No row occurs twice in it. */
static void sum_add_pairs(const sum_work *work, size_t pair_count)
{
    const size_t width = work->width, jobs = pair_count * width;
    for (size_t first = 0; first < jobs; first += LANES) {
        const size_t used = lanes_used(first, jobs);
        size_t left[LANES], right[LANES];
        for (size_t lane = 0; lane < LANES; lane++) {
            const size_t job = lane < used ? first + lane : first;
            const row_pair pair = work->pairs[job / width];
            left[lane] = pair.into * width + job % width;
            right[lane] = pair.from * width + job % width;
        }
        const point sum = point_add(gather_points(work->points, left), addend_from(gather_points(work->points, right)));
        scatter_points(work->points, left, used, sum);
    }
}

/*
 * Adds summands of equal group until one is left of each. A group's first summand always survives, so its sum, put
 * first, receives everything.
 */
static void sum_reduce(const sum_work *work, size_t count)
{
    size_t pair_count;
    do {
        size_t kept = 0;
        pair_count = 0;
        for (size_t i = 0; i < count; i++) {
            const summand s = work->summands[i];
            uint32_t *waiting = &work->waiting[s.group];
            if (*waiting == NO_ROW) {
                *waiting = s.row;
                work->summands[kept++] = s;
            } else {
                work->pairs[pair_count++] = (row_pair){*waiting, s.row};
                *waiting = NO_ROW;
            }
        }
        count = kept;
        for (size_t i = 0; i < count; i++) work->waiting[work->summands[i].group] = NO_ROW;
        sum_add_pairs(work, pair_count);
    } while (pair_count > 0);
}

/* Lists the chunk's good rows, each group's sum before them, and adds them up. row_of[i] is the task's row number. */
static void sum_chunk(const sum_work *work, const vesica_sum *task, const uint32_t *row_of, size_t rows,
                      uint8_t *validity)
{
    uint8_t bad[CHUNK];
    size_t sums = 0, good = 0;
    summand good_rows[CHUNK];
    sum_decode(work, rows * work->width, bad);
    for (size_t i = 0; i < rows; i++) {
        const uint32_t row = row_of[i], group = task->groups[row];
        uint8_t row_is_bad = 0;
        for (size_t c = 0; c < work->width; c++) row_is_bad |= bad[i * work->width + c];
        if (row_is_bad) {
            validity[row / 8] &= (uint8_t)~(1 << row % 8);
            continue;
        }
        good_rows[good++] = (summand){(uint32_t)(work->group_count + i), group};
        if (work->waiting[group] == NO_ROW) work->summands[sums++] = (summand){group, group};
        work->waiting[group] = group;
    }
    for (size_t i = 0; i < sums; i++) work->waiting[work->summands[i].group] = NO_ROW;
    memcpy(work->summands + sums, good_rows, good * sizeof(summand));
    sum_reduce(work, sums + good);
}

static void sum_encode(uint8_t *out, const sum_work *work)
{
    const size_t count = work->group_count * work->width;
    for (size_t start = 0; start < count; start += INTERLEAVE * LANES) {
        point p[INTERLEAVE];
        fe s[INTERLEAVE];
        for (size_t i = 0; i < INTERLEAVE; i++) {
            size_t index[LANES];
            for (size_t lane = 0; lane < LANES; lane++) {
                const size_t wanted = start + i * LANES + lane;
                index[lane] = wanted < count ? wanted : start;
            }
            p[i] = gather_points(work->points, index);
        }
        encode(s, p);
        for (size_t i = 0; i < INTERLEAVE; i++) {
            vec word[4];
            fe_to_words(word, s[i]);
            store_words(out, word, start + i * LANES, count, ALL_LANES);
        }
    }
}

/* Sets the groups' sums to the identity. */
static void sum_start(const sum_work *work)
{
    const size_t count = work->group_count * work->width;
    for (size_t first = 0; first < count; first += LANES) {
        const size_t used = lanes_used(first, count);
        size_t index[LANES];
        for (size_t lane = 0; lane < used; lane++) index[lane] = first + lane;
        scatter_points(work->points, index, used, point_identity());
    }
    for (size_t group = 0; group < work->group_count; group++) work->waiting[group] = NO_ROW;
}

static vesica_status sum(uint8_t *out, uint8_t *validity, const vesica_sum *task)
{
    sum_work work;
    uint32_t row_of[CHUNK];
    size_t pending = 0;
    if (!sum_work_allocate(&work, task)) {
        sum_work_free(&work);
        return VESICA_NO_MEMORY;
    }
    sum_start(&work);
    for (size_t i = 0; i < (task->rows + 7) / 8; i++) validity[i] = 0xff;
    if (task->rows % 8) validity[task->rows / 8] = (uint8_t)((1 << task->rows % 8) - 1);
    const size_t row_bytes = task->width * VESICA_ELEMENT;
    for (size_t row = 0; row < task->rows; row++) {
        if (task->groups[row] == VESICA_SKIP) continue;
        memcpy(work.bytes + pending * row_bytes, task->elements + row * row_bytes, row_bytes);
        row_of[pending++] = (uint32_t)row;
        if ((pending + 1) * task->width > CHUNK) {
            sum_chunk(&work, task, row_of, pending, validity);
            pending = 0;
        }
    }
    sum_chunk(&work, task, row_of, pending, validity);
    sum_encode(out, &work);
    sum_work_free(&work);
    return VESICA_OK;
}

#endif
