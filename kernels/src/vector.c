// What training needs beside products: loss, sums, norm, optimizer. What each kernel takes: kernels.def.
#include "signatures.h"
#include "simd.h"

static void column_sums(float *sums, const float *a, int M, int N, int lda) {
  for (int m = 0; m < M; m++)
    for (int n = 0; n < N; n++) sums[n] += a[(size_t)m * lda + n];
}

// What each shard of a batch adds to the gradient.
static void sum_blocks(float *sums, const float *blocks, int count, int stride, int n) {
  for (int k = 0; k < n; k += LANES) {
    vf sum = load(blocks + k);
    for (int s = 1; s < count; s++) sum = sum + load(blocks + (size_t)s * stride + k);
    store(sums + k, sum);
  }
}

static void copy_rows(float *to, const float *from, int M, int width, int ldto, int ldfrom) {
  for (int m = 0; m < M; m++)
    for (int k = 0; k < width; k++) to[(size_t)m * ldto + k] = from[(size_t)m * ldfrom + k];
}

static void multiply_rows(float *y, const float *a, const float *b, int M, int width, int ldy, int lda, int ldb) {
  for (int m = 0; m < M; m++)
    for (int k = 0; k < width; k++) y[(size_t)m * ldy + k] = a[(size_t)m * lda + k] * b[(size_t)m * ldb + k];
}

// Wellons' lowbias32 of k and the key, so that any part can be drawn anywhere.
static void bernoulli(float *out, int key, float rate, int n) {
  const uint32_t limit = (uint32_t)(rate * 16777216.0f);
  const float kept = 1 / (1 - rate);
  for (int k = 0; k < n; k++) {
    uint32_t h = (uint32_t)k * 0x9e3779b1u + (uint32_t)key;
    h = (h ^ (h >> 16)) * 0x7feb352du;
    h = (h ^ (h >> 15)) * 0x846ca68bu;
    h ^= h >> 16;
    out[k] = (h >> 8) < limit ? 0 : kept;
  }
}

static double masked_squared_error(float *dy, const float *y, const float *x, const float *observed, const float *weights,
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

static double squared_norm(const float *a, int n) {
  double sums[4] = {0, 0, 0, 0};
  int k = 0;
  for (; k + 4 <= n; k += 4)
    for (int lane = 0; lane < 4; lane++) sums[lane] += (double)a[k + lane] * a[k + lane];
  for (; k < n; k++) sums[0] += (double)a[k] * a[k];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// Kingma & Ba 2015, as Keras writes it. `scale` is that of clipping by the global norm.
static void adam(float *w, float *m, float *v, const float *g, float rate, float beta1, float beta2, float epsilon,
          float scale, int n) {
  for (int k = 0; k < n; k += LANES) {
    const vf gradient = load(g + k) * splat(scale);
    const vf mean = flush(madd(splat(beta1), load(m + k), splat(1 - beta1) * gradient));
    const vf variance = flush(madd(splat(beta2), load(v + k), splat(1 - beta2) * gradient * gradient));
    store(m + k, mean);
    store(v + k, variance);
    store(w + k, load(w + k) - splat(rate) * mean / (square_root(variance) + splat(epsilon)));
  }
}
