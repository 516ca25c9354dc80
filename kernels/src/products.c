// What ridge regression does most, on float64: products of all pairs of vectors, and what every penalty costs per row.
#include "products.h"

#include "pair.h"

static inline pair twice(double value) { return (pair){value, value}; }

//   out    (m, n)       += dot products of every a with every b, each summed from its first number to its last
//   a, b   (., length)  one vector after another
//   aside  (4, length)  scratch
// m and n are multiples of 4. With `lower` only what is on or below the diagonal is complete.
static void dot_products(double *out, const double *a, const double *b, double *aside, int m, int n, int length,
                         int lower) {
  for (int j = 0; j < n; j += 4) {
    for (int k = 0; k < length; k++)
      for (int c = 0; c < 4; c++) aside[4 * k + c] = b[(size_t)(j + c) * length + k];
    for (int i = lower ? j : 0; i < m; i += 4) {
      const double *a0 = a + (size_t)i * length, *a1 = a0 + length, *a2 = a1 + length, *a3 = a2 + length;
      pair s00 = {0}, s01 = {0}, s10 = {0}, s11 = {0}, s20 = {0}, s21 = {0}, s30 = {0}, s31 = {0};
      for (int k = 0; k < length; k++) {
        const pair u = load_pair(aside + 4 * k), v = load_pair(aside + 4 * k + 2);
        const pair p = twice(a0[k]), q = twice(a1[k]), r = twice(a2[k]), s = twice(a3[k]);
        s00 += p * u;
        s01 += p * v;
        s10 += q * u;
        s11 += q * v;
        s20 += r * u;
        s21 += r * v;
        s30 += s * u;
        s31 += s * v;
      }
      double *o0 = out + (size_t)i * n + j, *o1 = o0 + n, *o2 = o1 + n, *o3 = o2 + n;
      store_pair(o0, load_pair(o0) + s00);
      store_pair(o0 + 2, load_pair(o0 + 2) + s01);
      store_pair(o1, load_pair(o1) + s10);
      store_pair(o1 + 2, load_pair(o1 + 2) + s11);
      store_pair(o2, load_pair(o2) + s20);
      store_pair(o2 + 2, load_pair(o2 + 2) + s21);
      store_pair(o3, load_pair(o3) + s30);
      store_pair(o3 + 2, load_pair(o3 + 2) + s31);
    }
  }
}

//   forms           (stride)     z' (L D L')^-1 z of every column of z
//   z               (n, stride)  stride is a multiple of 8
//   lower, inverse  (n)          subdiagonal of L, 1 / D
static void inverse_forms(double *forms, const double *z, const double *lower, const double *inverse, int n,
                          int stride) {
  for (int r = 0; r < stride; r += 8) {
    pair sums[4] = {0}, before[4] = {0};
    for (int k = 0; k < n; k++) {
      const pair l = twice(k > 0 ? lower[k - 1] : 0), d = twice(inverse[k]);
      for (int c = 0; c < 4; c++) {
        const pair value = load_pair(z + (size_t)k * stride + r + 2 * c) - l * before[c];
        before[c] = value;
        sums[c] += value * value * d;
      }
    }
    for (int c = 0; c < 4; c++) store_pair(forms + r + 2 * c, sums[c]);
  }
}

//   out      (stride)     -= factors' z, one row of z after another
//   z        (n, stride)  stride is a multiple of 8
//   factors  (n)
static void subtract_product(double *out, const double *z, const double *factors, int n, int stride) {
  for (int r = 0; r < stride; r += 8) {
    pair left[4];
    for (int c = 0; c < 4; c++) left[c] = load_pair(out + r + 2 * c);
    for (int k = 0; k < n; k++) {
      const pair factor = twice(factors[k]);
      for (int c = 0; c < 4; c++) left[c] -= load_pair(z + (size_t)k * stride + r + 2 * c) * factor;
    }
    for (int c = 0; c < 4; c++) store_pair(out + r + 2 * c, left[c]);
  }
}
