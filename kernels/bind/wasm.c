// What the WebAssembly module exports. Pointers are byte offsets into the imported memory, 0 is null.
#include "kernels.h"

#define EXPORT(name) __attribute__((export_name(#name)))

EXPORT(lanes) int export_lanes(void) { return LANES; }

EXPORT(gemm_pack) void export_gemm_pack(float *packed, const float *b, int K, int N, int ldb, int transposed) {
  gemm_pack(packed, b, K, N, ldb, transposed);
}

EXPORT(gemm) void export_gemm(float *c, const float *a, const float *packed, const float *bias, int M, int N, int K, int ldc, int lda, int accumulate) {
  gemm(c, a, packed, bias, M, N, K, ldc, lda, accumulate);
}

EXPORT(gemm_transposed) void export_gemm_transposed(float *c, const float *a, const float *g, int M, int N, int K, int ldc, int lda, int ldg) {
  gemm_transposed(c, a, g, M, N, K, ldc, lda, ldg);
}

EXPORT(lstm_pack_forward) void export_lstm_pack_forward(float *packed, const float *weights, int H, int rows) {
  lstm_pack_forward(packed, weights, H, rows);
}

EXPORT(lstm_pack_input) void export_lstm_pack_input(float *packed, const float *weights, int H, int rows) {
  lstm_pack_input(packed, weights, H, rows);
}

EXPORT(lstm_pack_backward) void export_lstm_pack_backward(float *packed, const float *weights, int H, int rows) {
  lstm_pack_backward(packed, weights, H, rows);
}

EXPORT(lstm_unpack_gradient) void export_lstm_unpack_gradient(float *gradient, const float *padded, int H, int rows) {
  lstm_unpack_gradient(gradient, padded, H, rows);
}

EXPORT(lstm_forward) void export_lstm_forward(float *hidden, float *cells, float *gates, float *last, const float *x, const float *packed, const float *constant, const float *mask, const float *active, int T, int B, int H, int F, int ldx, int keep, int use_relu, int reverse) {
  lstm_forward(hidden, cells, gates, last, x, packed, constant, mask, active, T, B, H, F, ldx, keep, use_relu, reverse);
}

EXPORT(lstm_backward) void export_lstm_backward(float *gates, float *dh, float *dc, float *dweights, float *dx, float *dconstant, const float *cells, const float *hidden, const float *x, const float *dhidden, const float *packed_u, const float *packed_w, const float *mask, const float *active, int T, int B, int H, int F, int ldx, int ldd, int use_relu, int reverse) {
  lstm_backward(gates, dh, dc, dweights, dx, dconstant, cells, hidden, x, dhidden, packed_u, packed_w, mask, active, T, B, H, F, ldx, ldd, use_relu, reverse);
}

EXPORT(pool_forward) void export_pool_forward(float *rows, float *places, const float *states, const float *mask, const float *active, int T, int B, int H) {
  pool_forward(rows, places, states, mask, active, T, B, H);
}

EXPORT(pool_backward) void export_pool_backward(float *dstates, const float *drows, const float *places, const float *mask, const float *active, int T, int B, int H) {
  pool_backward(dstates, drows, places, mask, active, T, B, H);
}

EXPORT(state_sums) void export_state_sums(float *sums, const float *states, const float *mask, const float *active, int T, int B, int H) {
  state_sums(sums, states, mask, active, T, B, H);
}

EXPORT(read_out_forward) void export_read_out_forward(float *rows, float *places, const float *states, const float *middle, const float *slope, const float *mask, const float *active, int T, int B, int H, int reverse) {
  read_out_forward(rows, places, states, middle, slope, mask, active, T, B, H, reverse);
}

EXPORT(read_out_backward) void export_read_out_backward(float *dstates, const float *drows, const float *rows, const float *places, const float *states, const float *middle, const float *slope, const float *mask, const float *active, int T, int B, int H, int reverse) {
  read_out_backward(dstates, drows, rows, places, states, middle, slope, mask, active, T, B, H, reverse);
}

EXPORT(column_sums) void export_column_sums(float *sums, const float *a, int M, int N, int lda) {
  column_sums(sums, a, M, N, lda);
}

EXPORT(sum_blocks) void export_sum_blocks(float *sums, const float *blocks, int count, int stride, int n) {
  sum_blocks(sums, blocks, count, stride, n);
}

EXPORT(copy_rows) void export_copy_rows(float *to, const float *from, int M, int width, int ldto, int ldfrom) {
  copy_rows(to, from, M, width, ldto, ldfrom);
}

EXPORT(multiply_rows) void export_multiply_rows(float *y, const float *a, const float *b, int M, int width, int ldy, int lda, int ldb) {
  multiply_rows(y, a, b, M, width, ldy, lda, ldb);
}

EXPORT(bernoulli) void export_bernoulli(float *out, int key, float rate, int n) { bernoulli(out, key, rate, n); }

EXPORT(masked_squared_error) double export_masked_squared_error(float *dy, const float *y, const float *x, const float *observed, const float *weights, float scale, int M, int F, int ldy) {
  return masked_squared_error(dy, y, x, observed, weights, scale, M, F, ldy);
}

EXPORT(squared_norm) double export_squared_norm(const float *a, int n) { return squared_norm(a, n); }

EXPORT(adam) void export_adam(float *w, float *m, float *v, const float *g, float rate, float beta1, float beta2, float epsilon, float scale, int n) {
  adam(w, m, v, g, rate, beta1, beta2, epsilon, scale, n);
}

EXPORT(multiply_add_peak) float export_multiply_add_peak(float factor, int rounds) {
  return multiply_add_peak(factor, rounds);
}

EXPORT(peak_chains) int export_peak_chains(void) { return CHAINS; }
