// What the WebAssembly module exports. Pointers are byte offsets into the imported memory, 0 is null.
#include "kernels.h"

#define KERNEL(result, name, ...)                                                                                     \
  __attribute__((export_name(#name))) result export_##name(LIST(PARAMETER, __VA_ARGS__)) {                            \
    return name(LIST(NAME, __VA_ARGS__));                                                                             \
  }
#include "kernels.def"
