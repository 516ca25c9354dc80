// What boosting does most: rows counted into histograms. A bin holds two numbers, so one addition of a pair takes both.
// They are whole numbers below 2^53: sums are exact in any order.
#include "histogram.h"

#include "pair.h"

static inline void count_row(double *bins, uint8_t code, pair gradient) {
  double *bin = bins + 2 * code;
  store_pair(bin, load_pair(bin) + gradient);
}

//   histogram  (bins, 2)  added to
//   gradients  (count, 2) of the rows to count, in their order
//   codes      (C, n)     the bin of every row within its column
//   offsets    (C)        first bin of each column
//   rows       (count)    which rows
static void histogram_add(double *histogram, const double *gradients, const uint8_t *codes, const int32_t *offsets,
                          const int32_t *rows, int count, int n, int C) {
  int c = 0;
  // Four columns at a time share the loads of row and gradient; their bins, 16 KB, stay in a first-level cache.
  for (; c + 4 <= C; c += 4) {
    double *h0 = histogram + 2 * offsets[c], *h1 = histogram + 2 * offsets[c + 1];
    double *h2 = histogram + 2 * offsets[c + 2], *h3 = histogram + 2 * offsets[c + 3];
    const uint8_t *c0 = codes + (size_t)c * n, *c1 = c0 + n, *c2 = c1 + n, *c3 = c2 + n;
    for (int k = 0; k < count; k++) {
      const int32_t row = rows[k];
      const pair gradient = load_pair(gradients + 2 * k);
      count_row(h0, c0[row], gradient);
      count_row(h1, c1[row], gradient);
      count_row(h2, c2[row], gradient);
      count_row(h3, c3[row], gradient);
    }
  }
  for (; c < C; c++)
    for (int k = 0; k < count; k++)
      count_row(histogram + 2 * offsets[c], codes[(size_t)c * n + rows[k]], load_pair(gradients + 2 * k));
}

//   whole, part  (bins, 2)  whole -= part
static void histogram_subtract(double *whole, const double *part, int bins) {
  for (int k = 0; k < 2 * bins; k += 2) store_pair(whole + k, load_pair(whole + k) - load_pair(part + k));
}
