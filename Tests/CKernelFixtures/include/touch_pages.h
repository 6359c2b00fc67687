/*
 * For tests: page faults at will.
 */
#ifndef TOUCH_PAGES_H
#define TOUCH_PAGES_H

#include <stddef.h>

/* Writes a byte to each of `count` pages of 4 KiB from `start`, and nothing else: under the thread sanitizer as well.
 * */
void touch_pages(void *_Nonnull start, size_t count);

/*
 * Maps what this thread is about to use anyway, so that it does not fault later: code and data of the program and its
 * libraries, the next 64 KiB of its stack, and some heap. Kernels before 5.14 do the last two only.
 */
void map_what_faults_by_itself(void);

/* Whether this is built with the thread sanitizer, whose own memory faults beside the program's: 1 or 0. */
int has_thread_sanitizer(void);

#endif
