#ifndef CLINUX_THREAD_H
#define CLINUX_THREAD_H

#include <stdint.h>

/* A number that no two living threads share; one load, no system call. */
static inline uintptr_t clinux_thread_pointer(void) { return (uintptr_t)__builtin_thread_pointer(); }

#endif
