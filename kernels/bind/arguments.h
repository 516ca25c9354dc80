// The arguments of a call from JavaScript: what each must be, checked, and its value for C.
#ifndef UNDERTONE_ARGUMENTS_H
#define UNDERTONE_ARGUMENTS_H

#include <node_api.h>
#include <stdint.h>
#include <stdio.h>

#include "table.h"

#define MOST_ARGUMENTS 24

// What a kernel knows of an arena. It lies in memory of JavaScript, as long as that of the arena.
struct arena {
  double mark; // ARENA: tells it from what other add-ons hand out
  float *data;
  double elements;
};
#define ARENA 0x1.756e646572746p1

struct call {
  const struct kernels *kernels;
  const struct arena *arena;
  double values[MOST_ARGUMENTS];
};

enum kind { in, out, inout, optional_in, optional_out, optional_inout, size, flag, integer, real };

struct argument {
  enum kind kind;
  const char *name;
};

static int whole(double value, double least, double most) {
  return value >= least && value <= most && value == (double)(int64_t)value;
}

static int fits(enum kind kind, double value, double elements) {
  switch (kind) {
    case in: case out: case inout: return whole(value, 0, elements);
    case optional_in: case optional_out: case optional_inout: return value < 0 || whole(value, 0, elements);
    case size: case flag: return whole(value, 0, INT32_MAX);
    case integer: return whole(value, INT32_MIN, INT32_MAX);
    default: return 1;
  }
}

static void complain(napi_env env, const char *name, struct argument argument, const char *got, double elements) {
  char expected[64], message[256];
  switch (argument.kind) {
    case in: case out: case inout: snprintf(expected, sizeof expected, "an offset of 0 to %.0f", elements); break;
    case optional_in: case optional_out: case optional_inout:
      snprintf(expected, sizeof expected, "an offset of 0 to %.0f, or -1 for none", elements); break;
    case size: case flag: snprintf(expected, sizeof expected, "a whole number, 0 or more"); break;
    case integer: snprintf(expected, sizeof expected, "a whole number of 32 bits"); break;
    default: snprintf(expected, sizeof expected, "a number");
  }
  snprintf(message, sizeof message, "undertone: %s, argument %s: got %s, expected %s.", name, argument.name, got, expected);
  napi_throw_range_error(env, 0, message);
}

// Reads and checks the arena and the arguments; 0 and an exception if one is missing or does not fit. The arena comes with
// every call, and nothing here belongs to one: what would have to be freed with it is freed on a turn of the event loop,
// so that a loop that never gives it a turn would take more and more memory. A tensor must begin inside the
// arena, which catches what goes wrong in JavaScript (NaN, undefined, -1 for one that must be present). That it also
// ends there is up to the plan of the network: how far it reaches differs from kernel to kernel.
static int read_call(napi_env env, napi_callback_info info, struct call *call, const char *name,
                     const struct argument *arguments, size_t count) {
  napi_value all[1 + MOST_ARGUMENTS], *values = all + 1;
  size_t given = 1 + count;
  napi_get_cb_info(env, info, &given, all, 0, (void **)&call->kernels);
  if (given < 1 || napi_get_value_external(env, all[0], (void **)&call->arena) != napi_ok || call->arena->mark != ARENA) {
    char message[128];
    snprintf(message, sizeof message, "undertone: %s takes an arena first.", name);
    return napi_throw_type_error(env, 0, message), 0;
  }
  given--;
  const double elements = call->arena->elements;
  for (size_t k = 0; k < count; k++) {
    if (k >= given || napi_get_value_double(env, values[k], &call->values[k]) != napi_ok)
      return complain(env, name, arguments[k], k >= given ? "nothing" : "something that is no number", elements), 0;
    if (!fits(arguments[k].kind, call->values[k], elements)) {
      char got[32];
      snprintf(got, sizeof got, "%.17g", call->values[k]);
      return complain(env, name, arguments[k], got, elements), 0;
    }
  }
  return 1;
}

static float *tensor(const struct call *call, int k) {
  const double offset = call->values[k];
  return offset < 0 ? 0 : call->arena->data + (size_t)offset;
}

// The place of an argument: at_c for in(c).
#define PLACE(argument) AT(NAME(argument))
#define AT(name) AT_NAME(name)
#define AT_NAME(name) at_##name

// What an argument is, and its value for C.
#define ARGUMENT(argument) ARGUMENT_##argument
#define VALUE(argument) VALUE_##argument

#define ARGUMENT_in(name) {in, #name}
#define VALUE_in(name) tensor(&call, at_##name)
#define ARGUMENT_out(name) {out, #name}
#define VALUE_out(name) tensor(&call, at_##name)
#define ARGUMENT_inout(name) {inout, #name}
#define VALUE_inout(name) tensor(&call, at_##name)
#define ARGUMENT_optional_in(name) {optional_in, #name}
#define VALUE_optional_in(name) tensor(&call, at_##name)
#define ARGUMENT_optional_out(name) {optional_out, #name}
#define VALUE_optional_out(name) tensor(&call, at_##name)
#define ARGUMENT_optional_inout(name) {optional_inout, #name}
#define VALUE_optional_inout(name) tensor(&call, at_##name)
#define ARGUMENT_size(name) {size, #name}
#define VALUE_size(name) (int)call.values[at_##name]
#define ARGUMENT_flag(name) {flag, #name}
#define VALUE_flag(name) (int)call.values[at_##name]
#define ARGUMENT_integer(name) {integer, #name}
#define VALUE_integer(name) (int)call.values[at_##name]
#define ARGUMENT_real(name) {real, #name}
#define VALUE_real(name) (float)call.values[at_##name]

#endif
