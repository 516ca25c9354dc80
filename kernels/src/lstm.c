// One LSTM layer over time, forward and backward.
//
//   a = h_prev U + x W + b            i, f, o = sigmoid(a), g = act(a)
//   c = f * c_prev + i * g            h = o * act(c)
//
// Sequences are packed (kernels.def): there is no padding, and the cost is that of the steps that are present.
// `hidden` and `cells` have B rows more in front, the state before the first step: row B + (start of t) + b belongs
// to step t of sequence b.
#include "activation.h"
#include "gemm.h"
#include "packed.h"

// The state before step t, and how many of its rows lie with the step walked before; the others start here.
struct before {
  size_t row;
  int rows;
};

INLINE void gate_tile(float *h, float *c, float *gates, const float *h_prev, const float *c_prev, const float *x,
                      const float *panel, const float *constant, const float *mask, int Hp, int H, int F, int ldx,
                      int j, const int use_relu, const int rows) {
  vf acc[GATE_ROWS][4];
  const float *bias = panel + (size_t)(H + F) * 4 * LANES;
  for (int r = 0; r < rows; r++)
    for (int gate = 0; gate < 4; gate++)
      acc[r][gate] = load(constant ? constant + ((size_t)r * 4 + gate) * Hp + j : bias + gate * LANES);
  for (int k = 0; k < H; k++, panel += 4 * LANES) {
    vf v[GATE_ROWS];
    for (int r = 0; r < rows; r++) v[r] = splat(h_prev[(size_t)r * Hp + k]);
    for (int gate = 0; gate < 4; gate++) {
      const vf w = load_once(panel + gate * LANES);
      for (int r = 0; r < rows; r++) acc[r][gate] = madd(v[r], w, acc[r][gate]);
    }
  }
  for (int k = 0; k < F; k++, panel += 4 * LANES) {
    vf v[GATE_ROWS];
    for (int r = 0; r < rows; r++) v[r] = splat(x[(size_t)r * ldx + k]);
    for (int gate = 0; gate < 4; gate++) {
      const vf w = load_once(panel + gate * LANES);
      for (int r = 0; r < rows; r++) acc[r][gate] = madd(v[r], w, acc[r][gate]);
    }
  }
  UNROLL // else GCC moves all sums through memory
  for (int r = 0; r < rows; r++) {
    const size_t at = (size_t)r * Hp + j;
    vf i = acc[r][0], f = acc[r][1], o = acc[r][3];
    sigmoids(&i, &f, &o);
    const vf g = activate(acc[r][2], use_relu);
    const vf before = load(c_prev + at);
    const vf cell = flush(madd(f, before, i * g));
    const vf hidden = flush(o * activate(cell, use_relu));
    if (gates) {
      float *saved = gates + (size_t)r * 4 * Hp + j;
      store(saved, i), store(saved + Hp, f), store(saved + 2 * Hp, g), store(saved + 3 * Hp, o);
    }
    const int skipped = mask && mask[r] == 0; // hands on the state it was given
    store(c + at, skipped ? before : cell);
    store(h + at, skipped ? load(h_prev + at) : hidden);
  }
}

// `rows` rows of one step; every pointer is that of the first row.
INLINE void rows_forward(float *h, float *c, float *gates, const float *h_prev, const float *c_prev, const float *x,
                         const float *packed, const float *constant, const float *mask, int rows, int H, int F,
                         int ldx, const int use_relu) {
  const int Hp = PAD(H);
  const size_t panel_size = (size_t)(constant ? H : H + F + 1) * 4 * LANES;
  for (int j = 0; j < Hp; j += LANES, packed += panel_size)
    for (int b = 0; b < rows;) {
      const int tile = next_rows(rows - b, GATE_ROWS);
      const size_t at = (size_t)b * Hp;
#define TILE(n)                                                                                                       \
  gate_tile(h + at, c + at, gates ? gates + 4 * at : 0, h_prev + at, c_prev + at, x + (size_t)b * ldx, packed,        \
            constant ? constant + 4 * at : 0, mask ? mask + b : 0, Hp, H, constant ? 0 : F, ldx, j, use_relu, n)
      WITH_ROWS(tile, GATE_ROWS, TILE)
#undef TILE
      b += tile;
    }
}

