#ifndef CLINUX_SPAWN_H
#define CLINUX_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

/* Starts a program in a process group of its own, that ends with the calling thread (PR_SET_PDEATHSIG).
 *
 * Its standard input is /dev/null; standard output and error are `output`. It keeps the descriptors `kept` under their
 * numbers; all others have to be close-on-exec. Its signals are neither blocked nor ignored.
 *
 * Returns its process id, or minus an error number of fork(2). What execve(2) refuses ends the child with 127. */
pid_t clinux_spawn(const char *path, char *const arguments[], char *const environment[], int output, const int *kept,
                   size_t count);

#endif
