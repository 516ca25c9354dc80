// Weights between Keras' layout and the kernels' own. Keras: rows of 4H, gates i, f, g, o. Kernels: every gate
// padded to a whole number of vectors, Hp = PAD(H), with zeros, which keep the padded units at zero for ever.
// One block of weights is [recurrentKernel (H); kernel (F); bias (1)], rows of 4H.
#include "gemm.h"
#include "lstm.h"

// `width` numbers of a gate from unit `j` on, zeros past the last unit.
INLINE void copy_units(float *to, const float *row, int gate, int j, int width, int H) {
  const float *from = row + (size_t)gate * H + j;
  for (int lane = 0; lane < width; lane++) to[lane] = j + lane < H ? from[lane] : 0;
}

// For lstm_forward: blocks of LANES units, each (rows, 4 gates, LANES).
//   weights  (rows, 4H)  H + F + 1 rows; only the first H where the input is constant
static void lstm_pack_forward(float *packed, const float *weights, int H, int rows) {
  for (int j = 0; j < H; j += LANES)
    for (int k = 0; k < rows; k++)
      for (int gate = 0; gate < 4; gate++, packed += LANES)
        copy_units(packed, weights + (size_t)k * 4 * H, gate, j, LANES, H);
}

// For gemm with an input that does not change over time: (rows, 4Hp) in panels.
//   weights  (rows, 4H)
static void lstm_pack_input(float *packed, const float *weights, int H, int rows) {
  const int Hp = PAD(H), N = 4 * Hp;
  for (int n0 = 0; n0 < N; n0 += PANEL * LANES)
    for (int k = 0; k < rows; k++)
      for (int n = n0; n < N && n < n0 + PANEL * LANES; n += LANES, packed += LANES)
        copy_units(packed, weights + (size_t)k * 4 * H, n / Hp, n % Hp, LANES, H);
}

// For gemm of gate gradients: the transpose, (4Hp, PAD(rows)) in panels.
//   weights  (rows, 4H)
static void lstm_pack_backward(float *packed, const float *weights, int H, int rows) {
  const int Hp = PAD(H), N = PAD(rows);
  for (int n0 = 0; n0 < N; n0 += PANEL * LANES) {
    const int width = N - n0 < PANEL * LANES ? N - n0 : PANEL * LANES;
    for (int k = 0; k < 4 * Hp; k += LANES) // blocks that stay in the first-level cache, whichever way they are walked
      for (int n = 0; n < width; n++)
        for (int lane = 0; lane < LANES; lane++) {
          const int j = k % Hp + lane;
          packed[(size_t)(k + lane) * width + n] =
              n0 + n < rows && j < H ? weights[(size_t)(n0 + n) * 4 * H + k / Hp * H + j] : 0;
        }
    packed += (size_t)4 * Hp * width;
  }
}

// Drops the padding of gates.
//   gradient  (rows, 4H)  out, added to
//   padded    (rows, 4Hp)
static void lstm_unpack_gradient(float *gradient, const float *padded, int H, int rows) {
  const int Hp = PAD(H);
  for (int row = 0; row < rows; row++)
    for (int gate = 0; gate < 4; gate++)
      for (int unit = 0; unit < H; unit++)
        gradient[((size_t)row * 4 + gate) * H + unit] += padded[((size_t)row * 4 + gate) * Hp + unit];
}
