// Compiled once for each target with -DTABLE=kernels_... -DTARGET="...".
#include "kernels.h"
#include "table.h"

#define ENTRY(name, kinds, args) .name = name,
const struct kernels TABLE = {.target = TARGET, .lanes = LANES, PROCEDURES(ENTRY) FUNCTIONS(ENTRY)};
