/*
 * For tests: a seccomp filter as a container's default profile has it.
 */
#ifndef SECCOMP_FILTER_H
#define SECCOMP_FILTER_H

/*
 * From now on perf_event_open(2) fails with `error` on the calling thread, and in the threads and processes that it
 * starts. There is no way back: use a thread of its own. Returns 0, or minus the errno.
 */
int refuse_perf_event_open(int error);

#endif
