/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#define _GNU_SOURCE
#include "clinux_call.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clinux_guard.h"
#include "clinux_thread.h"

/* Neither side can take memory away from under the other's mapping. */
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

static clinux_call_record own_record;
static clinux_call_record *record = &own_record;
static CLINUX_THREAD_LOCAL clinux_call *current;

int clinux_call_record_create(void) {
  int low = memfd_create("vpmu-calls", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (low < 0) return -errno;
  int descriptor = fcntl(low, F_DUPFD_CLOEXEC, 16);
  int error = errno;
  close(low);
  if (descriptor < 0) return -error;
  if (ftruncate(descriptor, sizeof(clinux_call_record)) == 0 && fcntl(descriptor, F_ADD_SEALS, SEALS) == 0)
    return descriptor;
  error = errno;
  close(descriptor);
  return -error;
}

clinux_call_record *clinux_call_record_map(int descriptor) {
  struct stat status;
  if (fcntl(descriptor, F_GET_SEALS) != SEALS || fstat(descriptor, &status) < 0) return NULL;
  if (status.st_size != sizeof(clinux_call_record)) return NULL;
  void *memory = mmap(NULL, sizeof(clinux_call_record), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

void clinux_call_record_unmap(clinux_call_record *mapped) { munmap(mapped, sizeof *mapped); }

/* Notes the signal and lets it do what it does by default, as soon as this handler returns. */
static void note(int signal) {
  if (current) current->signal = signal;
  struct sigaction action = {.sa_handler = SIG_DFL};
  sigaction(signal, &action, NULL);
  raise(signal);
}

void clinux_call_record_use(clinux_call_record *shared) {
  static char stack[1 << 14];
  const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS};
  if (shared) record = shared;
  /* A stack of its own: a call may have used up the thread's. */
  sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
  struct sigaction action = {.sa_handler = note, .sa_flags = SA_ONSTACK};
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) sigaction(signals[i], &action, NULL);
}

void clinux_call_begin(uint32_t number, uint64_t first, uint64_t second, uint64_t third) {
  for (int i = 0; i < CLINUX_CALLS && !current; i++) {
    clinux_call *call = &record->calls[i];
    uint32_t none = 0;
    if (!__atomic_compare_exchange_n(&call->number, &none, number, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) continue;
    call->arguments[0] = first;
    call->arguments[1] = second;
    call->arguments[2] = third;
    current = call;
  }
  clinux_guard_enter();
}

void clinux_call_end(void) {
  clinux_guard_leave();
  if (!current) return;
  __atomic_store_n(&current->number, 0, __ATOMIC_RELEASE);
  current = NULL;
}

bool clinux_call_record_last(const clinux_call_record *shared, clinux_call *call) {
  int count = 0;
  for (int i = 0; i < CLINUX_CALLS; i++) {
    const clinux_call *candidate = &shared->calls[i];
    if (!candidate->number) continue;
    count++;
    *call = *candidate;
    if (candidate->signal) return true;
  }
  return count == 1;
}
