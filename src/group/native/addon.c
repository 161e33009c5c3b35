/*
 * The Node-API door of the native engine: checks sizes, allocates results, calls a kernel. It exports `kernels`, one
 * object a variant that runs on this processor, best first. Nothing here keeps state but the constant tables, which
 * uv_once fills, so worker threads may load and call it side by side.
 */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "arguments.h"
#include "dispatch.h"
#include "scalar.h"
#include "wipe.h"

#define MAX_ARGUMENTS 5
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Reads the arguments of a call and the kernel it belongs to. */
static bool begin(napi_env env, napi_callback_info info, size_t wanted, napi_value arguments[MAX_ARGUMENTS],
                  const vesica_kernel **kernel)
{
    size_t count = MAX_ARGUMENTS;
    void *data = NULL;
    if (napi_get_cb_info(env, info, &count, arguments, NULL, &data) != napi_ok) return false;
    *kernel = data;
    if (count >= wanted) return true;
    napi_throw_type_error(env, "ERR_MISSING_ARGS", "too few arguments");
    return false;
}

/* The result, or an exception for a kernel that failed. */
static napi_value finish(napi_env env, vesica_status status, napi_value result)
{
    if (status == VESICA_NO_MEMORY) return throw_no_memory(env);
    if (status == VESICA_BAD_POINT) return throw_range(env, "not a valid element encoding");
    return result;
}

/* Labels as I2OSP(len, 1) || label, one after the other: the label of code 0 first. */
static bool parse_labels(napi_env env, byte_view bytes, vesica_labels *labels)
{
    memset(labels, 0, sizeof *labels);
    for (size_t at = 0; at < bytes.size; at += labels->size[labels->count++]) {
        const size_t size = (size_t)bytes.data[at] + 1;
        if (labels->count == VESICA_MAX_LABELS || size > VESICA_MAX_PREFIX || size > bytes.size - at) {
            throw_range(env, "malformed label table");
            return false;
        }
        labels->size[labels->count] = size;
        memcpy(labels->prefix[labels->count], bytes.data + at, size);
    }
    return true;
}

/* What both hashing calls are given. `types` is a checked copy, as a shared array could change after the check. */
typedef struct {
    vesica_labels labels;
    vesica_keys keys;
    uint8_t dst[VESICA_MAX_DST];
    uint8_t *types;
    vesica_dst dst_view;
} hash_call;

static bool read_hash_call(napi_env env, napi_value arguments[4], hash_call *call)
{
    byte_view labels, types, keys, dst;
    if (!read_bytes(env, arguments[0], &labels) || !read_bytes(env, arguments[1], &types) ||
        !read_bytes(env, arguments[2], &keys) || !read_bytes(env, arguments[3], &dst))
        return false;
    if (keys.size / 32 != types.size || keys.size % 32 != 0) return throw_range(env, "keys: 32 bytes a type code"), false;
    if (dst.size == 0 || dst.size > VESICA_MAX_DST) return throw_range(env, "dst: 1 to 255 bytes"), false;
    if (!parse_labels(env, labels, &call->labels)) return false;
    call->types = copy_of(env, types.data, types.size);
    if (!call->types) return false;
    for (size_t i = 0; i < types.size; i++)
        if (call->types[i] >= call->labels.count) {
            free(call->types);
            return throw_range(env, "unknown type code"), false;
        }
    memcpy(call->dst, dst.data, dst.size);
    call->dst_view = (vesica_dst){call->dst, dst.size};
    call->keys = (vesica_keys){types.size, call->types, keys.data};
    return true;
}

static napi_value hash_to_group(napi_env env, napi_callback_info info)
{
    napi_value arguments[MAX_ARGUMENTS];
    const vesica_kernel *kernel;
    hash_call call;
    uint8_t *out;
    if (!begin(env, info, 4, arguments, &kernel) || !read_hash_call(env, arguments, &call)) return NULL;
    const napi_value result = new_bytes(env, 32 * call.keys.n, &out);
    vesica_status status = VESICA_OK;
    if (result) status = kernel->hash_to_group(out, &call.labels, &call.keys, call.dst_view);
    free(call.types);
    return finish(env, status, result);
}

