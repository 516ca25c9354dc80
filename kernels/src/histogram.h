#ifndef UNDERTONE_HISTOGRAM_H
#define UNDERTONE_HISTOGRAM_H

#include <stdint.h>

static void histogram_add(double *histogram, const double *gradients, const uint8_t *codes, const int32_t *offsets,
                          const int32_t *rows, int count, int n, int C);
static void histogram_subtract(double *whole, const double *part, int bins);

#endif
