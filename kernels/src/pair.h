// Two float64, the widest vector that WebAssembly has: the classifiers' kernels work on them on every target.
#ifndef UNDERTONE_PAIR_H
#define UNDERTONE_PAIR_H

#include <stddef.h>
#include <stdint.h>

typedef double pair __attribute__((vector_size(16)));

static inline pair load_pair(const double *p) {
  pair v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

static inline void store_pair(double *p, pair v) { __builtin_memcpy(p, &v, sizeof v); }

#endif
