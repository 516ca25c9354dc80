// All kernels in one unit: every function is static, so that one program can hold them compiled for many targets.
#include "gemm.c"
#include "lstm-pack.c"
#include "lstm.c"
#include "peak.c"
#include "readout.c"
#include "vector.c"
