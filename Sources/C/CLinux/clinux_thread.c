/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "clinux_thread.h"

#include <stdatomic.h>

CLINUX_THREAD_LOCAL uint64_t clinux_own_thread_number;

static _Atomic uint64_t last_number;

uint64_t clinux_next_thread_number(void) { return atomic_fetch_add(&last_number, 1) + 1; }
