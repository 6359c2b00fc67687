/*
 * What Swift can't spell of Linux: variadic system calls, signal handlers, thread pointers. One header a subject.
 */
#ifndef CLINUX_H
#define CLINUX_H

#include "clinux_process.h"
#include "clinux_thread.h"

#endif
