#ifndef CLINUX_DESCRIPTORS_H
#define CLINUX_DESCRIPTORS_H

#include <stddef.h>

/* Descriptors that stand for what would else have a name in the file system, all close-on-exec. Each function returns
 * a descriptor, or 0, and minus an error number if it fails. */

/* A file in memory with these bytes, its offset 0: memfd_create(2). */
int clinux_memory_file(const char *name, const void *bytes, size_t length);

/* Two ends of a connection: socketpair(2) of streams. */
int clinux_connection(int ends[2]);

/* A listening local socket with an address that the kernel chose, and a connection to it that waits to be accepted:
 * for two programs that take one end each. */
int clinux_listener(int *listening, int *connected);

/* Blocks these signals in the calling thread; the descriptor reads them one by one: signalfd(2). */
int clinux_signal_descriptor(const int *signals, size_t count);

/* The number of the next signal that such a descriptor has; 0: none for now. */
int clinux_next_signal(int descriptor);

#endif
