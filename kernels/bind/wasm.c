// What the WebAssembly module exports. Pointers are byte offsets into the imported memory, 0 is null.
#include "kernels.h"

#define NAME(argument) NAME_##argument
#define NAME_in(name) name
#define NAME_out(name) name
#define NAME_inout(name) name
#define NAME_optional_in(name) name
#define NAME_optional_out(name) name
#define NAME_optional_inout(name) name
#define NAME_size(name) name
#define NAME_flag(name) name
#define NAME_integer(name) name
#define NAME_real(name) name

#define KERNEL(result, name, ...)                                                                                     \
  __attribute__((export_name(#name))) result export_##name(LIST(PARAMETER, __VA_ARGS__)) {                            \
    return name(LIST(NAME, __VA_ARGS__));                                                                             \
  }
#include "kernels.def"
