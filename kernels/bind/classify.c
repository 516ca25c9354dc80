// What the WebAssembly module of the classifiers exports: small, to be compiled without waiting, and float64.
#include "distances.c"
#include "histogram.c"

#define EXPORT(name) __attribute__((export_name(#name)))

EXPORT(histogram_add) void export_histogram_add(double *histogram, const double *gradients, const uint8_t *codes, const int32_t *offsets, const int32_t *rows, int count, int n, int C) {
  histogram_add(histogram, gradients, codes, offsets, rows, count, n, C);
}

EXPORT(histogram_subtract) void export_histogram_subtract(double *whole, const double *part, int bins) {
  histogram_subtract(whole, part, bins);
}

EXPORT(squared_distances) void export_squared_distances(double *out, const double *left, const double *right, int m, int n, int width) {
  squared_distances(out, left, right, m, n, width);
}
