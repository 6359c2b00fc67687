/* Declarations only: the functions are in Sources/PMU/LibVPMU. */
#include "vpmu.h"