static napi_value hash_and_multiply(napi_env env, napi_callback_info info)
{
    napi_value arguments[MAX_ARGUMENTS];
    const vesica_kernel *kernel;
    hash_call call;
    byte_view scalar;
    uint8_t *out;
    if (!begin(env, info, 5, arguments, &kernel) || !read_bytes(env, arguments[4], &scalar)) return NULL;
    if (scalar.size != 32) return throw_range(env, "scalar: 32 bytes");
    if (!read_hash_call(env, arguments, &call)) return NULL;
    const napi_value result = new_bytes(env, 32 * call.keys.n, &out);
    vesica_status status = VESICA_OK;
    if (result) status = kernel->hash_and_multiply(out, &call.labels, &call.keys, call.dst_view, scalar.data);
    free(call.types);
    return finish(env, status, result);
}

static napi_value map_to_group(napi_env env, napi_callback_info info)
{
    napi_value arguments[MAX_ARGUMENTS];
    const vesica_kernel *kernel;
    byte_view uniform;
    uint8_t *out;
    if (!begin(env, info, 1, arguments, &kernel) || !read_bytes(env, arguments[0], &uniform)) return NULL;
    if (uniform.size % 64) return throw_range(env, "uniform: 64 bytes each");
    const napi_value result = new_bytes(env, uniform.size / 2, &out);
    if (!result) return NULL;
    return finish(env, kernel->map_to_group(out, uniform.data, uniform.size / 64), result);
}

static napi_value multiply(napi_env env, napi_callback_info info)
{
    napi_value arguments[MAX_ARGUMENTS];
    const vesica_kernel *kernel;
    byte_view elements, scalar;
    uint8_t *out, *validity;
    if (!begin(env, info, 2, arguments, &kernel) || !read_bytes(env, arguments[0], &elements) ||
        !read_bytes(env, arguments[1], &scalar))
        return NULL;
    if (elements.size % 32) return throw_range(env, "elements: 32 bytes each");
    if (scalar.size != 32) return throw_range(env, "scalar: 32 bytes");
    const size_t n = elements.size / 32;
    const napi_value products = new_bytes(env, elements.size, &out);
    const napi_value bits = products ? new_bytes(env, (n + 7) / 8, &validity) : NULL;
    if (!bits) return NULL;
    const vesica_status status = kernel->multiply(out, validity, elements.data, n, scalar.data);
    return finish(env, status, new_pair(env, "elements", products, bits));
}

static napi_value multiply_base(napi_env env, napi_callback_info info)
{
    napi_value arguments[MAX_ARGUMENTS];
    const vesica_kernel *kernel;
    byte_view scalars;
    uint8_t *out;
    if (!begin(env, info, 1, arguments, &kernel) || !read_bytes(env, arguments[0], &scalars)) return NULL;
    if (scalars.size % 32) return throw_range(env, "scalars: 32 bytes each");
    const napi_value result = new_bytes(env, scalars.size, &out);
    if (!result) return NULL;
    return finish(env, kernel->multiply_base(out, scalars.data, scalars.size / 32), result);
}

static napi_value multiply_add(napi_env env, napi_callback_info info)
{
    napi_value arguments[MAX_ARGUMENTS];
    const vesica_kernel *kernel;
    byte_view a, b, c;
    uint8_t *out;
    if (!begin(env, info, 3, arguments, &kernel) || !read_bytes(env, arguments[0], &a) ||
        !read_bytes(env, arguments[1], &b) || !read_bytes(env, arguments[2], &c))
        return NULL;
    if (a.size % 32 || a.size != c.size) return throw_range(env, "a, c: equally many scalars of 32 bytes");
    if (b.size != 32) return throw_range(env, "b: 32 bytes");
    const napi_value result = new_bytes(env, a.size, &out);
    if (!result) return NULL;
    scalar_multiply_add(out, a.data, b.data, c.data, a.size / 32);
    wipe_stack();
    return result;
}

/* The groups' numbers, copied and checked; NULL with an exception. */
static uint32_t *checked_groups(napi_env env, word_view groups, size_t group_count)
{
    uint32_t *copy = copy_of(env, groups.data, groups.length * sizeof(uint32_t));
    for (size_t i = 0; copy && i < groups.length; i++)
        if (copy[i] >= group_count && copy[i] != VESICA_SKIP) {
            free(copy);
            throw_range(env, "group number out of range");
            return NULL;
        }
    return copy;
}

