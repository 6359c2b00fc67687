/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Declarations only: the functions are in Sources/PMU/LibVPMU. */
#include "vpmu.h"
