/* Functions that must become part of their caller: a call would send every limb through memory. */
#ifndef VESICA_INLINE_H
#define VESICA_INLINE_H

#define VESICA_INLINE static inline __attribute__((always_inline))

#endif
