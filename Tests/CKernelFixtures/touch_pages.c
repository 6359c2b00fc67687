#include "touch_pages.h"

/* The sanitizer's own memory would fault too. */
__attribute__((no_sanitize("thread"), noinline)) void touch_pages(void *start, size_t count) {
  for (size_t page = 0; page < count; page++) ((volatile char *)start)[page * 4096] = 1;
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREAD_SANITIZER 1
#endif
#endif

int has_thread_sanitizer(void) {
#ifdef THREAD_SANITIZER
  return 1;
#else
  return 0;
#endif
}
