/*
 * The engine for AVX-512 IFMA, eight elements a vector. Compiled on its own with the instruction set switched on;
 * dispatch.c calls it only where the processor and the system have it.
 */
#include "field-ifma-words.h"

#include "batches.h"
#include "dispatch.h"

const vesica_kernel vesica_kernel_ifma = VESICA_KERNEL("avx512-ifma");
