#ifndef UNDERTONE_PACKED_H
#define UNDERTONE_PACKED_H

#include "simd.h"

// How many sequences of a packed batch have step t.
INLINE int active_at(const float *active, int t, int T, int B) {
  return t < 0 ? B : t >= T ? 0 : active ? (int)active[t] : B;
}

#endif
