#ifndef UNDERTONE_HISTOGRAM_H
#define UNDERTONE_HISTOGRAM_H

#include <stdint.h>

// What a split must keep, and the sums of its leaf, in the units of packed gradients (histogram.ts).
typedef struct {
  double per_row, inverse;   // what a row adds to a packed hessian, and 1 / per_row
  double enough, too_many;   // packed hessians on the left: the least that is allowed, and the first that is too much
  double l2, least;          // added to a sum of hessians, and the least sum of a side
  double both, gradient;     // hessian + 2 l2, and gradient, of the leaf
} split_rules;

static void histogram_add(double *histogram, const double *gradients, const uint8_t *codes, const int32_t *offsets,
                          const int32_t *rows, int count, int n, int C);
static double find_split(int32_t *found, const double *histogram, const int32_t *offsets, const uint8_t *has_missing,
                         int C, double best, const split_rules *rules);
static void histogram_subtract(double *whole, const double *part, int bins);

#endif
