#ifndef UNDERTONE_LSTM_H
#define UNDERTONE_LSTM_H

void lstm_pack_forward(float *packed, const float *weights, int H, int K, int rows);
void lstm_pack_input(float *packed, const float *weights, int H, int rows);
void lstm_pack_backward(float *packed, const float *weights, int H, int rows);
void lstm_unpack_gradient(float *gradient, const float *padded, int H, int rows);
void lstm_forward(float *xh, float *cells, float *gates, const float *packed, const float *constant, const float *mask,
                  int T, int B, int H, int K, int ldx, int use_relu, int reverse);
void lstm_backward(float *gates, float *dh, float *dc, float *dweights, float *dx, float *dconstant,
                   const float *cells, const float *xh, const float *dhidden, const float *packed_u,
                   const float *packed_w, const float *mask, int T, int B, int H, int K, int F, int ldx, int ldd,
                   int use_relu, int reverse);

#endif
