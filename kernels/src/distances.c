// What nearest neighbours do most: squared distances between two blocks of rows.
#include "distances.h"

#include "pair.h"

#define COLUMNS 512 // of 64 rows are 256 KB, which stay in a second-level cache

//   out          (m, n)  sums of squared differences; even and odd columns apart, then 512 at a time
//   left, right  (m, width), (n, width)
// m is a multiple of 4, n and width are even.
static void squared_distances(double *out, const double *left, const double *right, int m, int n, int width) {
  for (size_t k = 0; k < (size_t)m * n; k++) out[k] = 0;
  for (int start = 0; start < width; start += COLUMNS) {
    const int length = width - start < COLUMNS ? width - start : COLUMNS;
    // 4 x 2 tile: 8 sums, 2 operands, a row's value and a difference stay in the 16 vector registers of x86-64
    for (int i = 0; i < m; i += 4)
      for (int j = 0; j < n; j += 2) {
        const double *a = left + (size_t)i * width + start, *b = right + (size_t)j * width + start;
        pair sums[8] = {0};
        for (int k = 0; k < length; k += 2) {
          const pair u = load_pair(b + k), v = load_pair(b + width + k);
          for (int row = 0; row < 4; row++) {
            const pair p = load_pair(a + (size_t)row * width + k);
            sums[2 * row] += (p - u) * (p - u);
            sums[2 * row + 1] += (p - v) * (p - v);
          }
        }
        for (int k = 0; k < 8; k++) out[(size_t)(i + k / 2) * n + j + k % 2] += sums[k][0] + sums[k][1];
      }
  }
}
