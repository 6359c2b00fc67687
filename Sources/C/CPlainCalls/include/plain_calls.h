/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef PLAIN_CALLS_H
#define PLAIN_CALLS_H

#include "vpmu_plugin.h"

/* The callbacks of a guest's access, in the shape of vpmu_ops, that do nothing: what a call through a pointer costs by
 * itself. The others are NULL. */
const vpmu_ops *plain_calls(void);

#endif
