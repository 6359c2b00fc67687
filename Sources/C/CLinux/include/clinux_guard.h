/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Finds out whether a function of a loaded library allocates memory, writes its library's own data, or makes a system
 * call. For calls between clinux_call_begin and clinux_call_end, on one thread at a time.
 *
 *   allocation   the slots by which loaded libraries call malloc(3) and its like lead to functions of this library
 *   write        the library's writable segments are read-only during the call (mprotect(2), SIGSEGV)
 *   system call  the kernel hands each system call of the thread back during the call (prctl(2),
 *                PR_SET_SYSCALL_USER_DISPATCH, Linux 5.11; SIGSYS)
 *
 * What is found is done all the same, and the rest of that call is not guarded.
 */
#ifndef CLINUX_GUARD_H
#define CLINUX_GUARD_H

#include <stdbool.h>
#include <stdint.h>

typedef enum clinux_guard_kind {
  CLINUX_GUARD_NOTHING = 0,
  CLINUX_GUARD_ALLOCATION = 1,
  CLINUX_GUARD_WRITE = 2,
  CLINUX_GUARD_SYSTEM_CALL = 3
} clinux_guard_kind;

typedef struct clinux_guard_finding {
  clinux_guard_kind kind;
  const char *_Nullable allocator; /* allocation: the C function's name */
  /* allocation: bytes; write: the address, as it stands in the library's file; system call: its number */
  uint64_t value;
} clinux_guard_finding;

/*
 * Prepares the process, once; `code` is a function of the library. Allocations and writes can be found from then on.
 * Returns 0 if system calls can be found too, or minus the errno of prctl(2) if the kernel can't hand them back.
 */
int clinux_guard_prepare(const void *_Nonnull code);

/* Whether calls are guarded that begin from now on. */
void clinux_guard_set(bool is_guarding);

/* The first finding since the last clinux_guard_take. */
clinux_guard_finding clinux_guard_take(void);

/* What clinux_call_begin and clinux_call_end do last and first: begins and ends the guard if it is set. */
void clinux_guard_enter(void);
void clinux_guard_leave(void);

#endif
