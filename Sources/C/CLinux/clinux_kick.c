/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#define _GNU_SOURCE
#include "clinux_kick.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clinux_thread.h"

static CLINUX_THREAD_LOCAL uint8_t *volatile target;

void clinux_kick_set_target(uint8_t *immediate_exit) { target = immediate_exit; }

uint8_t *clinux_kick_target(void) { return target; }

void clinux_kick_here(void) {
  uint8_t *immediate_exit = target;
  if (immediate_exit != NULL) clinux_kick_raise(immediate_exit);
}

static void on_kick(int signal_number) {
  (void)signal_number;
  clinux_kick_here();
}

int clinux_kick_install(int signal_number) {
  if (signal_number < SIGRTMIN || signal_number > SIGRTMAX) return -EINVAL;
  struct sigaction present;
  if (sigaction(signal_number, NULL, &present) < 0) return -errno;
  int is_ours = !(present.sa_flags & SA_SIGINFO) && present.sa_handler == on_kick;
  if (is_ours) return 0;
  if ((present.sa_flags & SA_SIGINFO) || (present.sa_handler != SIG_DFL && present.sa_handler != SIG_IGN)) return -EBUSY;
  struct sigaction ours;
  memset(&ours, 0, sizeof ours);
  ours.sa_handler = on_kick;
  ours.sa_flags = SA_RESTART | SA_ONSTACK;
  return sigaction(signal_number, &ours, NULL) < 0 ? -errno : 0;
}

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

int clinux_kick_timer(int signal_number, uint64_t first, uint64_t interval, uintptr_t *timer) {
  struct sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = signal_number;
  event.sigev_notify_thread_id = (int)syscall(SYS_gettid);
  timer_t created;
  if (timer_create(CLOCK_MONOTONIC, &event, &created) < 0) return -errno;
  struct itimerspec times = {
      {(time_t)(interval / 1000000000u), (long)(interval % 1000000000u)},
      {(time_t)(first / 1000000000u), (long)(first % 1000000000u)},
  };
  if (timer_settime(created, 0, &times, NULL) < 0) {
    int error = errno;
    timer_delete(created);
    return -error;
  }
  *timer = (uintptr_t)created;
  return 0;
}

void clinux_kick_timer_delete(uintptr_t timer) { timer_delete((timer_t)timer); }

uint64_t clinux_thread_switches(void) {
  struct rusage usage;
  if (getrusage(RUSAGE_THREAD, &usage) < 0) return 0;
  return (uint64_t)usage.ru_nvcsw + (uint64_t)usage.ru_nivcsw;
}
