/*
 * The engine for AVX2 with FMA, four elements a vector. Compiled on its own with the instruction set switched on;
 * dispatch.c calls it only where the processor and the system have it.
 */
#include "field-avx2-words.h"

#include "batches.h"
#include "dispatch.h"

const vesica_kernel vesica_kernel_avx2 = VESICA_KERNEL("avx2");
