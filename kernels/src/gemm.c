// Matrix products in the three shapes that an LSTM needs. N is the padded width everywhere.
#include "gemm.h"

// Packs B for gemm: panels of PANEL vectors of columns, each panel row-major, the last one as wide as needed.
//   packed  (K, PAD(N))  out
//   b       (K, N), or (N, K) when transposed; rows ldb apart
void gemm_pack(float *packed, const float *b, int K, int N, int ldb, int transposed) {
  const int Np = PAD(N);
  for (int n0 = 0; n0 < Np; n0 += PANEL * LANES) {
    const int width = Np - n0 < PANEL * LANES ? Np - n0 : PANEL * LANES;
    for (int k = 0; k < K; k++)
      for (int n = n0; n < n0 + width; n++)
        *packed++ = n >= N ? 0 : transposed ? b[(size_t)n * ldb + k] : b[(size_t)k * ldb + n];
  }
}

static inline __attribute__((always_inline)) void tile(float *c, const float *a, const float *panel, int K, int ldc,
                                                       int lda, int accumulate, const int rows, const int width) {
  vf acc[ROWS][PANEL];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < width; v++) acc[r][v] = accumulate ? load(c + (size_t)r * ldc + v * LANES) : splat(0);
  for (int k = 0; k < K; k++, panel += width * LANES) {
    vf b[PANEL];
    for (int v = 0; v < width; v++) b[v] = load(panel + v * LANES);
    for (int r = 0; r < rows; r++) {
      const vf x = splat(a[(size_t)r * lda + k]);
      for (int v = 0; v < width; v++) acc[r][v] = madd(x, b[v], acc[r][v]);
    }
  }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < width; v++) store(c + (size_t)r * ldc + v * LANES, acc[r][v]);
}

static inline __attribute__((always_inline)) void panel_product(float *c, const float *a, const float *panel, int M,
                                                                int K, int ldc, int lda, int accumulate,
                                                                const int width) {
  int m = 0;
  for (; m + ROWS <= M; m += ROWS)
    tile(c + (size_t)m * ldc, a + (size_t)m * lda, panel, K, ldc, lda, accumulate, ROWS, width);
  for (; m < M; m++) tile(c + (size_t)m * ldc, a + (size_t)m * lda, panel, K, ldc, lda, accumulate, 1, width);
}

// C = A B, or C += A B.
//   c       (M, N)  N a multiple of LANES, rows ldc apart
//   a       (M, K)  rows lda apart
//   packed  from gemm_pack
void gemm(float *c, const float *a, const float *packed, int M, int N, int K, int ldc, int lda, int accumulate) {
  for (int n = 0; n < N; n += PANEL * LANES) {
    const float *panel = packed + (size_t)n * K;
    switch ((N - n) / LANES) {
      case 1: panel_product(c + n, a, panel, M, K, ldc, lda, accumulate, 1); break;
      case 2: panel_product(c + n, a, panel, M, K, ldc, lda, accumulate, 2); break;
      case 3: panel_product(c + n, a, panel, M, K, ldc, lda, accumulate, 3); break;
      default: panel_product(c + n, a, panel, M, K, ldc, lda, accumulate, PANEL);
    }
  }
}

static inline __attribute__((always_inline)) void outer_tile(float *c, const float *a, const float *panel, int M,
                                                             int ldc, int lda, const int rows, const int width) {
  vf acc[ROWS][PANEL];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < width; v++) acc[r][v] = load(c + (size_t)r * ldc + v * LANES);
  for (int m = 0; m < M; m++, a += lda, panel += width * LANES)
    for (int r = 0; r < rows; r++) {
      const vf x = splat(a[r]);
      for (int v = 0; v < width; v++) acc[r][v] = madd(x, load(panel + v * LANES), acc[r][v]);
    }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < width; v++) store(c + (size_t)r * ldc + v * LANES, acc[r][v]);
}

static inline __attribute__((always_inline)) void outer_panel(float *c, const float *a, const float *g, int M, int K,
                                                              int ldc, int lda, int ldg, const int width) {
  // Rows of G lie a power of two apart and would evict one another: one panel is gathered first.
  float panel[CHUNK * PANEL * LANES];
  for (int m = 0; m < M; m++)
    for (int v = 0; v < width; v++) store(panel + (m * width + v) * LANES, load(g + (size_t)m * ldg + v * LANES));
  int k = 0;
  for (; k + ROWS <= K; k += ROWS) outer_tile(c + (size_t)k * ldc, a + k, panel, M, ldc, lda, ROWS, width);
  for (; k < K; k++) outer_tile(c + (size_t)k * ldc, a + k, panel, M, ldc, lda, 1, width);
}

// C += A^T G: the gradient of weights.
//   c  (K, N)  N a multiple of LANES, rows ldc apart
//   a  (M, K)  rows lda apart
//   g  (M, N)  rows ldg apart
void gemm_transposed(float *c, const float *a, const float *g, int M, int N, int K, int ldc, int lda, int ldg) {
  for (int m = 0; m < M; m += CHUNK) {
    const int rows = M - m < CHUNK ? M - m : CHUNK;
    for (int n = 0; n < N; n += PANEL * LANES) {
      const float *am = a + (size_t)m * lda, *gm = g + (size_t)m * ldg + n;
      switch ((N - n) / LANES) {
        case 1: outer_panel(c + n, am, gm, rows, K, ldc, lda, ldg, 1); break;
        case 2: outer_panel(c + n, am, gm, rows, K, ldc, lda, ldg, 2); break;
        case 3: outer_panel(c + n, am, gm, rows, K, ldc, lda, ldg, 3); break;
        default: outer_panel(c + n, am, gm, rows, K, ldc, lda, ldg, PANEL);
      }
    }
  }
}