static void rows_forward_tanh(float *h, float *c, float *gates, const float *h_prev, const float *c_prev,
                              const float *x, const float *packed, const float *constant, const float *mask, int rows,
                              int H, int F, int ldx) {
  rows_forward(h, c, gates, h_prev, c_prev, x, packed, constant, mask, rows, H, F, ldx, 0);
}

static void rows_forward_relu(float *h, float *c, float *gates, const float *h_prev, const float *c_prev,
                              const float *x, const float *packed, const float *constant, const float *mask, int rows,
                              int H, int F, int ldx) {
  rows_forward(h, c, gates, h_prev, c_prev, x, packed, constant, mask, rows, H, F, ldx, 1);
}

static void copy_states(float *to, const float *from, int rows, int Hp) {
  for (size_t k = 0; k < (size_t)rows * Hp; k += LANES) store(to + k, load(from + k));
}

static void lstm_forward(float *hidden, float *cells, float *gates, float *last, const float *x, const float *packed,
                         const float *constant, const float *mask, const float *active, int T, int B, int H, int F,
                         int ldx, int keep, int use_relu, int reverse) {
  const int Hp = PAD(H);
  const int first = active_at(active, 0, T, B);
  copy_states(last + (size_t)first * Hp, hidden + (size_t)first * Hp, B - first, Hp); // sequences without a step
  size_t start = 0; // of the step's rows among the R
  if (reverse)
    for (int t = 0; t < T; t++) start += active_at(active, t, T, B);
  struct before before = {0, 0};
  for (int s = 0; s < T; s++) {
    const int t = reverse ? T - 1 - s : s;
    const int n = active_at(active, t, T, B);
    if (reverse) start -= n;
    const size_t row = keep ? B + start : (size_t)B * (1 + (s & 1));
    // Rows [0, split) come from the step before, the others from the initial state.
    const int split = before.rows < n ? before.rows : n;
    for (int part = 0; part < 2; part++) {
      const int from = part ? split : 0, to = part ? n : split;
      if (from == to) continue;
      const size_t prev = ((part ? 0 : before.row) + from) * Hp, out = (row + from) * Hp, r = start + from;
      (use_relu ? rows_forward_relu : rows_forward_tanh)(
          hidden + out, cells + out, gates ? gates + r * 4 * Hp : 0, hidden + prev, cells + prev,
          x ? x + r * ldx : 0, packed, constant ? constant + (size_t)from * 4 * Hp : 0, mask ? mask + r : 0, to - from,
          H, F, ldx);
    }
    const int staying = reverse ? (t == 0 ? 0 : n) : active_at(active, t + 1, T, B);
    copy_states(last + (size_t)staying * Hp, hidden + (row + staying) * Hp, n - staying, Hp);
    before = (struct before){row, n};
    if (!reverse) start += n;
  }
}

INLINE void gates_backward(float *gates, float *dh, float *dc, float *dconstant, const float *dhidden, const float *c,
                           const float *c_prev, int Hp, const int use_relu) {
  const vf one = splat(1.0f);
  for (int j = 0; j < Hp; j += LANES) {
    const vf i = load(gates + j), f = load(gates + Hp + j), g = load(gates + 2 * Hp + j), o = load(gates + 3 * Hp + j);
    const vf y = activate(load(c + j), use_relu);
    const vf h = dhidden ? load(dh + j) + load(dhidden + j) : load(dh + j);
    const vf dcell = madd(h * o, activate_slope(y, use_relu), load(dc + j));
    vf d[4];
    d[0] = flush(dcell * g * i * (one - i));
    d[1] = flush(dcell * load(c_prev + j) * f * (one - f));
    d[2] = flush(dcell * i * activate_slope(g, use_relu));
    d[3] = flush(h * y * o * (one - o));
    store(dc + j, flush(dcell * f));
    store(dh + j, splat(0));
    for (int gate = 0; gate < 4; gate++) {
      store(gates + gate * Hp + j, d[gate]);
      if (dconstant) store(dconstant + gate * Hp + j, load(dconstant + gate * Hp + j) + d[gate]);
    }
  }
}

