/* Counts heap allocations by standing in front of the C library's allocator. */
#include "callocations.h"

#include <stddef.h>

static _Thread_local uint64_t allocations;

uint64_t callocations_of_this_thread(void) { return allocations; }

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define CALLOCATIONS_OFF 1
#endif
#endif

#ifdef CALLOCATIONS_OFF
bool callocations_are_counted(void) { return false; }
#else
bool callocations_are_counted(void) { return true; }

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  allocations++;
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  allocations++;
  return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  allocations++;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  allocations++;
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : 12; /* ENOMEM */
}
#endif
