/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#define _GNU_SOURCE
#include "clinux_guard.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <ucontext.h>
#include <unistd.h>

#include "clinux_guard_slots.h"
#include "clinux_thread.h"

/* linux/prctl.h of Linux 5.11. */
#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_ON 1
#endif

/* What the kernel reads at each system call of the thread. */
enum { ALLOW = 0, BLOCK = 1 };
static volatile char dispatch = ALLOW;
static bool dispatches;

/* Bytes of `syscall`, after which the instruction pointer stands. */
enum { SYSCALL_LENGTH = 2 };

/* The writable segments of the library, in whole pages. */
enum { MAX_SEGMENTS = 8 };
static struct { uintptr_t start, end; } segments[MAX_SEGMENTS];
static int segment_count;
static uintptr_t library_base;
static volatile bool is_protected;

static bool is_guarding;
static CLINUX_THREAD_LOCAL volatile bool is_inside;
static clinux_guard_finding finding;
static struct sigaction earlier_segv, earlier_sys;

/* The first finding of a call ends the guard for the rest of it. */
static void found(clinux_guard_kind kind, const char *allocator, uint64_t value) {
  is_inside = false;
  dispatch = ALLOW;
  if (finding.kind == CLINUX_GUARD_NOTHING) finding = (clinux_guard_finding){kind, allocator, value};
}

void clinux_guard_allocation(const char *allocator, uint64_t size) {
  if (is_inside) found(CLINUX_GUARD_ALLOCATION, allocator, size);
}

/* ---- Writable segments ---------------------------------------------------------------------------------------- */

static void protect(bool is_read_only) {
  is_protected = is_read_only;
  for (int i = 0; i < segment_count; i++)
    mprotect((void *)segments[i].start, segments[i].end - segments[i].start,
             is_read_only ? PROT_READ : PROT_READ | PROT_WRITE);
}

static bool is_in_segments(uintptr_t address) {
  for (int i = 0; i < segment_count; i++)
    if (address >= segments[i].start && address < segments[i].end) return true;
  return false;
}

/* Whether the code is in this library; takes its writable segments, without what is read-only after relocation. */
static int take_segments(struct dl_phdr_info *info, size_t size, void *code) {
  (void)size;
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  bool is_library = false;
  uintptr_t relro_end = 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    uintptr_t start = info->dlpi_addr + header->p_vaddr, end = start + header->p_memsz;
    if (header->p_type == PT_GNU_RELRO) relro_end = end & ~(page - 1);
    if (header->p_type == PT_LOAD && (uintptr_t)code >= start && (uintptr_t)code < end) is_library = true;
  }
  if (!is_library) return 0;
  library_base = info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum && segment_count < MAX_SEGMENTS; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    if (header->p_type != PT_LOAD || !(header->p_flags & PF_W)) continue;
    uintptr_t start = (info->dlpi_addr + header->p_vaddr) & ~(page - 1);
    uintptr_t end = (info->dlpi_addr + header->p_vaddr + header->p_memsz + page - 1) & ~(page - 1);
    if (relro_end > start && relro_end <= end) start = relro_end;
    if (start < end) segments[segment_count].start = start, segments[segment_count++].end = end;
  }
  return 1;
}

/* ---- Signals -------------------------------------------------------------------------------------------------- */

static void hand_on(const struct sigaction *earlier, int signal) {
  if (earlier->sa_handler != SIG_DFL && earlier->sa_handler != SIG_IGN) {
    earlier->sa_handler(signal);
  } else {
    sigaction(signal, earlier, NULL);
    raise(signal);
  }
}

/* The instruction is executed again after the return: it writes then, or makes its system call. */
static void on_segv(int signal, siginfo_t *info, void *context) {
  (void)context;
  bool was_inside = is_inside;
  dispatch = ALLOW;
  if (!is_protected || info->si_code != SEGV_ACCERR || !is_in_segments((uintptr_t)info->si_addr))
    return hand_on(&earlier_segv, signal);
  int error = errno;
  if (was_inside) found(CLINUX_GUARD_WRITE, NULL, (uintptr_t)info->si_addr - library_base);
  protect(false);
  errno = error;
}

static void on_sys(int signal, siginfo_t *info, void *context) {
  bool was_blocked = dispatch == BLOCK;
  dispatch = ALLOW;
  if (!was_blocked) return hand_on(&earlier_sys, signal);
  if (is_inside) found(CLINUX_GUARD_SYSTEM_CALL, NULL, (uint64_t)info->si_syscall);
  ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] -= SYSCALL_LENGTH;
}

/* ---- The guard ------------------------------------------------------------------------------------------------ */

int clinux_guard_prepare(const void *code) {
  dl_iterate_phdr(take_segments, (void *)(uintptr_t)code);
  clinux_guard_take_slots();
  struct sigaction action = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigaction(SIGSEGV, &action, &earlier_segv);
  action.sa_sigaction = on_sys;
  sigaction(SIGSYS, &action, &earlier_sys);
  dispatches = prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &dispatch) == 0;
  return dispatches ? 0 : -errno;
}

void clinux_guard_set(bool new) { is_guarding = new; }

clinux_guard_finding clinux_guard_take(void) {
  clinux_guard_finding taken = finding;
  finding = (clinux_guard_finding){CLINUX_GUARD_NOTHING, NULL, 0};
  return taken;
}

void clinux_guard_enter(void) {
  if (!is_guarding) return;
  protect(true);
  is_inside = true;
  if (dispatches) dispatch = BLOCK;
}

void clinux_guard_leave(void) {
  if (!is_guarding) return;
  dispatch = ALLOW;
  is_inside = false;
  if (is_protected) protect(false);
}
