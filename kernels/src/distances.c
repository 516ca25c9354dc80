// What nearest neighbours do most: finding the pairs of rows of two blocks that are near enough to count. A product of
// rows rounded to 13 bits gives a bound below the distance of each pair; the few pairs that it lets through get their
// distance in float64. One instruction multiplies eight whole numbers of 16 bits and adds them in twos: that is three
// times as many a cycle as of float32.
#include "distances.h"

#include "pair.h"

#define COLUMNS 512 // of the sums of squared differences that are added up together
#define WHOLE 128   // columns whose products, MOST^2 each at most, add up to less than 2^31
#define MOST 4095

typedef float quad __attribute__((vector_size(16)));
typedef int32_t whole_quad __attribute__((vector_size(16)));
typedef int16_t eight __attribute__((vector_size(16)));

static inline quad load_quad(const float *p) {
  quad v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

static inline eight load_eight(const int16_t *p) {
  eight v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

// Two neighbours, four times.
static inline eight splat_two(const int16_t *p) {
  int32_t two;
  __builtin_memcpy(&two, p, sizeof two);
  return (eight)(whole_quad){two, two, two, two};
}

// Products of eight, added in twos.
static inline whole_quad products_of(eight a, eight b) {
#if defined(__wasm_simd128__)
  return __builtin_wasm_dot_s_i32x4_i16x8(a, b);
#else
  whole_quad out;
  for (int lane = 0; lane < 4; lane++) out[lane] = a[2 * lane] * b[2 * lane] + a[2 * lane + 1] * b[2 * lane + 1];
  return out;
#endif
}

// Adding it to a number of less than 2^51 rounds that; the last bits are then a whole number of 16 bits.
#define ROUNDER 6755399441055744.0 // 1.5 * 2^52

//   block       rows first .. first + count - 1 are filled; what follows the last column is 0
//   x           (count, columns)
//   mean, scale (columns)
// A length that may be too large for float32 is not a number: every pair counts.
static void scale_rows(row_block block, int first, const float *x, const double *mean, const double *scale, int count,
                       int columns, int width, int fours) {
  typedef int64_t bits __attribute__((vector_size(16)));
  const double up = 1 + 0x1p-22, least = 1e-30; // more than float32 may round away
  // half of 2^-23 is what one operation on float32 loses at most, of no more than both squared lengths
  const double sure = 1 - (32 + width / WHOLE) * 0x1p-23;
  for (int i = first; i < first + count; i++, x += columns) {
    double *exact = block.exact + (size_t)i * width;
    double squares = 0, largest = 0;
    for (int j = 0; j < columns; j++) {
      const double value = (x[j] - mean[j]) / scale[j], size = __builtin_fabs(value);
      exact[j] = value;
      squares += value * value;
      if (size > largest) largest = size;
    }
    if (columns < width) exact[columns] = 0;
    const int holds = squares < 1 / least;
    const double step = holds && largest > least ? (float)(largest / MOST) : 0;
    const pair steps = {step, step}, round = {ROUNDER, ROUNDER};
    const double inverse = step > 0 ? 1 / step : 0;
    const pair inverses = {inverse, inverse};
    int16_t *rough = block.rough + (fours ? (size_t)(i & ~3) * width + 2 * (i & 3) : (size_t)i * width);
    pair lost = {0};
    for (int k = 0; k < width; k += 2, rough += fours ? 8 : 2) {
      const pair value = load_pair(exact + k), shifted = value * inverses + round;
      const pair difference = value - (shifted - round) * steps;
      lost += difference * difference;
      rough[0] = (int16_t)((bits)shifted)[0];
      rough[1] = (int16_t)((bits)shifted)[1];
    }
    block.norms[i] = holds ? (float)(squares * sure - least) : __builtin_nanf("");
    block.steps[i] = (float)step;
    block.losses[i] = holds ? (float)(__builtin_sqrt(lost[0] + lost[1]) * up) : 0;
    block.lengths[i] = holds ? (float)(__builtin_sqrt(squares) * up) : 0;
  }
}

// Sum of squared differences; even and odd columns apart, then 512 at a time. The width is even.
static double squared_distance(const double *a, const double *b, int width) {
  double sum = 0;
  for (int start = 0; start < width; start += COLUMNS) {
    const int end = width - start < COLUMNS ? width : start + COLUMNS;
    pair part = {0};
    for (int k = start; k < end; k += 2) {
      const pair difference = load_pair(a + k) - load_pair(b + k);
      part += difference * difference;
    }
    sum += part[0] + part[1];
  }
  return sum;
}

// Adds the products of four rows on the left with eight on the right to `products`, two quads for each row on the left.
static inline void add_products(quad products[8], const int16_t *a, const int16_t *b, int width) {
  const int16_t *a0 = a, *a1 = a0 + width, *a2 = a1 + width, *a3 = a2 + width;
  const int16_t *b0 = b, *b1 = b0 + 4 * (size_t)width;
  for (int start = 0; start < width; start += WHOLE) {
    const int end = width - start < WHOLE ? width : start + WHOLE;
    whole_quad s00 = {0}, s01 = {0}, s10 = {0}, s11 = {0}, s20 = {0}, s21 = {0}, s30 = {0}, s31 = {0};
    for (int k = start; k < end; k += 2) {
      const eight u = load_eight(b0 + 4 * k), v = load_eight(b1 + 4 * k);
      const eight p = splat_two(a0 + k), q = splat_two(a1 + k), r = splat_two(a2 + k), s = splat_two(a3 + k);
      s00 += products_of(p, u);
      s01 += products_of(p, v);
      s10 += products_of(q, u);
      s11 += products_of(q, v);
      s20 += products_of(r, u);
      s21 += products_of(r, v);
      s30 += products_of(s, u);
      s31 += products_of(s, v);
    }
    const whole_quad sums[8] = {s00, s01, s10, s11, s20, s21, s30, s31};
    for (int c = 0; c < 8; c++) products[c] += __builtin_convertvector(sums[c], quad);
  }
}

//   places     (m * n)  place i * n + j of every pair, i from `first` on, that may be nearer than the limit of either row
//   distances  (m * n)  of those pairs
// Returns their number. For each row on either side they ascend. first and m are multiples of 4, n of 8. What is not a number counts
// as near.
static int near_pairs(int32_t *places, double *distances, row_block left, row_block right, int first, int m, int n,
                      int width) {
  int found = 0;
  for (int i = first; i < first + m; i += 4)
    for (int j = 0; j < n; j += 8) {
      quad products[8] = {0};
      add_products(products, left.rough + (size_t)i * width, right.rough + (size_t)j * width, width);
      for (int c = 0; c < 8; c++) {
        const int row = i + c / 2, column = j + 4 * (c % 2);
        // |x - y|^2 of the rounded rows, less what rounding may have added: see distances.h
        const quad steps = load_quad(right.steps + column) * (2 * left.steps[row]);
        const quad lost = load_quad(right.lengths + column) * (2 * left.losses[row]) +
                          load_quad(right.losses + column) * (2 * (left.lengths[row] + left.losses[row]));
        const quad least = load_quad(right.norms + column) + left.norms[row] - steps * products[c] - lost;
        const float near = left.limits[row];
        const quad own = {near, near, near, near};
        const whole_quad far = (least >= own) & (least >= load_quad(right.limits + column));
        if (far[0] & far[1] & far[2] & far[3]) continue;
        for (int lane = 0; lane < 4; lane++) {
          if (far[lane]) continue;
          places[found] = row * n + column + lane;
          distances[found++] =
              squared_distance(left.exact + (size_t)row * width, right.exact + (size_t)(column + lane) * width, width);
        }
      }
    }
  return found;
}
