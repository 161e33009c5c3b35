/* Which engine variants this processor can run. */
#ifndef VESICA_DISPATCH_H
#define VESICA_DISPATCH_H

#include "kernel.h"

#if defined(__x86_64__)
extern const vesica_kernel vesica_kernel_ifma;
extern const vesica_kernel vesica_kernel_avx2;
#endif

#define VESICA_MAX_VARIANTS 2

/* Writes the variants that can run here, best first, and returns how many. Compiled for the baseline processor. */
size_t vesica_variants(const vesica_kernel *found[VESICA_MAX_VARIANTS]);

#endif
