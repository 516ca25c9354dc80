#ifndef UNDERTONE_DISTANCES_H
#define UNDERTONE_DISTANCES_H

#include <stdint.h>

/// A block of rows. `limits` say how near another row has to be to count. A row x is about its step times whole numbers q of
/// 13 bits: x y = step_x step_y q_x q_y but for |x - step_x q_x| |y| + |step_x q_x| |y - step_y q_y| (Cauchy-Schwarz).
typedef struct {
  double *exact;  // (rows, width)
  float *limits;  // (rows)
  float *norms;   // (rows), squared length less what float32 may add
  float *steps;   // (rows)
  float *losses;  // (rows), |x - step q|
  float *lengths; // (rows), |x|
  int16_t *rough; // q: (rows, width), or on the right (rows / 4, width / 2, 4, 2)
} row_block;

static void scale_rows(row_block block, int first, const float *x, const double *mean, const double *scale, int count,
                       int columns, int width, int fours);
static int near_pairs(int32_t *places, double *distances, row_block left, row_block right, int first, int m, int n,
                      int width);

#endif
