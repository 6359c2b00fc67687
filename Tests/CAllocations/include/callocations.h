#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Heap allocations of the calling thread so far. */
uint64_t callocations_of_this_thread(void);

/* Whether they are counted: not under a sanitizer, which brings an allocator of its own. */
bool callocations_are_counted(void);

#endif
