// Matrix products in the shapes that an LSTM needs. What each kernel takes: kernels.def.
#include "gemm.h"

// Panels of PANEL vectors of columns, each panel row-major, the last one as wide as needed.
static void gemm_pack(float *packed, const float *b, int K, int N, int ldb, int transposed) {
  const int Np = PAD(N);
  for (int n0 = 0; n0 < Np; n0 += PANEL * LANES) {
    const int width = Np - n0 < PANEL * LANES ? Np - n0 : PANEL * LANES;
    for (int k = 0; k < K; k++)
      for (int n = n0; n < n0 + width; n++)
        *packed++ = n >= N ? 0 : transposed ? b[(size_t)n * ldb + k] : b[(size_t)k * ldb + n];
  }
}

// The first values of a tile: C itself, the bias of each column, or 0.
INLINE vf start(const float *c, const float *bias, int accumulate) {
  return accumulate ? load(c) : bias ? load(bias) : splat(0);
}

INLINE void tile(float *c, const float *a, const float *panel, const float *bias, int K, int ldc, int lda,
                 int accumulate, const int rows, const int width) {
  vf acc[ROWS][PANEL];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < width; v++)
      acc[r][v] = start(c + (size_t)r * ldc + v * LANES, bias ? bias + v * LANES : 0, accumulate);
  for (int k = 0; k < K; k++, panel += width * LANES) {
    vf b[PANEL];
    for (int v = 0; v < width; v++) b[v] = load_once(panel + v * LANES);
    for (int r = 0; r < rows; r++) {
      const vf x = splat(a[(size_t)r * lda + k]);
      for (int v = 0; v < width; v++) acc[r][v] = madd(x, b[v], acc[r][v]);
    }
  }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < width; v++) store(c + (size_t)r * ldc + v * LANES, acc[r][v]);
}

INLINE void panel_product(float *c, const float *a, const float *panel, const float *bias, int M, int K, int ldc,
                          int lda, int accumulate, const int width) {
  for (int m = 0; m < M;) {
    const int rows = next_rows(M - m, ROWS);
#define TILE(rows) tile(c + (size_t)m * ldc, a + (size_t)m * lda, panel, bias, K, ldc, lda, accumulate, rows, width)
    WITH_ROWS(rows, ROWS, TILE)
#undef TILE
    m += rows;
  }
}

#if PANEL == 4
#define WITH_WIDTH(width, F)                                                                                          \
  switch (width) {                                                                                                    \
    case 1: F(1); break;                                                                                              \
    case 2: F(2); break;                                                                                              \
    case 3: F(3); break;                                                                                              \
    default: F(4);                                                                                                    \
  }
#else
#define WITH_WIDTH(width, F)                                                                                          \
  if (width == 1) {                                                                                                   \
    F(1);                                                                                                             \
  } else {                                                                                                            \
    F(2);                                                                                                             \
  }
#endif

static void gemm(float *c, const float *a, const float *packed, const float *bias, int M, int N, int K, int ldc,
                 int lda, int accumulate) {
  for (int n = 0; n < N; n += PANEL * LANES) {
    const float *panel = packed + (size_t)n * K, *b = bias ? bias + n : 0;
#define PRODUCT(width) panel_product(c + n, a, panel, b, M, K, ldc, lda, accumulate, width)
    WITH_WIDTH((N - n) / LANES, PRODUCT)
#undef PRODUCT
  }
}

INLINE void outer_tile(float *c, const float *a, const float *panel, int M, int ldc, int lda, const int rows,
                       const int width) {
  vf acc[ROWS][PANEL];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < width; v++) acc[r][v] = load(c + (size_t)r * ldc + v * LANES);
  for (int m = 0; m < M; m++, a += lda, panel += width * LANES) {
    vf g[PANEL];
    for (int v = 0; v < width; v++) g[v] = load_once(panel + v * LANES);
    for (int r = 0; r < rows; r++) {
      const vf x = splat(a[r]);
      for (int v = 0; v < width; v++) acc[r][v] = madd(x, g[v], acc[r][v]);
    }
  }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < width; v++) store(c + (size_t)r * ldc + v * LANES, acc[r][v]);
}

// c (K, width vectors) += a^T (M, K) panel (M, width vectors)
INLINE void outer_rows(float *c, const float *a, const float *panel, int M, int K, int ldc, int lda,
                       const int width) {
  for (int k = 0; k < K;) {
    const int rows = next_rows(K - k, ROWS);
#define TILE(rows) outer_tile(c + (size_t)k * ldc, a + k, panel, M, ldc, lda, rows, width)
    WITH_ROWS(rows, ROWS, TILE)
#undef TILE
    k += rows;
  }
}

// Rows of G lie a power of two apart and would evict one another: one panel of columns is gathered first, and summed
// by the way where there are `sums`.
INLINE void gather(float *panel, float *sums, const float *g, int M, int ldg, const int width) {
  vf sum[PANEL];
  for (int v = 0; v < width; v++) sum[v] = sums ? load(sums + v * LANES) : splat(0);
  for (int m = 0; m < M; m++)
    for (int v = 0; v < width; v++) {
      const vf x = load(g + (size_t)m * ldg + v * LANES);
      store(panel + (m * width + v) * LANES, x);
      sum[v] = sum[v] + x;
    }
  for (int v = 0; sums && v < width; v++) store(sums + v * LANES, sum[v]);
}

static void gemm_transposed(float *c, const float *a, const float *g, int M, int N, int K, int ldc, int lda, int ldg) {
  float panel[CHUNK * PANEL * LANES] __attribute__((aligned(64)));
  for (int m = 0; m < M; m += CHUNK) {
    const int rows = M - m < CHUNK ? M - m : CHUNK;
    for (int n = 0; n < N; n += PANEL * LANES) {
      const float *am = a + (size_t)m * lda, *gm = g + (size_t)m * ldg + n;
#define OUTER(width)                                                                                                  \
  gather(panel, 0, gm, rows, ldg, width);                                                                             \
  outer_rows(c + n, am, panel, rows, K, ldc, lda, width)
      WITH_WIDTH((N - n) / LANES, OUTER)
#undef OUTER
    }
  }
}

// All gradients of one LSTM from at most CHUNK rows of gate gradients: [U; W; b] in one pass over them.
//   dweights  (H + F + 1, N)  added to
//   h         (Mh, H)  states before the steps, rows ldh apart; the other rows had a zero state
//   x         (M, F)   inputs, rows ldx apart; null: only U
//   g         (M, N)   gradients of the gates
static void weight_gradient(float *dweights, const float *h, const float *x, const float *g, int M, int Mh, int N,
                            int H, int F, int ldh, int ldx) {
  float panel[CHUNK * PANEL * LANES] __attribute__((aligned(64)));
  for (int n = 0; n < N; n += PANEL * LANES) {
    float *c = dweights + n;
#define OUTER(width)                                                                                                  \
  gather(panel, x ? c + (size_t)(H + F) * N : 0, g + n, M, N, width);                                                 \
  outer_rows(c, h, panel, Mh, H, N, ldh, width);                                                                      \
  if (x) outer_rows(c + (size_t)H * N, x, panel, M, F, N, ldx, width);
    WITH_WIDTH((N - n) / LANES, OUTER)
#undef OUTER
  }
}