static napi_value sum(napi_env env, napi_callback_info info)
{
    napi_value arguments[MAX_ARGUMENTS];
    const vesica_kernel *kernel;
    byte_view elements;
    word_view groups;
    size_t width, group_count;
    uint8_t *out, *validity;
    if (!begin(env, info, 4, arguments, &kernel) || !read_bytes(env, arguments[0], &elements) ||
        !read_size(env, arguments[1], VESICA_MAX_WIDTH, &width) || !read_words(env, arguments[2], &groups) ||
        !read_size(env, arguments[3], INT32_MAX, &group_count))
        return NULL;
    if (width == 0) return throw_range(env, "width: 1 to 16");
    if (elements.size % (32 * width) || elements.size / (32 * width) != groups.length)
        return throw_range(env, "elements: width elements of 32 bytes for every group number");
    if (groups.length > INT32_MAX) return throw_range(env, "too many rows");
    uint32_t *checked = checked_groups(env, groups, group_count);
    if (!checked) return NULL;
    const vesica_sum task = {groups.length, width, elements.data, checked, group_count};
    const napi_value sums = new_bytes(env, 32 * group_count * width, &out);
    const napi_value bits = sums ? new_bytes(env, (groups.length + 7) / 8, &validity) : NULL;
    const vesica_status status = bits ? kernel->sum(out, validity, &task) : VESICA_OK;
    free(checked);
    return bits ? finish(env, status, new_pair(env, "sums", sums, bits)) : NULL;
}

static napi_value walk(napi_env env, napi_callback_info info)
{
    napi_value arguments[MAX_ARGUMENTS];
    const vesica_kernel *kernel;
    byte_view start, step;
    size_t count;
    uint8_t *out;
    if (!begin(env, info, 3, arguments, &kernel) || !read_bytes(env, arguments[0], &start) ||
        !read_bytes(env, arguments[1], &step) || !read_size(env, arguments[2], INT32_MAX, &count))
        return NULL;
    if (start.size != 32 || step.size != 32) return throw_range(env, "start, step: 32 bytes");
    const napi_value result = new_bytes(env, 32 * count, &out);
    if (!result) return NULL;
    return finish(env, kernel->walk(out, start.data, step.data, count), result);
}

static napi_value kernel_object(napi_env env, const vesica_kernel *kernel)
{
    static const struct { const char *name; napi_callback call; } methods[] = {
        {"hashToGroup", hash_to_group}, {"hashAndMultiply", hash_and_multiply}, {"mapToGroup", map_to_group},
        {"multiply", multiply}, {"multiplyBase", multiply_base}, {"multiplyAdd", multiply_add},
        {"sum", sum}, {"walk", walk},
    };
    napi_value object, value;
    if (napi_create_object(env, &object) != napi_ok ||
        napi_create_string_utf8(env, kernel->name, NAPI_AUTO_LENGTH, &value) != napi_ok ||
        napi_set_named_property(env, object, "variant", value) != napi_ok)
        return NULL;
    for (size_t i = 0; i < COUNT(methods); i++)
        if (napi_create_function(env, methods[i].name, NAPI_AUTO_LENGTH, methods[i].call, (void *)kernel, &value) !=
                napi_ok ||
            napi_set_named_property(env, object, methods[i].name, value) != napi_ok)
            return NULL;
    return object;
}

static uv_once_t prepared = UV_ONCE_INIT;

static void prepare_all(void)
{
    const vesica_kernel *found[VESICA_MAX_VARIANTS];
    const size_t count = vesica_variants(found);
    for (size_t i = 0; i < count; i++) found[i]->prepare();
}

NAPI_MODULE_INIT()
{
    const vesica_kernel *found[VESICA_MAX_VARIANTS];
    const size_t count = vesica_variants(found);
    napi_value list;
    uv_once(&prepared, prepare_all);
    if (napi_create_array_with_length(env, count, &list) != napi_ok) return NULL;
    for (size_t i = 0; i < count; i++) {
        const napi_value object = kernel_object(env, found[i]);
        if (!object || napi_set_element(env, list, (uint32_t)i, object) != napi_ok) return NULL;
    }
    if (napi_set_named_property(env, exports, "kernels", list) != napi_ok) return NULL;
    return exports;
}
