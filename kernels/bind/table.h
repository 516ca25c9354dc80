// The kernels of one target as a table, so that the add-on can choose when it is loaded.
#ifndef UNDERTONE_TABLE_H
#define UNDERTONE_TABLE_H

#include "signatures.h"

struct kernels {
  const char *target;
  int lanes;
#define KERNEL(result, name, ...) result (*name)(LIST(PARAMETER, __VA_ARGS__));
#include "kernels.def"
#undef KERNEL
};

extern const struct kernels kernels_baseline, kernels_avx2, kernels_avx512;

#endif
