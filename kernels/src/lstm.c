// One LSTM layer over time, forward and backward.
//
//   a = [h_prev, x, 1] [U; W; b]      i, f, o = sigmoid(a), g = act(a)
//   c = f * c_prev + i * g            h = o * act(c)
//
// Time-major. Row t of xh holds what step t multiplies: h_prev (Hp), then x (F) and the constant 1, so that one
// product makes all gates and one product makes all weight gradients. The hidden state of step t is written
// into the row that the next step reads. Forward in time: step t reads row t and writes row t + 1; reverse:
// step t reads row t + 1 and writes row t. Cells follow the same rule.
#include "lstm.h"

#include "activation.h"
#include "gemm.h"

static inline __attribute__((always_inline)) void gate_tile(float *h, float *c, float *gates, const float *xh,
                                                            const float *c_prev, const float *panel,
                                                            const float *constant, const float *mask, int Hp, int K,
                                                            int ldx, const int use_relu, const int rows) {
  vf acc[ROWS][4];
  for (int r = 0; r < rows; r++)
    for (int gate = 0; gate < 4; gate++)
      acc[r][gate] = constant ? load(constant + ((size_t)r * 4 + gate) * Hp) : splat(0);
  for (int k = 0; k < K; k++, panel += 4 * LANES) {
    vf w[4];
    for (int gate = 0; gate < 4; gate++) w[gate] = load(panel + gate * LANES);
    for (int r = 0; r < rows; r++) {
      const vf x = splat(xh[(size_t)r * ldx + k]);
      for (int gate = 0; gate < 4; gate++) acc[r][gate] = madd(x, w[gate], acc[r][gate]);
    }
  }
  for (int r = 0; r < rows; r++) {
    const vf i = sigmoid(acc[r][0]), f = sigmoid(acc[r][1]);
    const vf g = activate(acc[r][2], use_relu), o = sigmoid(acc[r][3]);
    const vf before = load(c_prev + (size_t)r * Hp);
    vf cell = flush(madd(f, before, i * g));
    vf hidden = flush(o * activate(cell, use_relu));
    if (gates) {
      float *saved = gates + (size_t)r * 4 * Hp;
      store(saved, i), store(saved + Hp, f), store(saved + 2 * Hp, g), store(saved + 3 * Hp, o);
    }
    store(c + (size_t)r * Hp, mask && mask[r] == 0 ? before : cell);
    store(h + (size_t)r * ldx, hidden);
  }
}

static inline __attribute__((always_inline)) void step_forward(float *xh_next, float *c, float *gates, const float *xh,
                                                               const float *c_prev, const float *packed,
                                                               const float *constant, const float *mask, int B, int Hp,
                                                               int K, int ldx, const int use_relu) {
  for (int j = 0; j < Hp; j += LANES) {
    const float *panel = packed + (size_t)j * 4 * K;
    int b = 0;
#define TILE(rows)                                                                                                    \
  gate_tile(xh_next + (size_t)b * ldx + j, c + (size_t)b * Hp + j, gates ? gates + (size_t)b * 4 * Hp + j : 0,         \
            xh + (size_t)b * ldx, c_prev + (size_t)b * Hp + j, panel, constant ? constant + (size_t)b * 4 * Hp + j : 0, \
            mask ? mask + b : 0, Hp, K, ldx, use_relu, rows)
    for (; b + ROWS <= B; b += ROWS) TILE(ROWS);
    for (; b < B; b++) TILE(1);
#undef TILE
  }
  // A masked step hands on the state it was given.
  for (int b = 0; mask && b < B; b++)
    if (mask[b] == 0)
      for (int j = 0; j < Hp; j += LANES) store(xh_next + (size_t)b * ldx + j, load(xh + (size_t)b * ldx + j));
}

// All steps of a layer.
//   xh        (T + 1, B, ldx)  x and 1 filled in; the first row's h is the initial state; out: every h
//   cells     (T + 1, B, Hp)   the first row is the initial cell state; out: every c.
//                              Without gates: (B, Hp), updated in place
//   gates     (T, B, 4Hp)      out: activated gates for lstm_backward, or null
//   packed    from lstm_pack_forward, K rows
//   constant  (B, 4Hp)         added at every step (an input that never changes, bias included), or null
//   mask      (T, B)           0: the step is skipped and the state carried through; null: none
void lstm_forward(float *xh, float *cells, float *gates, const float *packed, const float *constant, const float *mask,
                  int T, int B, int H, int K, int ldx, int use_relu, int reverse) {
  const int Hp = PAD(H);
  for (int s = 0; s < T; s++) {
    const int t = reverse ? T - 1 - s : s;
    const int from = reverse ? t + 1 : t, to = reverse ? t : t + 1;
    float *c = gates ? cells + (size_t)to * B * Hp : cells;
    const float *c_prev = gates ? cells + (size_t)from * B * Hp : cells;
    float *saved = gates ? gates + (size_t)t * B * 4 * Hp : 0;
    const float *m = mask ? mask + (size_t)t * B : 0;
    float *next = xh + (size_t)to * B * ldx;
    const float *now = xh + (size_t)from * B * ldx;
    if (use_relu)
      step_forward(next, c, saved, now, c_prev, packed, constant, m, B, Hp, K, ldx, 1);
    else
      step_forward(next, c, saved, now, c_prev, packed, constant, m, B, Hp, K, ldx, 0);
  }
}

