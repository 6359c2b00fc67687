/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef CLINUX_THREAD_H
#define CLINUX_THREAD_H

#include <stdint.h>

/* The next number that no thread has. */
uint64_t clinux_next_thread_number(void);

extern _Thread_local uint64_t clinux_own_thread_number;

/*
 * A number of the calling thread that no other thread of this process has, had or will have; never 0. One load, once
 * the thread has one. (A thread pointer will not do: the next thread gets a dead one's.)
 */
static inline uint64_t clinux_thread_number(void) {
  if (__builtin_expect(clinux_own_thread_number == 0, 0)) clinux_own_thread_number = clinux_next_thread_number();
  return clinux_own_thread_number;
}

#endif
