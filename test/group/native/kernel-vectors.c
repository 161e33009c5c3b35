/*
 * Runs every operation of every variant under the sanitizers: published vectors, exact-size buffers at sizes around a
 * vector and a chunk, and the variants against each other. With --list it prints the variants that run here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch.h"
#include "scalar.h"

/* RFC 9496 A.1: B .. 15B. */
static const char *const MULTIPLES[] = {
    "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
    "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
    "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
    "da80862773358b466ffadfe0b3293ab3d9fd53c5ea6c955358f568322daf6a57",
    "e882b131016b52c1d3337080187cf768423efccbb517bb495ab812c4160ff44e",
    "f64746d3c92b13050ed8d80236a7f0007c3b3f962f5ba793d19a601ebb1df403",
    "44f53520926ec81fbd5a387845beb7df85a96a24ece18738bdcfa6a7822a176d",
    "903293d8f2287ebe10e2374dc1a53e0bc887e592699f02d077d5263cdd55601c",
    "02622ace8f7303a31cafc63f8fc48fdc16e1c8c8d234b2f0d6685282a9076031",
    "20706fd788b2720a1ed2a5dad4952b01f413bcf0e7564de8cdc816689e2db95f",
    "bce83f8ba5dd2fa572864c24ba1810f9522bc6004afe95877ac73241cafdab42",
    "e4549ee16b9aa03099ca208c67adafcafa4c3f3e4e5303de6026e3ca8ff84460",
    "aa52e000df2e16f55fb1032fc33bc42742dad6bd5a8fc0be0167436c5948501f",
    "46376b80f409b29dc2b5f6f0c52591990896e5716f41477cd30085ab7f10301e",
    "e0c418f7c8d9c4cdd7395b93ea124f3ad99021bb681dfc3302a9d99a2e53e64e"
};

/* RFC 9496 A.2: strings that are no encodings. */
static const char *const BAD[] = {
    "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
    "c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562",
    "c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78",
    "47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24",
    "f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72",
    "87260f7a2f12495118360f02c26a470f450dadf34a413d21042b43b9d93e1309",
    "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
    "de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad7b",
    "bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042",
    "2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08",
    "f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22",
    "8268436f8c4126196cf64b3c7ddbda90746a378625f9813dd9b8457077256731",
    "2810e5cbc2cc4d4eece54f61c6f69758e289aa7ab440b3cbeaa21995c2f4232b",
    "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
    "a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220",
    "d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e",
    "8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32",
    "32888462f8b486c68ad7dd9610be5192bbeaf3b443951ac1a8118419d9fa097b",
    "227142501b9d4355ccba290404bde41575b037693cef1f438c47f8fbf35d1165",
    "5c37cc491da847cfeb9281d407efc41e15144c876e0170b499a96a22ed31e01e",
    "445425117cb8c90edcbc7c1cc0e74f747f2c1efa5630a967c64f287792a48a4b",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
};

/* RFC 9496 A.3: uniform bytes and what they map to. */
static const char *const MAPPED[][2] = {
    {"5d1be09e3d0c82fc538112490e35701979d99e06ca3e2b5b54bffe8b4dc772c1"
     "4d98b696a1bbfb5ca32c436cc61c16563790306c79eaca7705668b47dffe5bb6",
     "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46"},
    {"f116b34b8f17ceb56e8732a60d913dd10cce47a6d53bee9204be8b44f6678b27"
     "0102a56902e2488c46120e9276cfe54638286b9e4b3cdb470b542d46c2068d38",
     "f26e5b6f7d362d2d2a94c5d0e7602cb4773c95a2e5c31a64f133189fa76ed61b"}
};

/* Made with @noble/curves: the label "email", a key of zeros, the domain tag below. */
static const char TAG[] = "VESICA-V1-HashToGroup-ristretto255-SHA512";
static const char HASHED[] = "0ad5fd3f9382b4118cb722624ffa1bdbc868a7489978118c0280d5a639a18b4b";

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static unsigned long failures;

static void expect(int holds, const char *variant, const char *what, size_t n)
{
    if (!holds && failures++ < 20) fprintf(stderr, "%s: %s is wrong (n = %zu)\n", variant, what, n);
}

