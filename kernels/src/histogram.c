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

static inline pair both(double value) { return (pair){value, value}; }

typedef long long flags __attribute__((vector_size(16)));

static inline int any(flags v) { return __builtin_reduce_or(v) != 0; }

// The split of one column of largest gain above what `best` has, missing values on the side that `left` tells; the first
// of equal ones. Two bins at a time: their sums, one after another as in findSplit of histogram.ts, then what they gain.
//   bins      (count, 2)  of the column, without the bin of missing values and the last one that has to stay on the right
//   left      gradient and packed hessian that are left of the first bin
//   returns the bin, or -1; `best` is what it gains, before the gain of the whole is taken off
static int best_bin(double *best, const double *bins, int count, pair left, const split_rules *rules) {
  int found = -1;
  const pair inverse = both(rules->inverse), per_row = both(rules->per_row), l2 = both(rules->l2), sum = both(rules->both);
  const pair gradient = both(rules->gradient);
  const double enough = rules->enough, too_many = rules->too_many;
  pair top = both(*best);
  for (int k = 0; k < count; k += 2) {
    const pair first = left + load_pair(bins + 2 * k);
    if (first[1] >= too_many) break;
    const pair second = k + 1 < count ? first + load_pair(bins + 2 * (k + 1)) : first;
    left = second;
    if (second[1] < enough) continue;
    const pair from_left = {first[0], second[0]}, packed = {first[1], second[1]};
    const pair from_right = gradient - from_left;
    const pair a = packed - __builtin_elementwise_floor(packed * inverse) * per_row + l2;
    const pair b = sum - a;
    const pair above = from_left * from_left * b + from_right * from_right * a;
    if (!any(above > top * a * b)) continue;
    for (int i = 0; i < 2 && k + i < count; i++) {
      if (!(above[i] > top[i] * a[i] * b[i])) continue;
      if (packed[i] < enough || packed[i] >= too_many) continue;
      if (a[i] - rules->l2 < rules->least || b[i] - rules->l2 < rules->least) continue;
      top = both(above[i] / (a[i] * b[i]));
      found = k + i;
    }
  }
  *best = top[0];
  return found;
}

//   found        (3) column, bin, whether missing values go left; column -1 without a split
//   histogram    (bins, 2)
//   offsets      (C + 1)  first bin of each column
//   has_missing  (C)      its last bin is that of missing values
//   returns what the best split gains above `best`, before the gain of the whole is taken off
static double find_split(int32_t *found, const double *histogram, const int32_t *offsets, const uint8_t *has_missing,
                         int C, double best, const split_rules *rules) {
  found[0] = -1;
  for (int c = 0; c < C; c++) {
    const double *bins = histogram + 2 * (size_t)offsets[c];
    const int count = offsets[c + 1] - offsets[c] - 1; // this bin has to stay on the right
    for (int missing_left = 0; missing_left <= has_missing[c]; missing_left++) {
      const pair left = missing_left ? load_pair(bins + 2 * (size_t)count) : both(0);
      const int bin = best_bin(&best, bins, count, left, rules);
      if (bin < 0) continue;
      found[0] = c;
      found[1] = bin;
      found[2] = missing_left;
    }
  }
  return best;
}

//   whole, part  (bins, 2)  whole -= part
static void histogram_subtract(double *whole, const double *part, int bins) {
  for (int k = 0; k < 2 * bins; k += 2) store_pair(whole + k, load_pair(whole + k) - load_pair(part + k));
}
