/*
 * Embedded Swift seeds its hash tables by arc4random_buf, which the C library has from glibc 2.36 on. Hidden: others in
 * the process have their own.
 */
#ifdef VPMU_EMBEDDED

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/random.h>

__attribute__((visibility("hidden"))) void arc4random_buf(void *buffer, size_t size) {
  unsigned char *next = buffer;
  while (size != 0) {
    const ssize_t got = getrandom(next, size, 0);
    if (got < 0 && errno != EINTR) abort();
    if (got < 0) continue;
    next += got;
    size -= (size_t)got;
  }
}

#endif
