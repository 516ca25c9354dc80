#ifndef UNDERTONE_LSTM_H
#define UNDERTONE_LSTM_H

static void lstm_pack_forward(float *packed, const float *weights, int H, int rows);
static void lstm_pack_input(float *packed, const float *weights, int H, int rows);
static void lstm_pack_backward(float *packed, const float *weights, int H, int rows);
static void lstm_unpack_gradient(float *gradient, const float *padded, int H, int rows);
static void lstm_forward(float *hidden, float *cells, float *gates, float *last, const float *x, const float *packed,
                         const float *constant, const float *mask, const float *active, int T, int B, int H, int F,
                         int ldx, int keep, int use_relu, int reverse);
static void lstm_backward(float *gates, float *dh, float *dc, float *dweights, float *dx, float *dconstant,
                          const float *cells, const float *hidden, const float *x, const float *dhidden,
                          const float *packed_u, const float *packed_w, const float *mask, const float *active, int T,
                          int B, int H, int F, int ldx, int ldd, int use_relu, int reverse);

#endif
