/* Overwriting secrets in a way the optimiser must keep. */
#ifndef VESICA_WIPE_H
#define VESICA_WIPE_H

#include <stddef.h>
#include <string.h>

static inline void wipe(void *memory, size_t size)
{
    memset(memory, 0, size);
    __asm__ volatile("" : : "r"(memory) : "memory"); /* the zeros count as read */
}

/* Clears the stack below the caller, where finished calls left their spilled registers. */
static __attribute__((noinline, unused)) void wipe_stack(void)
{
    unsigned char below[16384];
    wipe(below, sizeof below);
}

#endif
