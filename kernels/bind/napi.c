// The add-on for Node: open(data, target) binds every kernel to one arena; targets() lists what this processor runs.
// Checks arguments and calls a kernel; no arithmetic. Compiled for the baseline, so that it loads everywhere.
#include <node_api.h>
#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "table.h"

#define MOST_ARGUMENTS 24

// Freed with the last of the functions that are bound to it.
struct arena {
  int references;
  float *data;
  double elements;
  const struct kernels *kernels;
};

struct call {
  struct arena *arena;
  double values[MOST_ARGUMENTS];
};

static napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, 0, message);
  return 0;
}

// Reads `count` numbers; 0 and an exception if there are fewer, or something else among them.
static int read_call(napi_env env, napi_callback_info info, struct call *call, size_t count) {
  napi_value values[MOST_ARGUMENTS];
  size_t given = MOST_ARGUMENTS;
  napi_get_cb_info(env, info, &given, values, 0, (void **)&call->arena);
  if (given < count) return fail(env, "undertone: a kernel got too few arguments"), 0;
  for (size_t k = 0; k < count; k++)
    if (napi_get_value_double(env, values[k], &call->values[k]) != napi_ok)
      return fail(env, "undertone: a kernel got an argument that is no number"), 0;
  return 1;
}

static float *tensor(const struct call *call, int k) {
  const double offset = call->values[k];
  return offset < 0 || offset > call->arena->elements ? 0 : call->arena->data + (size_t)offset;
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

#define p(k) tensor(&call, k)
#define i(k) ((int)call.values[k])
#define f(k) ((float)call.values[k])

#define PROCEDURE(name, count, args)                                                                                  \
  static napi_value call_##name(napi_env env, napi_callback_info info) {                                              \
    struct call call;                                                                                                 \
    if (!read_call(env, info, &call, count)) return 0;                                                                \
    const unsigned before = enter();                                                                                  \
    call.arena->kernels->name args;                                                                                   \
    leave(before);                                                                                                    \
    return 0;                                                                                                         \
  }
PROCEDURES(PROCEDURE)

#define FUNCTION(name, count, args)                                                                                   \
  static napi_value call_##name(napi_env env, napi_callback_info info) {                                              \
    struct call call;                                                                                                 \
    if (!read_call(env, info, &call, count)) return 0;                                                                \
    const unsigned before = enter();                                                                                  \
    const double result = call.arena->kernels->name args;                                                             \
    leave(before);                                                                                                    \
    napi_value value;                                                                                                 \
    napi_create_double(env, result, &value);                                                                          \
    return value;                                                                                                     \
  }
FUNCTIONS(FUNCTION)

#undef p
#undef i
#undef f

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

static void set_number(napi_env env, napi_value object, const char *name, double number) {
  napi_value value;
  napi_create_double(env, number, &value);
  napi_set_named_property(env, object, name, value);
}

static void release(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  struct arena *arena = data;
  if (--arena->references == 0) free(arena);
}

static void bind(napi_env env, napi_value object, const char *name, napi_callback callback, struct arena *arena) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, arena, &function);
  napi_add_finalizer(env, function, arena, release, 0, 0);
  arena->references++;
  napi_set_named_property(env, object, name, function);
}

// open(data: Float32Array, target: string): the kernels over `data`, with lanes and chains. The caller keeps `data`
// for as long as it calls them.
static napi_value open_arena(napi_env env, napi_callback_info info) {
  napi_value values[2], object;
  size_t given = 2, length = 0, name_length = 0;
  char name[16];
  napi_typedarray_type type;
  void *data = 0;
  napi_get_cb_info(env, info, &given, values, 0, 0);
  if (given < 2 || napi_get_typedarray_info(env, values[0], &type, &length, &data, 0, 0) != napi_ok ||
      type != napi_float32_array || napi_get_value_string_utf8(env, values[1], name, sizeof name, &name_length) != napi_ok)
    return fail(env, "undertone: open takes a Float32Array and the name of a target");
  const struct kernels *tables[3], *chosen = 0;
  const int count = supported(tables);
  for (int k = 0; k < count; k++)
    if (__builtin_strcmp(tables[k]->target, name) == 0) chosen = tables[k];
  if (!chosen) return fail(env, "undertone: this processor cannot run that target");
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  const size_t huge = (size_t)2 << 20, from = ((size_t)data + huge - 1) & ~(huge - 1), to = ((size_t)data + 4 * length) & ~(huge - 1);
  if (to > from) madvise((void *)from, to - from, MADV_HUGEPAGE); // advice: nothing is lost where it is not taken
#endif
  struct arena *arena = malloc(sizeof *arena);
  if (!arena) return fail(env, "undertone: no memory");
  *arena = (struct arena){0, data, (double)length, chosen};
  napi_create_object(env, &object);
#define BIND(name, count, args) bind(env, object, #name, call_##name, arena);
  PROCEDURES(BIND)
  FUNCTIONS(BIND)
#undef BIND
  set_number(env, object, "lanes", chosen->lanes);
  set_number(env, object, "chains", CHAINS);
  return object;
}

// address(data: Float32Array): where it lies, modulo 4096, for aligning.
static napi_value address(napi_env env, napi_callback_info info) {
  napi_value value, result;
  size_t given = 1, length = 0;
  void *data = 0;
  napi_typedarray_type type;
  napi_get_cb_info(env, info, &given, &value, 0, 0);
  if (given < 1 || napi_get_typedarray_info(env, value, &type, &length, &data, 0, 0) != napi_ok)
    return fail(env, "undertone: address takes a typed array");
  napi_create_double(env, (double)((size_t)data % 4096), &result);
  return result;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "targets", NAPI_AUTO_LENGTH, targets, 0, &function);
  napi_set_named_property(env, exports, "targets", function);
  napi_create_function(env, "open", NAPI_AUTO_LENGTH, open_arena, 0, &function);
  napi_set_named_property(env, exports, "open", function);
  napi_create_function(env, "address", NAPI_AUTO_LENGTH, address, 0, &function);
  napi_set_named_property(env, exports, "address", function);
  return exports;
}
