/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef CLINUX_PROCESS_H
#define CLINUX_PROCESS_H

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/auxv.h>

/* Whether the process runs with more rights than its caller has (set-user-ID, file capabilities): AT_SECURE. What the
 * caller can choose, such as the environment, is then not to be trusted. */
static inline bool clinux_runs_with_raised_rights(void) { return getauxval(AT_SECURE) != 0; }

/* Bytes that malloc(3) has given out and not got back: mallinfo2(3). */
static inline uint64_t clinux_heap_bytes(void) {
  struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

#endif
