// Weights between Keras' layout and the kernels' own. Keras: rows of 4H, gates i, f, g, o. Kernels: every gate
// padded to a whole number of vectors, Hp = PAD(H), with zeros, which keep the padded units at zero for ever.
#include "gemm.h"
#include "lstm.h"

static float weight(const float *weights, int row, int gate, int unit, int H) {
  return unit < H ? weights[(size_t)row * 4 * H + (size_t)gate * H + unit] : 0;
}

// For lstm_forward: blocks of LANES units, each (Hp + rows, 4 gates, LANES).
//   weights  (H + rows, 4H)  recurrentKernel, then what is multiplied with the input (kernel, bias)
//   K        Hp + rows
void lstm_pack_forward(float *packed, const float *weights, int H, int K, int rows) {
  const int Hp = K - rows;
  for (int j = 0; j < Hp; j += LANES)
    for (int k = 0; k < K; k++)
      for (int gate = 0; gate < 4; gate++)
        for (int lane = 0; lane < LANES; lane++) {
          const int row = k < Hp ? k : k - Hp + H;
          *packed++ = k >= H && k < Hp ? 0 : weight(weights, row, gate, j + lane, H);
        }
}

// For gemm with an input that does not change over time: (rows, 4Hp) in panels.
//   weights  (rows, 4H)
void lstm_pack_input(float *packed, const float *weights, int H, int rows) {
  const int Hp = PAD(H), N = 4 * Hp;
  for (int n0 = 0; n0 < N; n0 += PANEL * LANES)
    for (int k = 0; k < rows; k++)
      for (int n = n0; n < N && n < n0 + PANEL * LANES; n++) *packed++ = weight(weights, k, n / Hp, n % Hp, H);
}

// For gemm of gate gradients: the transpose, (4Hp, PAD(rows)) in panels.
//   weights  (rows, 4H)
void lstm_pack_backward(float *packed, const float *weights, int H, int rows) {
  const int Hp = PAD(H), N = PAD(rows);
  for (int n0 = 0; n0 < N; n0 += PANEL * LANES)
    for (int k = 0; k < 4 * Hp; k++)
      for (int n = n0; n < N && n < n0 + PANEL * LANES; n++)
        *packed++ = n < rows ? weight(weights, n, k / Hp, k % Hp, H) : 0;
}

// Drops the padding of gates.
//   gradient  (rows, 4H)  out, added to
//   padded    (rows, 4Hp)
void lstm_unpack_gradient(float *gradient, const float *padded, int H, int rows) {
  const int Hp = PAD(H);
  for (int row = 0; row < rows; row++)
    for (int gate = 0; gate < 4; gate++)
      for (int unit = 0; unit < H; unit++)
        gradient[((size_t)row * 4 + gate) * H + unit] += padded[((size_t)row * 4 + gate) * Hp + unit];
}
