#ifndef UNDERTONE_VECTOR_H
#define UNDERTONE_VECTOR_H

static void column_sums(float *sums, const float *a, int M, int N, int lda);
static void sum_blocks(float *sums, const float *blocks, int count, int stride, int n);
static void copy_rows(float *to, const float *from, int M, int width, int ldto, int ldfrom);
static void multiply_rows(float *y, const float *a, const float *b, int M, int width, int ldy, int lda, int ldb);
static void bernoulli(float *out, int key, float rate, int n);
static double masked_squared_error(float *dy, const float *y, const float *x, const float *observed,
                                   const float *weights, float scale, int M, int F, int ldy);
static double squared_norm(const float *a, int n);
static void adam(float *w, float *m, float *v, const float *g, float rate, float beta1, float beta2, float epsilon,
                 float scale, int n);

#endif