static void gates_backward_tanh(float *gates, float *dh, float *dc, float *dconstant, const float *dhidden,
                                const float *c, const float *c_prev, int Hp) {
  gates_backward(gates, dh, dc, dconstant, dhidden, c, c_prev, Hp, 0);
}

static void gates_backward_relu(float *gates, float *dh, float *dc, float *dconstant, const float *dhidden,
                                const float *c, const float *c_prev, int Hp) {
  gates_backward(gates, dh, dc, dconstant, dhidden, c, c_prev, Hp, 1);
}

// A skipped step passes gradients on and has none of its own.
static void skip_backward(float *gates, float *dh, const float *dhidden, int Hp) {
  for (int j = 0; dhidden && j < Hp; j += LANES) store(dh + j, load(dh + j) + load(dhidden + j));
  for (int j = 0; j < 4 * Hp; j += LANES) store(gates + j, splat(0));
}

// Neighbouring steps whose weight gradients are summed at once: rows of gates and x from `first` on, of hidden from
// `h` on; the last rows - with_h of them started from nothing.
struct run {
  size_t first, h;
  int rows, with_h, n;
};

static void lstm_backward(float *gates, float *dh, float *dc, float *dweights, float *dx, float *dconstant,
                          const float *cells, const float *hidden, const float *x, const float *dhidden,
                          const float *packed_u, const float *packed_w, const float *mask, const float *active, int T,
                          int B, int H, int F, int ldx, int ldd, int use_relu, int reverse) {
  const int Hp = PAD(H), G = 4 * Hp, Fp = PAD(F);
  size_t start = 0; // of the step's rows among the R
  if (!reverse)
    for (int t = 0; t < T; t++) start += active_at(active, t, T, B);
  struct run run = {0, 0, 0, 0, 0};
  for (int s = 0; s <= T; s++) {
    const int t = reverse ? s : T - 1 - s;
    const int n = s < T ? active_at(active, t, T, B) : 0;
    const int earlier = active_at(active, t - 1, T, B);
    const int joins = s < T && n == run.n && run.rows + n <= CHUNK && (reverse || earlier == n);
    if (run.rows > 0 && !joins) {
      for (int m = 0; m < run.rows; m += CHUNK) {
        const int rows = run.rows - m < CHUNK ? run.rows - m : CHUNK;
        const int with_h = run.with_h - m < 0 ? 0 : run.with_h - m < rows ? run.with_h - m : rows;
        weight_gradient(dweights, hidden + (run.h + m) * Hp, dconstant ? 0 : x + (run.first + m) * ldx,
                        gates + (run.first + m) * G, rows, with_h, G, H, F, Hp, ldx);
      }
      if (dx) gemm(dx + run.first * Fp, gates + run.first * G, packed_w, 0, run.rows, Fp, G, Fp, G, 0);
      run.rows = 0;
    }
    if (s == T) break;
    if (!reverse) start -= n;
    // Rows [0, alive) had their state before from the neighbouring step, the others from the initial state.
    const int alive = reverse ? active_at(active, t + 1, T, B) : n;
    const size_t prev = reverse ? B + start + n : t == 0 ? 0 : B + start - earlier;
    for (int b = 0; b < n; b++) {
      const size_t r = start + b;
      float *g = gates + r * G;
      const float *d = dhidden ? dhidden + r * ldd : 0;
      if (mask && mask[r] == 0) {
        skip_backward(g, dh + (size_t)b * Hp, d, Hp);
        continue;
      }
      const float *c = cells + (B + r) * Hp, *c_prev = cells + ((b < alive ? prev : 0) + b) * Hp;
      (use_relu ? gates_backward_relu : gates_backward_tanh)(
          g, dh + (size_t)b * Hp, dc + (size_t)b * Hp, dconstant ? dconstant + (size_t)b * G : 0, d, c, c_prev, Hp);
    }
    gemm(dh, gates + start * G, packed_u, 0, n, Hp, G, Hp, G, 1);
    run = (struct run){
        .first = reverse && run.rows > 0 ? run.first : start,
        .h = reverse && run.rows > 0 ? run.h : prev,
        .rows = run.rows + n,
        .with_h = run.rows + alive,
        .n = n,
    };
    if (reverse) start += n;
  }
}
