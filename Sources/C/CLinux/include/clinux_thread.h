/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef CLINUX_THREAD_H
#define CLINUX_THREAD_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A variable of each thread that is there from the thread's start in a shared library too, so that a signal handler may
 * use it: otherwise the first access of a thread may allocate. The dynamic linker has space for a few such bytes.
 */
#define CLINUX_THREAD_LOCAL _Thread_local __attribute__((tls_model("initial-exec")))

/* The next number that no thread has. */
uint64_t clinux_next_thread_number(void);

extern CLINUX_THREAD_LOCAL uint64_t clinux_own_thread_number;

/*
 * A number of the calling thread that no other thread of this process has, had or will have; never 0. One load, once
 * the thread has one. (A thread pointer will not do: the next thread gets a dead one's.)
 */
static inline uint64_t clinux_thread_number(void) {
  if (__builtin_expect(clinux_own_thread_number == 0, 0)) clinux_own_thread_number = clinux_next_thread_number();
  return clinux_own_thread_number;
}

/* Whether the calling thread is the one with this number, which is not 0. */
__attribute__((always_inline)) static inline bool clinux_is_thread(uint64_t number) { return clinux_own_thread_number == number; }

#endif
