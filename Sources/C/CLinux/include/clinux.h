/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What Swift can't spell of Linux: variadic system calls, signal handlers, thread pointers. One header a subject.
 */
#ifndef CLINUX_H
#define CLINUX_H

#include "clinux_call.h"
#include "clinux_confine.h"
#include "clinux_process.h"
#include "clinux_cpuid.h"
#include "clinux_error.h"
#include "clinux_file.h"
#include "clinux_guard.h"
#include "clinux_kick.h"
#include "clinux_notification.h"
#include "clinux_perf.h"
#include "clinux_pipe.h"
#include "clinux_thread.h"

#endif
