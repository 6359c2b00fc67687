/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Limits that a process sets for itself before it runs code that it does not trust to end.
 */
#ifndef CLINUX_CONFINE_H
#define CLINUX_CONFINE_H

#include <stdint.h>

/*
 * From now on this process leaves no core file (RLIMIT_CORE), ends after `seconds` of processor time (RLIMIT_CPU,
 * SIGXCPU) or of time (alarm(2), SIGALRM), can map `memory` bytes beyond what it has mapped (RLIMIT_AS), and ends with
 * the thread that started it (PR_SET_PDEATHSIG). A limit that can't be set is left as it was.
 */
void clinux_confine(uint32_t seconds, uint64_t memory);

#endif
