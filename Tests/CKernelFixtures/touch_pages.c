#define _GNU_SOURCE
#include "touch_pages.h"

#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

/* The sanitizer's own memory would fault too. */
__attribute__((no_sanitize("thread"), noinline)) void touch_pages(void *start, size_t count) {
  for (size_t page = 0; page < count; page++) ((volatile char *)start)[page * 4096] = 1;
}

static int populate(struct dl_phdr_info *object, size_t size, void *unused) {
  (void)size;
  (void)unused;
  for (int n = 0; n < object->dlpi_phnum; n++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[n];
    if (segment->p_type != PT_LOAD) continue;
    uintptr_t start = (object->dlpi_addr + segment->p_vaddr) & ~(uintptr_t)4095;
    uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz + 4095) & ~(uintptr_t)4095;
    /* Where one does not apply (a part made read-only after relocation), the other one does. */
    (void)madvise((void *)start, end - start, MADV_POPULATE_READ);
    if (segment->p_flags & PF_W) (void)madvise((void *)start, end - start, MADV_POPULATE_WRITE);
  }
  return 0;
}

void map_what_faults_by_itself(void) {
  volatile char stack[64 * 1024];
  for (size_t byte = 0; byte < sizeof stack; byte += 4096) stack[byte] = 1;
  /* Less than what free() gives back to the kernel. */
  volatile char *heap = malloc(64 * 1024);
  if (heap) {
    for (size_t byte = 0; byte < 64 * 1024; byte += 4096) heap[byte] = 1;
  }
  free((void *)heap);
  dl_iterate_phdr(populate, NULL);
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
