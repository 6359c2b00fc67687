/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The slots by which loaded libraries call the C library's allocator (the global offset tables).
 */
#ifndef CLINUX_GUARD_SLOTS_H
#define CLINUX_GUARD_SLOTS_H

#include <stdint.h>

/* Makes them lead to functions that call clinux_guard_allocation and then the allocator. Once. */
void clinux_guard_take_slots(void);

/* An allocation of `size` bytes is about to be made. */
void clinux_guard_allocation(const char *allocator, uint64_t size);

#endif
