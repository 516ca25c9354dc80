// What training needs beside products: loss, sums, norm, optimiser.
#include "vector.h"

#include "simd.h"

// sums += the sum over rows.
//   sums  (N)
//   a     (M, N)  rows lda apart
void column_sums(float *sums, const float *a, int M, int N, int lda) {
  for (int m = 0; m < M; m++)
    for (int n = 0; n < N; n++) sums[n] += a[(size_t)m * lda + n];
}

// Sum of w o (y - x)^2 over a batch, and its gradient times `scale`.
//   dy        (M, ldy)  out: 2 scale w o (y - x), zero in the padding; or null
//   y         (M, ldy)
//   x         (M, F)
//   observed  (M, F)    1 or 0; null: all observed
//   weights   (M)       null: all 1
double masked_squared_error(float *dy, const float *y, const float *x, const float *observed, const float *weights,
                            float scale, int M, int F, int ldy) {
  double sum = 0;
  for (int m = 0; m < M; m++) {
    const float w = weights ? weights[m] : 1;
    for (int f = 0; f < F; f++) {
      const size_t k = (size_t)m * F + f;
      const float seen = observed ? observed[k] : 1;
      const float error = seen == 0 ? 0 : y[(size_t)m * ldy + f] - x[k];
      sum += (double)(w * error) * error;
      if (dy) dy[(size_t)m * ldy + f] = 2 * scale * w * error;
    }
    if (dy)
      for (int f = F; f < ldy; f++) dy[(size_t)m * ldy + f] = 0;
  }
  return sum;
}

double squared_norm(const float *a, int n) {
  double sums[4] = {0, 0, 0, 0};
  int k = 0;
  for (; k + 4 <= n; k += 4)
    for (int lane = 0; lane < 4; lane++) sums[lane] += (double)a[k + lane] * a[k + lane];
  for (; k < n; k++) sums[0] += (double)a[k] * a[k];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

static vf square_root(vf x) {
  for (int lane = 0; lane < LANES; lane++) x[lane] = __builtin_sqrtf(x[lane]);
  return x;
}

// One step of Adam (Kingma & Ba 2015) as Keras writes it; `rate` has the bias corrections in it, `scale`
// multiplies the gradient first (global-norm clipping).
//   w, m, v, g  (n)  n a multiple of LANES
void adam(float *w, float *m, float *v, const float *g, float rate, float beta1, float beta2, float epsilon,
          float scale, int n) {
  for (int k = 0; k < n; k += LANES) {
    const vf gradient = load(g + k) * splat(scale);
    const vf mean = flush(madd(splat(beta1), load(m + k), splat(1 - beta1) * gradient));
    const vf spread = flush(madd(splat(beta2), load(v + k), splat(1 - beta2) * gradient * gradient));
    store(m + k, mean);
    store(v + k, spread);
    store(w + k, load(w + k) - splat(rate) * mean / (square_root(spread) + splat(epsilon)));
  }
}
