#ifndef UNDERTONE_VECTOR_H
#define UNDERTONE_VECTOR_H

void column_sums(float *sums, const float *a, int M, int N, int lda);
double masked_squared_error(float *dy, const float *y, const float *x, const float *observed, const float *weights,
                            float scale, int M, int F, int ldy);
double squared_norm(const float *a, int n);
void adam(float *w, float *m, float *v, const float *g, float rate, float beta1, float beta2, float epsilon,
          float scale, int n);

#endif