static void parse(uint8_t *bytes, const char *hex)
{
    for (; *hex; hex += 2, bytes++) {
        unsigned value;
        if (sscanf(hex, "%2x", &value) != 1) abort();
        *bytes = (uint8_t)value;
    }
}

/* Buffers of the exact size, so that a byte too far is caught. */
static uint8_t *buffer(size_t size)
{
    uint8_t *memory = malloc(size ? size : 1);
    if (!memory) abort();
    memset(memory, 0xa5, size);
    return memory;
}

static uint8_t *random_bytes(size_t size, unsigned seed)
{
    uint8_t *memory = buffer(size);
    uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    for (size_t i = 0; i < size; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        memory[i] = (uint8_t)(state >> 24);
    }
    return memory;
}

/* Scalars below 2^252. */
static uint8_t *random_scalars(size_t n, unsigned seed)
{
    uint8_t *scalars = random_bytes(32 * n, seed);
    for (size_t i = 0; i < n; i++) scalars[32 * i + 31] &= 15;
    return scalars;
}

static void try_published(const vesica_kernel *kernel)
{
    uint8_t scalars[32 * COUNT(MULTIPLES)] = {0}, wanted[32 * COUNT(MULTIPLES)], found[32 * COUNT(MULTIPLES)];
    uint8_t validity[(COUNT(BAD) + 7) / 8], bad[32 * COUNT(BAD)], products[32 * COUNT(BAD)], zeros[32 * COUNT(BAD)] = {0};
    for (size_t i = 0; i < COUNT(MULTIPLES); i++) {
        scalars[32 * i] = (uint8_t)(i + 1);
        parse(wanted + 32 * i, MULTIPLES[i]);
    }
    kernel->multiply_base(found, scalars, COUNT(MULTIPLES));
    expect(memcmp(found, wanted, sizeof wanted) == 0, kernel->name, "multiply_base", COUNT(MULTIPLES));
    for (size_t i = 0; i < COUNT(MULTIPLES); i++) {
        kernel->multiply(found, validity, wanted, 1, scalars + 32 * i);
        expect(memcmp(found, wanted + 32 * i, 32) == 0 && validity[0] == 1, kernel->name, "multiply", i);
    }
    kernel->walk(found, wanted, wanted, COUNT(MULTIPLES));
    expect(memcmp(found, wanted, sizeof wanted) == 0, kernel->name, "walk", COUNT(MULTIPLES));
    for (size_t i = 0; i < COUNT(BAD); i++) parse(bad + 32 * i, BAD[i]);
    kernel->multiply(products, validity, bad, COUNT(BAD), scalars);
    for (size_t i = 0; i < sizeof validity; i++) expect(validity[i] == 0, kernel->name, "bad encodings", i);
    expect(memcmp(products, zeros, sizeof products) == 0, kernel->name, "products of bad encodings", COUNT(BAD));
    kernel->multiply(products, validity, zeros, 9, scalars);
    expect(validity[0] == 0 && validity[1] == 0, kernel->name, "the identity as an element", 9);
    for (unsigned low = 0xed; low <= 0xff; low++) { /* p .. 2^255 - 1: canonical nowhere */
        memset(bad, 0xff, 32);
        bad[0] = (uint8_t)low;
        bad[31] = 0x7f;
        kernel->multiply(products, validity, bad, 1, scalars);
        expect(validity[0] == 0, kernel->name, "a string not below p", low);
    }
    const vesica_labels labels = {1, {6}, {"\5email"}};
    const uint8_t type = 0;
    const vesica_keys key = {1, &type, zeros};
    kernel->hash_to_group(found, &labels, &key, (vesica_dst){(const uint8_t *)TAG, sizeof TAG - 1});
    parse(wanted, HASHED);
    expect(memcmp(found, wanted, 32) == 0, kernel->name, "hash_to_group", 1);
    for (size_t i = 0; i < COUNT(MAPPED); i++) {
        uint8_t uniform[64];
        parse(uniform, MAPPED[i][0]);
        parse(wanted, MAPPED[i][1]);
        kernel->map_to_group(found, uniform, 1);
        expect(memcmp(found, wanted, 32) == 0, kernel->name, "map_to_group", i);
    }
}

