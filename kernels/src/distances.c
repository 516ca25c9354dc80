// What nearest neighbours do most: finding the pairs of rows of two blocks that are near enough to count. A product of
// float32 gives a bound below the distance of each pair; the few pairs that it lets through get their distance in float64.
#include "distances.h"

#include "pair.h"

#define COLUMNS 512 // of the sums of squared differences that are added up together

typedef float quad __attribute__((vector_size(16)));

static inline quad load_quad(const float *p) {
  quad v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
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

//   places     (m * n)  place i * n + j of every pair that may be nearer than the limit of either row
//   distances  (m * n)  of those pairs
// Returns their number. For each row on either side they ascend. m is a multiple of 4, n of 8. What is not a number counts
// as near.
static int near_pairs(int32_t *places, double *distances, row_block left, row_block right, int m, int n, int width) {
  int found = 0;
  for (int i = 0; i < m; i += 4)
    for (int j = 0; j < n; j += 8) {
      const float *a0 = left.rough + (size_t)i * width, *a1 = a0 + width, *a2 = a1 + width, *a3 = a2 + width;
      const float *b0 = right.rough + (size_t)j * width, *b1 = b0 + 4 * (size_t)width;
      quad s00 = {0}, s01 = {0}, s10 = {0}, s11 = {0}, s20 = {0}, s21 = {0}, s30 = {0}, s31 = {0};
      for (int k = 0; k < width; k++) {
        const quad u = load_quad(b0 + 4 * k), v = load_quad(b1 + 4 * k);
        const quad p = {a0[k], a0[k], a0[k], a0[k]}, q = {a1[k], a1[k], a1[k], a1[k]};
        const quad r = {a2[k], a2[k], a2[k], a2[k]}, s = {a3[k], a3[k], a3[k], a3[k]};
        s00 += p * u;
        s01 += p * v;
        s10 += q * u;
        s11 += q * v;
        s20 += r * u;
        s21 += r * v;
        s30 += s * u;
        s31 += s * v;
      }
      const quad products[8] = {s00, s01, s10, s11, s20, s21, s30, s31};
      for (int c = 0; c < 8; c++) {
        const int row = i + c / 2, column = j + 4 * (c % 2);
        const quad least = load_quad(right.norms + column) + left.norms[row] - 2 * products[c];
        const double near = left.limits[row];
        // one double for each lane: a limit that is rounded might lose a pair
        const pair first = {least[0], least[1]}, second = {least[2], least[3]}, own = {near, near};
        const __typeof__(first < own) far0 = (first >= own) & (first >= load_pair(right.limits + column));
        const __typeof__(first < own) far1 = (second >= own) & (second >= load_pair(right.limits + column + 2));
        const __typeof__(first < own) both = far0 & far1;
        if (both[0] & both[1]) continue;
        const int far[4] = {far0[0] != 0, far0[1] != 0, far1[0] != 0, far1[1] != 0};
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