static inline __attribute__((always_inline)) void gates_backward(float *gates, float *dh, float *dc, float *dconstant,
                                                                 const float *c, const float *c_prev, int Hp,
                                                                 const int use_relu) {
  const vf one = splat(1.0f);
  for (int j = 0; j < Hp; j += LANES) {
    const vf i = load(gates + j), f = load(gates + Hp + j), g = load(gates + 2 * Hp + j), o = load(gates + 3 * Hp + j);
    const vf y = activate(load(c + j), use_relu), dhidden = load(dh + j);
    const vf dcell = madd(dhidden * o, activate_slope(y, use_relu), load(dc + j));
    vf d[4];
    d[0] = flush(dcell * g * i * (one - i));
    d[1] = flush(dcell * load(c_prev + j) * f * (one - f));
    d[2] = flush(dcell * i * activate_slope(g, use_relu));
    d[3] = flush(dhidden * y * o * (one - o));
    store(dc + j, flush(dcell * f));
    store(dh + j, splat(0));
    for (int gate = 0; gate < 4; gate++) {
      store(gates + gate * Hp + j, d[gate]);
      if (dconstant) store(dconstant + gate * Hp + j, load(dconstant + gate * Hp + j) + d[gate]);
    }
  }
}

// Backward through time.
//   gates      (T, B, 4Hp)  from lstm_forward; out: gradients of the gates before activation
//   dh, dc     (B, Hp)      in: gradients of the last state; out: of the initial state
//   dweights   (K, 4Hp)     out, added to: gradients of [U; W; b], padded
//   dx         (T, B, Fp)   out: gradients of x, or null
//   dconstant  (B, 4Hp)     out, added to: gradients of `constant`, or null
//   dhidden    (T, B)       rows of Hp, ldd apart: gradients of every hidden state, or null
//   packed_u, packed_w      from lstm_pack_backward: recurrentKernel, and kernel where dx is wanted
void lstm_backward(float *gates, float *dh, float *dc, float *dweights, float *dx, float *dconstant,
                   const float *cells, const float *xh, const float *dhidden, const float *packed_u,
                   const float *packed_w, const float *mask, int T, int B, int H, int K, int F, int ldx, int ldd,
                   int use_relu, int reverse) {
  const int Hp = PAD(H), G = 4 * Hp, Fp = PAD(F);
  const int chunk = B >= CHUNK ? 1 : CHUNK / B; // in steps
  int done = 0;                             // steps walked since the last weight gradient
  for (int s = T - 1; s >= 0; s--) {
    const int t = reverse ? T - 1 - s : s;
    const int from = reverse ? t + 1 : t, to = reverse ? t : t + 1;
    float *g = gates + (size_t)t * B * G;
    for (int b = 0; b < B; b++) {
      if (dhidden)
        for (int j = 0; j < Hp; j += LANES)
          store(dh + (size_t)b * Hp + j,
                load(dh + (size_t)b * Hp + j) + load(dhidden + ((size_t)t * B + b) * ldd + j));
      if (mask && mask[(size_t)t * B + b] == 0) {
        for (int j = 0; j < G; j += LANES) store(g + (size_t)b * G + j, splat(0));
        continue;
      }
      float *dk = dconstant ? dconstant + (size_t)b * G : 0;
      const float *c = cells + ((size_t)to * B + b) * Hp, *c_prev = cells + ((size_t)from * B + b) * Hp;
      if (use_relu)
        gates_backward(g + (size_t)b * G, dh + (size_t)b * Hp, dc + (size_t)b * Hp, dk, c, c_prev, Hp, 1);
      else
        gates_backward(g + (size_t)b * G, dh + (size_t)b * Hp, dc + (size_t)b * Hp, dk, c, c_prev, Hp, 0);
    }
    gemm(dh, g, packed_u, B, Hp, G, Hp, G, 1);
    if (++done == chunk || s == 0) {
      const int first = reverse ? t - done + 1 : t; // earliest in time, so first in memory
      const float *rows = xh + (size_t)(reverse ? first + 1 : first) * B * ldx;
      const float *dgates = gates + (size_t)first * B * G;
      gemm_transposed(dweights, rows, dgates, done * B, G, K, G, ldx, G);
      if (dx) gemm(dx + (size_t)first * B * Fp, dgates, packed_w, done * B, Fp, G, Fp, G, 0);
      done = 0;
    }
  }
}