/* All outputs of one variant for one size, one after the other; two variants must agree on them. */
static uint8_t *run_all(const vesica_kernel *kernel, size_t n, size_t *size)
{
    const size_t width = 3, rows = n / width, group_count = rows / 2 + 1;
    vesica_labels labels = {2, {6, 12}, {"\5email", "\13customer_id"}};
    uint8_t *uniform = random_bytes(64 * n, 1), *scalars = random_scalars(n, 2), *types = buffer(n);
    uint8_t *dst_bytes = random_bytes(255, 3), *hashed = buffer(32 * n), *groups_bytes = buffer(4 * rows);
    const size_t bits = (n + 7) / 8, row_bits = (rows + 7) / 8;
    *size = 6 * 32 * n + 32 * group_count * width + bits + row_bits;
    uint8_t *all = buffer(*size), *next = all;
    for (size_t i = 0; i < n; i++) types[i] = i & 1;
    for (size_t i = 0; i < rows; i++) {
        const uint32_t group = i % 5 == 4 ? VESICA_SKIP : (uint32_t)(i * 7 % group_count);
        memcpy(groups_bytes + 4 * i, &group, 4);
    }
    uint32_t *groups = (uint32_t *)(void *)groups_bytes;
    const vesica_keys keys = {n, types, uniform};
    kernel->map_to_group(next, uniform, n);
    memcpy(hashed, next, 32 * n);
    if (n > 2) hashed[32 * 2] ^= 1; /* one bad encoding */
    next += 32 * n;
    const size_t dst_sizes[] = {255, 41};
    for (int i = 0; i < 2; i++, next += 32 * n)
        kernel->hash_to_group(next, &labels, &keys, (vesica_dst){dst_bytes, dst_sizes[i]});
    const uint8_t *scalar = dst_bytes; /* any 32 bytes: not canonical, but memory must hold */
    if (n > 0) scalar = scalars;
    kernel->hash_and_multiply(next, &labels, &keys, (vesica_dst){dst_bytes, 41}, scalar);
    next += 32 * n;
    kernel->multiply(next, next + 32 * n, hashed, n, scalar);
    next += 32 * n + bits;
    kernel->multiply_base(next, scalars, n);
    next += 32 * n;
    const vesica_sum task = {rows, width, hashed, groups, group_count};
    kernel->sum(next, next + 32 * group_count * width, &task);
    free(uniform); free(scalars); free(types); free(dst_bytes); free(hashed); free(groups_bytes);
    return all;
}

static void try_scalars(size_t n)
{
    uint8_t *a = random_scalars(n + 1, 5), *c = random_scalars(n, 6), *out = buffer(32 * n);
    const uint8_t one[32] = {1}, zero[32] = {0};
    uint8_t *zeros = calloc(n + 1, 32);
    scalar_multiply_add(out, a, one, zeros, n);
    expect(memcmp(out, a, 32 * n) == 0, "scalars", "a * 1 + 0", n);
    scalar_multiply_add(out, a, zero, c, n);
    expect(memcmp(out, c, 32 * n) == 0, "scalars", "a * 0 + c", n);
    free(a); free(c); free(out); free(zeros);
}

int main(int argc, char **argv)
{
    static const size_t sizes[] = {0, 1, 3, 7, 8, 9, 15, 16, 17, 33, 1023, 1024, 1025};
    const vesica_kernel *kernel[VESICA_MAX_VARIANTS];
    const size_t count = vesica_variants(kernel);
    if (argc > 1 && strcmp(argv[1], "--list") == 0) {
        for (size_t i = 0; i < count; i++) puts(kernel[i]->name);
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        kernel[i]->prepare();
        try_published(kernel[i]);
    }
    for (size_t s = 0; s < COUNT(sizes); s++) {
        size_t size = 0;
        uint8_t *first = count ? run_all(kernel[0], sizes[s], &size) : NULL;
        for (size_t i = 1; i < count; i++) {
            uint8_t *other = run_all(kernel[i], sizes[s], &size);
            expect(memcmp(first, other, size) == 0, kernel[i]->name, "agreement with the first variant", sizes[s]);
            free(other);
        }
        free(first);
        try_scalars(sizes[s]);
    }
    printf("kernels: %zu variants, %lu failures\n", count, failures);
    return failures != 0;
}
