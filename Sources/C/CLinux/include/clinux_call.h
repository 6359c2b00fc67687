/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A record of calls into foreign code, in memory that outlives the process: whoever started the process reads there
 * which function did not return, and what it was asked.
 */
#ifndef CLINUX_CALL_H
#define CLINUX_CALL_H

#include <stdbool.h>
#include <stdint.h>

/* One call that is being executed. */
typedef struct clinux_call {
  uint32_t number; /* which function, by the caller's own numbers from 1 on; 0: none */
  int32_t signal;  /* the signal that its thread got during the call and that ends the process; 0: none */
  uint64_t arguments[3];
} clinux_call;

/* Calls of several threads at a time. Those of more threads than this are not recorded. */
enum { CLINUX_CALLS = 16 };

typedef struct clinux_call_record {
  clinux_call calls[CLINUX_CALLS];
} clinux_call_record;

/*
 * Memory for a record: a descriptor, 16 or more, that is not inherited and whose size is sealed (memfd_create(2)); or
 * minus the errno.
 */
int clinux_call_record_create(void);

/* Maps such a descriptor, shared; NULL if it is none or can't be mapped. The descriptor can then be closed. */
clinux_call_record *_Nullable clinux_call_record_map(int descriptor);

void clinux_call_record_unmap(clinux_call_record *_Nonnull record);

/*
 * Records this process's calls in `record` from now on; NULL: in memory of its own. Takes the signals that end a
 * process by an error of its code (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS) to note them in the
 * record; the process then ends by the signal as it would have. Once, before the first call.
 */
void clinux_call_record_use(clinux_call_record *_Nullable record);

/* Around each call, on the thread that makes it. `number` is not 0. Calls do not nest. */
void clinux_call_begin(uint32_t number, uint64_t first, uint64_t second, uint64_t third);
void clinux_call_end(void);

/*
 * The call that a process was executing when it ended: the one that got the signal, or the only one. False if there is
 * none, or several of which none got a signal.
 */
bool clinux_call_record_last(const clinux_call_record *_Nonnull record, clinux_call *_Nonnull call);

#endif
