#ifndef UNDERTONE_DISTANCES_H
#define UNDERTONE_DISTANCES_H

#include <stdint.h>

/// A block of rows. `limits` say how near another row has to be to count.
typedef struct {
  const double *exact;  // (rows, width)
  const double *limits; // (rows)
  const float *rough;   // exact rounded: (rows, width), or on the right (rows / 4, width, 4)
  const float *norms;   // (rows), squared length less what rounding may add
} row_block;

static int near_pairs(int32_t *places, double *distances, row_block left, row_block right, int m, int n, int width);

#endif
