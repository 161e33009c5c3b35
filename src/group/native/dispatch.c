#include "dispatch.h"

#if defined(__x86_64__)

#include <cpuid.h>

/* CPUID leaf 1, ECX. */
#define OSXSAVE (1u << 27)
#define FMA (1u << 12)
/* CPUID leaf 7, EBX and ECX. */
#define AVX2 (1u << 5)
#define AVX512F (1u << 16)
#define AVX512DQ (1u << 17)
#define AVX512IFMA (1u << 21)
#define AVX512BW (1u << 30)
#define AVX512VL (1u << 31)
#define AVX512VBMI2 (1u << 6)
/* XCR0: what the system saves on a context switch. SSE and AVX; opmask, upper halves of ZMM 0-15, ZMM 16-31. */
#define STATE_YMM 0x06u
#define STATE_ZMM 0xe6u

static int has_all(unsigned value, unsigned wanted) { return (value & wanted) == wanted; }

/* XGETBV(0), as bytes so that no compiler flag is needed. Only after OSXSAVE was seen. */
static unsigned enabled_state(void)
{
    unsigned low, high;
    __asm__ volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

size_t vesica_variants(const vesica_kernel *found[VESICA_MAX_VARIANTS])
{
    unsigned a, b, c, d;
    size_t count = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !has_all(c, OSXSAVE)) return 0;
    const unsigned state = enabled_state();
    const int has_fma = has_all(c, FMA);
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    if (has_all(state, STATE_ZMM) && has_all(b, AVX2 | AVX512F | AVX512DQ | AVX512IFMA | AVX512BW | AVX512VL) &&
        has_all(c, AVX512VBMI2))
        found[count++] = &vesica_kernel_ifma;
    if (has_all(state, STATE_YMM) && has_all(b, AVX2) && has_fma) found[count++] = &vesica_kernel_avx2;
    return count;
}

#else

size_t vesica_variants(const vesica_kernel *found[VESICA_MAX_VARIANTS])
{
    (void)found;
    return 0;
}

#endif
