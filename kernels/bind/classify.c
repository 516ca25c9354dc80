// What the WebAssembly module of the classifiers exports: small, to be compiled without waiting, and float64.
#include "distances.c"
#include "histogram.c"
#include "products.c"
#include "rows.c"

#define EXPORT(name) __attribute__((export_name(#name)))

EXPORT(histogram_add) void export_histogram_add(double *histogram, const double *gradients, const uint8_t *codes, const int32_t *offsets, const int32_t *rows, int count, int n, int C) {
  histogram_add(histogram, gradients, codes, offsets, rows, count, n, C);
}

EXPORT(histogram_subtract) void export_histogram_subtract(double *whole, const double *part, int bins) {
  histogram_subtract(whole, part, bins);
}

EXPORT(find_split) double export_find_split(int32_t *found, const double *histogram, const int32_t *offsets, const uint8_t *has_missing, int C, double best, const double *rules) {
  return find_split(found, histogram, offsets, has_missing, C, best, (const split_rules *)rules);
}

// Each block is one address: what row_block has, one after another.
static row_block block_at(double *at, int rows, int width) {
  float *limits = (float *)(at + (size_t)rows * width);
  float *norms = limits + rows, *steps = norms + rows, *losses = steps + rows, *lengths = losses + rows;
  return (row_block){at, limits, norms, steps, losses, lengths, (int16_t *)(lengths + rows)};
}

EXPORT(scale_rows) void export_scale_rows(double *block, int rows, int first, const float *x, const double *mean, const double *scale, int count, int columns, int width, int fours) {
  scale_rows(block_at(block, rows, width), first, x, mean, scale, count, columns, width, fours);
}

EXPORT(near_pairs) int export_near_pairs(int32_t *places, double *distances, double *left, int m, double *right, int n, int first, int count, int width) {
  return near_pairs(places, distances, block_at(left, m, width), block_at(right, n, width), first, count, n, width);
}

EXPORT(row_products) void export_row_products(double *out, const float *x, const double *b, int rows, int columns, int outputs) {
  row_products(out, x, b, rows, columns, outputs);
}

EXPORT(add_rows) void export_add_rows(double *sums, const float *x, const double *factors, int rows, int columns, int outputs) {
  add_rows(sums, x, factors, rows, columns, outputs);
}

EXPORT(dot_products) void export_dot_products(double *out, const double *a, const double *b, double *aside, int m, int n, int length, int lower) {
  dot_products(out, a, b, aside, m, n, length, lower);
}

EXPORT(inverse_forms) void export_inverse_forms(double *forms, const double *z, const double *lower, const double *inverse, int n, int stride) {
  inverse_forms(forms, z, lower, inverse, n, stride);
}

EXPORT(subtract_product) void export_subtract_product(double *out, const double *z, const double *factors, int n, int stride) {
  subtract_product(out, z, factors, n, stride);
}

EXPORT(add_squares) void export_add_squares(double *sums, const float *x, const double *centre, int rows, int columns) {
  add_squares(sums, x, centre, rows, columns);
}
