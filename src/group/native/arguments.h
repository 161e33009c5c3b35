/* Reading arguments from JavaScript and making results for it. Every function that can fail leaves an exception. */
#ifndef VESICA_ARGUMENTS_H
#define VESICA_ARGUMENTS_H

#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>

/* Bytes of a Uint8Array. `data` is never NULL, so that empty arrays need no special care. */
typedef struct {
    const uint8_t *data;
    size_t size;
} byte_view;

typedef struct {
    const uint32_t *data;
    size_t length;
} word_view;

/* Throws a RangeError and returns NULL, the value a callback gives back after a throw. */
napi_value throw_range(napi_env env, const char *message);

/* Throws for a kernel that ran out of memory. */
napi_value throw_no_memory(napi_env env);

bool read_bytes(napi_env env, napi_value value, byte_view *out);
bool read_words(napi_env env, napi_value value, word_view *out);

/* An integer from 0 to limit. */
bool read_size(napi_env env, napi_value value, size_t limit, size_t *out);

/* A copy that other threads cannot change; free() it. NULL, with an exception, when memory runs out. */
void *copy_of(napi_env env, const void *data, size_t size);

/* A new Uint8Array; *data is where its bytes are. Returns NULL with an exception when there is no memory. */
napi_value new_bytes(napi_env env, size_t size, uint8_t **data);

/* { [first_name]: first, validity } */
napi_value new_pair(napi_env env, const char *first_name, napi_value first, napi_value validity);

#endif
