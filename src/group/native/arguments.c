#include "arguments.h"

#include <stdlib.h>
#include <string.h>

/* Where views of empty arrays point. Aligned for words. */
static const uint32_t NOTHING[1] = {0};

napi_value throw_range(napi_env env, const char *message)
{
    napi_throw_range_error(env, "ERR_OUT_OF_RANGE", message);
    return NULL;
}

napi_value throw_no_memory(napi_env env)
{
    napi_throw_error(env, "ERR_MEMORY_ALLOCATION_FAILED", "the native engine ran out of memory");
    return NULL;
}

static bool read_array(napi_env env, napi_value value, napi_typedarray_type wanted, const char *complaint,
                       const void **data, size_t *length)
{
    bool is_array = false;
    napi_typedarray_type type;
    void *found = NULL;
    if (napi_is_typedarray(env, value, &is_array) != napi_ok || !is_array ||
        napi_get_typedarray_info(env, value, &type, length, &found, NULL, NULL) != napi_ok || type != wanted) {
        napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", complaint);
        return false;
    }
    *data = found && *length ? found : NOTHING;
    return true;
}

bool read_bytes(napi_env env, napi_value value, byte_view *out)
{
    const void *data;
    if (!read_array(env, value, napi_uint8_array, "expected a Uint8Array", &data, &out->size)) return false;
    out->data = data;
    return true;
}

bool read_words(napi_env env, napi_value value, word_view *out)
{
    const void *data;
    if (!read_array(env, value, napi_uint32_array, "expected a Uint32Array", &data, &out->length)) return false;
    out->data = data;
    return true;
}

bool read_size(napi_env env, napi_value value, size_t limit, size_t *out)
{
    double number;
    if (napi_get_value_double(env, value, &number) != napi_ok) {
        napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "expected a number");
        return false;
    }
    /* Written so that NaN fails; the range is checked before the conversion, which would be undefined outside. */
    if (!(number >= 0 && number <= (double)limit) || number != (double)(size_t)number) {
        throw_range(env, "expected an integer in range");
        return false;
    }
    *out = (size_t)number;
    return true;
}

void *copy_of(napi_env env, const void *data, size_t size)
{
    void *copy = malloc(size ? size : 1);
    if (!copy) {
        throw_no_memory(env);
        return NULL;
    }
    memcpy(copy, data, size);
    return copy;
}

napi_value new_bytes(napi_env env, size_t size, uint8_t **data)
{
    napi_value buffer, array;
    void *memory = NULL;
    if (napi_create_arraybuffer(env, size, &memory, &buffer) != napi_ok ||
        napi_create_typedarray(env, napi_uint8_array, size, buffer, 0, &array) != napi_ok) {
        bool pending = false;
        if (napi_is_exception_pending(env, &pending) == napi_ok && !pending) throw_no_memory(env);
        return NULL;
    }
    *data = memory;
    return array;
}

napi_value new_pair(napi_env env, const char *first_name, napi_value first, napi_value validity)
{
    napi_value object;
    if (napi_create_object(env, &object) != napi_ok ||
        napi_set_named_property(env, object, first_name, first) != napi_ok ||
        napi_set_named_property(env, object, "validity", validity) != napi_ok)
        return NULL;
    return object;
}
