// The add-on for Node: open(target) gives the kernels of a target, arena(data, record) what they take first; targets()
// lists what this processor runs.
// Checks arguments and calls a kernel; no arithmetic. Compiled for the baseline, so that it loads everywhere.
#include <node_api.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1 // as GCC says it
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

#include "arguments.h"
#include "simd.h"

static napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, 0, message);
  return 0;
}

// Denormal numbers cost up to twelve times the work: they are taken for 0 while a kernel runs, not beyond.
static unsigned enter(void) {
#if defined(__x86_64__)
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  return before;
#elif defined(__aarch64__)
  uint64_t before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | (1u << 24)));
  return (unsigned)before;
#else
  return 0;
#endif
}

static void leave(unsigned before) {
#if defined(__x86_64__)
  _mm_setcsr(before);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)before));
#else
  (void)before;
#endif
}

static napi_value number(napi_env env, double number) {
  napi_value value;
  napi_create_double(env, number, &value);
  return value;
}

#define RETURN_void(kernel)                                                                                           \
  kernel;                                                                                                             \
  leave(before);                                                                                                      \
  return 0;
#define RETURN_double(kernel)                                                                                         \
  const double result = kernel;                                                                                       \
  leave(before);                                                                                                      \
  return number(env, result);

#define KERNEL(result, name, ...)                                                                                     \
  static napi_value call_##name(napi_env env, napi_callback_info info) {                                              \
    enum { LIST(PLACE, __VA_ARGS__), count };                                                                         \
    static const struct argument arguments[] = {LIST(ARGUMENT, __VA_ARGS__)};                                         \
    _Static_assert(count <= MOST_ARGUMENTS, "raise MOST_ARGUMENTS");                                                  \
    struct call call;                                                                                                 \
    if (!read_call(env, info, &call, #name, arguments, count)) return 0;                                              \
    const unsigned before = enter();                                                                                  \
    RETURN_##result(call.kernels->name(LIST(VALUE, __VA_ARGS__)))                                              \
  }
#include "kernels.def"
#undef KERNEL

// Best first.
static int supported(const struct kernels **tables) {
  int count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd"))
    tables[count++] = &kernels_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
    tables[count++] = &kernels_avx2;
#endif
  tables[count++] = &kernels_baseline;
  return count;
}

static napi_value targets(napi_env env, napi_callback_info info) {
  (void)info;
  const struct kernels *tables[3];
  const int count = supported(tables);
  napi_value list, name;
  napi_create_array(env, &list);
  for (int k = 0; k < count; k++) {
    napi_create_string_utf8(env, tables[k]->target, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, list, k, name);
  }
  return list;
}

// open(target: string): the kernels of that target, and lanes. Each takes the arena first, then its arguments.
static napi_value open_target(napi_env env, napi_callback_info info) {
  napi_value value, object, function;
  size_t given = 1, length = 0;
  char name[16];
  napi_get_cb_info(env, info, &given, &value, 0, 0);
  if (given < 1 || napi_get_value_string_utf8(env, value, name, sizeof name, &length) != napi_ok)
    return fail(env, "undertone: open takes the name of a target");
  const struct kernels *tables[3], *chosen = 0;
  const int count = supported(tables);
  for (int k = 0; k < count; k++)
    if (__builtin_strcmp(tables[k]->target, name) == 0) chosen = tables[k];
  if (!chosen) return fail(env, "undertone: this processor cannot run that target");
  napi_create_object(env, &object);
#define KERNEL(result, name, ...)                                                                                     \
  napi_create_function(env, #name, NAPI_AUTO_LENGTH, call_##name, (void *)chosen, &function);                         \
  napi_set_named_property(env, object, #name, function);
#include "kernels.def"
#undef KERNEL
  napi_set_named_property(env, object, "lanes", number(env, chosen->lanes));
  return object;
}

// arena(data: Float32Array, record: Float64Array): what kernels take first, written into `record` (3 numbers with a buffer of
// their own). Whoever keeps it keeps both, and detaches neither. Without a finaliser: see arguments.h.
static napi_value make_arena(napi_env env, napi_callback_info info) {
  napi_value values[2], external;
  size_t given = 2, length = 0, room = 0;
  void *data = 0, *record = 0;
  napi_typedarray_type type, kind;
  napi_get_cb_info(env, info, &given, values, 0, 0);
  if (given < 2 || napi_get_typedarray_info(env, values[0], &type, &length, &data, 0, 0) != napi_ok ||
      type != napi_float32_array || napi_get_typedarray_info(env, values[1], &kind, &room, &record, 0, 0) != napi_ok ||
      kind != napi_float64_array || 8 * room < sizeof(struct arena))
    return fail(env, "undertone: arena takes a Float32Array, and a Float64Array of 3 numbers");
  *(struct arena *)record = (struct arena){ARENA, data, (double)length};
  napi_create_external(env, record, 0, 0, &external);
  return external;
}

// place(data: Float32Array): where it lies, modulo 4096, for aligning. Asks for large pages.
static napi_value place(napi_env env, napi_callback_info info) {
  napi_value value;
  size_t given = 1, length = 0;
  void *data = 0;
  napi_typedarray_type type;
  napi_get_cb_info(env, info, &given, &value, 0, 0);
  if (given < 1 || napi_get_typedarray_info(env, value, &type, &length, &data, 0, 0) != napi_ok)
    return fail(env, "undertone: place takes a typed array");
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  const size_t huge = (size_t)2 << 20, from = ((size_t)data + huge - 1) & ~(huge - 1), to = ((size_t)data + 4 * length) & ~(huge - 1);
  if (to > from) madvise((void *)from, to - from, MADV_HUGEPAGE); // advice: nothing is lost where it is not taken
#endif
  return number(env, (double)((size_t)data % 4096));
}

// trim(): glibc gives memory that was freed and that it keeps for later back to the system; elsewhere nothing happens.
static napi_value trim(napi_env env, napi_callback_info info) {
  (void)env, (void)info;
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
  malloc_trim(0);
#endif
  return 0;
}

#if defined(__SANITIZE_ADDRESS__)
// Only in the build for the tests with sanitizers. guard(data: Float32Array, allowed: Uint8Array): C that touches a
// number whose byte in `allowed` is 0 is reported from now on.
static napi_value guard(napi_env env, napi_callback_info info) {
  napi_value values[2];
  size_t given = 2, length = 0, marks = 0;
  void *data = 0, *allowed = 0;
  napi_typedarray_type type;
  napi_get_cb_info(env, info, &given, values, 0, 0);
  if (given < 2 || napi_get_typedarray_info(env, values[0], &type, &length, &data, 0, 0) != napi_ok ||
      type != napi_float32_array || napi_get_typedarray_info(env, values[1], &type, &marks, &allowed, 0, 0) != napi_ok ||
      type != napi_uint8_array || marks != length)
    return fail(env, "undertone: guard takes a Float32Array and a Uint8Array of the same length");
  __asan_unpoison_memory_region(data, 4 * length);
  for (size_t from = 0, to; from < length; from = to) {
    for (to = from + 1; to < length && !((uint8_t *)allowed)[to] == !((uint8_t *)allowed)[from];) to++;
    if (!((uint8_t *)allowed)[from]) __asan_poison_memory_region((float *)data + from, 4 * (to - from));
  }
  return 0;
}
#endif

NAPI_MODULE_INIT() {
  napi_value function;
#if defined(__SANITIZE_ADDRESS__)
  napi_create_function(env, "guard", NAPI_AUTO_LENGTH, guard, 0, &function);
  napi_set_named_property(env, exports, "guard", function);
#endif
  napi_create_function(env, "targets", NAPI_AUTO_LENGTH, targets, 0, &function);
  napi_set_named_property(env, exports, "targets", function);
  napi_create_function(env, "open", NAPI_AUTO_LENGTH, open_target, 0, &function);
  napi_set_named_property(env, exports, "open", function);
  napi_create_function(env, "arena", NAPI_AUTO_LENGTH, make_arena, 0, &function);
  napi_set_named_property(env, exports, "arena", function);
  napi_create_function(env, "place", NAPI_AUTO_LENGTH, place, 0, &function);
  napi_set_named_property(env, exports, "place", function);
  napi_create_function(env, "trim", NAPI_AUTO_LENGTH, trim, 0, &function);
  napi_set_named_property(env, exports, "trim", function);
  return exports;
}
