// Compiled once for each target with -DTABLE=kernels_... -DTARGET="...".
#include "kernels.h"
#include "table.h"

const struct kernels TABLE = {
    .target = TARGET,
    .lanes = LANES,
#define KERNEL(result, name, ...) .name = name,
#include "kernels.def"
#undef KERNEL
};
