/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Getting a vCPU out of KVM_RUN by a signal without losing it in between: each handler of this library that runs on a
 * vCPU's thread writes 1 to that vCPU's kvm_run->immediate_exit, so that a signal which comes right before KVM_RUN ends
 * it too.
 */
#ifndef CLINUX_KICK_H
#define CLINUX_KICK_H

#include <stdint.h>
#include <time.h>

/* The calling thread's vCPU: handlers on this thread write 1 to `immediate_exit`; NULL: none. To be taken back, on this
 * thread, before the memory goes. */
void clinux_kick_set_target(uint8_t *_Nullable immediate_exit);
uint8_t *_Nullable clinux_kick_target(void);

/* For handlers: what the above says. */
void clinux_kick_here(void);

/*
 * Writes 0 to `immediate_exit`, and lets no later access of this thread be moved before it: notifications are read
 * after that, so that one which comes later is either read or ends KVM_RUN.
 */
static inline void clinux_kick_clear(uint8_t *_Nonnull immediate_exit) {
  __atomic_store_n(immediate_exit, 0, __ATOMIC_RELAXED);
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline void clinux_kick_raise(uint8_t *_Nonnull immediate_exit) {
  __atomic_store_n(immediate_exit, 1, __ATOMIC_RELAXED);
}

static inline uint8_t clinux_kick_is_raised(const uint8_t *_Nonnull immediate_exit) {
  return __atomic_load_n(immediate_exit, __ATOMIC_RELAXED);
}

/* Installs a handler that does this and nothing else. Returns 0; -EINVAL if the number is not SIGRTMIN to SIGRTMAX;
 * -EBUSY if it has a handler of someone else. */
int clinux_kick_install(int signal_number);

/*
 * timer_create(2), SIGEV_THREAD_ID: a timer that sends `signal_number` to the calling thread, first after `first` ns
 * and then every `interval` ns (0: once). It ends with the process, or by clinux_kick_timer_delete. A number stands for
 * the timer: timer_t is a pointer type, whose first value is NULL.
 */
int clinux_kick_timer(int signal_number, uint64_t first, uint64_t interval, uintptr_t *_Nonnull timer);
void clinux_kick_timer_delete(uintptr_t timer);

/* clock_gettime(CLOCK_MONOTONIC), in ns. */
static inline uint64_t clinux_monotonic_time(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* getrusage(2), RUSAGE_THREAD: context switches of the calling thread, those it asked for and those it did not. */
uint64_t clinux_thread_switches(void);

#endif
