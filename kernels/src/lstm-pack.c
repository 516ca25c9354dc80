// Weights between Keras' layout and the kernels' own. Keras: rows of 4H, gates i, f, g, o. Kernels: every gate
// padded to a whole number of vectors, Hp = PAD(H), with zeros, which keep the padded units at zero for ever.
// One block of weights is [recurrentKernel (H); kernel (F); bias (1)], rows of 4H.
#include "gemm.h"

// `width` numbers of a gate from unit `j` on, zeros past the last unit.
INLINE void copy_units(float *to, const float *row, int gate, int j, int width, int H) {
  const float *from = row + (size_t)gate * H + j;
  if (width == LANES && j + LANES <= H) {
    store(to, load(from));
    return;
  }
  for (int lane = 0; lane < width; lane++) to[lane] = j + lane < H ? from[lane] : 0;
}

// Blocks of LANES units, each (rows, 4 gates, LANES).
static void lstm_pack_forward(float *packed, const float *weights, int H, int rows) {
  for (int j = 0; j < H; j += LANES)
    for (int k = 0; k < rows; k++)
      for (int gate = 0; gate < 4; gate++, packed += LANES)
        copy_units(packed, weights + (size_t)k * 4 * H, gate, j, LANES, H);
}

static void lstm_pack_input(float *packed, const float *weights, int H, int rows) {
  const int Hp = PAD(H), N = 4 * Hp;
  for (int n0 = 0; n0 < N; n0 += PANEL * LANES)
    for (int k = 0; k < rows; k++)
      for (int n = n0; n < N && n < n0 + PANEL * LANES; n += LANES, packed += LANES)
        copy_units(packed, weights + (size_t)k * 4 * H, n / Hp, n % Hp, LANES, H);
}

typedef float quad __attribute__((vector_size(16)));

// (4, 4), rows ldto and ldfrom apart.
INLINE void transpose(float *to, const float *from, size_t ldto, size_t ldfrom) {
  quad row[4], half[4];
  for (int r = 0; r < 4; r++) __builtin_memcpy(&row[r], from + r * ldfrom, sizeof row[r]);
  for (int r = 0; r < 4; r += 2) {
    half[r] = __builtin_shufflevector(row[r], row[r + 1], 0, 4, 1, 5);
    half[r + 1] = __builtin_shufflevector(row[r], row[r + 1], 2, 6, 3, 7);
  }
  for (int r = 0; r < 2; r++) {
    row[2 * r] = __builtin_shufflevector(half[r], half[r + 2], 0, 1, 4, 5);
    row[2 * r + 1] = __builtin_shufflevector(half[r], half[r + 2], 2, 3, 6, 7);
  }
  for (int r = 0; r < 4; r++) __builtin_memcpy(to + r * ldto, &row[r], sizeof row[r]);
}

static void lstm_pack_backward(float *packed, const float *weights, int H, int rows) {
  const int Hp = PAD(H), N = PAD(rows);
  for (int n0 = 0; n0 < N; n0 += PANEL * LANES) {
    const int width = N - n0 < PANEL * LANES ? N - n0 : PANEL * LANES;
    for (int k = 0; k < 4 * Hp; k += LANES) // blocks that stay in the first-level cache, whichever way they are walked
      for (int n = 0; n < width; n += 4)
        for (int lane = 0; lane < LANES; lane += 4) {
          const int j = k % Hp + lane;
          const float *from = weights + (size_t)(n0 + n) * 4 * H + k / Hp * H + j;
          float *to = packed + (size_t)(k + lane) * width + n;
          if (n0 + n + 4 <= rows && j + 4 <= H) {
            transpose(to, from, width, 4 * H);
          } else {
            for (int r = 0; r < 4; r++)
              for (int c = 0; c < 4; c++)
                to[(size_t)c * width + r] = n0 + n + r < rows && j + c < H ? from[(size_t)r * 4 * H + c] : 0;
          }
        }
    packed += (size_t)4 * Hp * width;
  }
}

static void lstm_unpack_gradient(float *gradient, const float *padded, int H, int rows) {
  const int Hp = PAD(H);
  for (int row = 0; row < rows; row++)
    for (int gate = 0; gate < 4; gate++)
      for (int unit = 0; unit < H; unit++)
        gradient[((size_t)row * 4 + gate) * H + unit] += padded[((size_t)row * 4 + gate) * Hp + unit];
}
