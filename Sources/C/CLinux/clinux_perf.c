/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#define _GNU_SOURCE
#include "clinux_perf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clinux_thread.h"

_Static_assert(CLINUX_TYPE_HARDWARE == PERF_TYPE_HARDWARE, "");
_Static_assert(CLINUX_TYPE_SOFTWARE == PERF_TYPE_SOFTWARE, "");
_Static_assert(CLINUX_TYPE_RAW == PERF_TYPE_RAW, "");
_Static_assert(CLINUX_SOFTWARE_TASK_CLOCK == PERF_COUNT_SW_TASK_CLOCK, "");
_Static_assert(CLINUX_SOFTWARE_PAGE_FAULTS == PERF_COUNT_SW_PAGE_FAULTS, "");
_Static_assert(CLINUX_SOFTWARE_DUMMY == PERF_COUNT_SW_DUMMY, "");
_Static_assert(offsetof(struct perf_event_mmap_page, data_head) == 1024, "");
_Static_assert(offsetof(struct perf_event_mmap_page, data_tail) == 1032, "");

static CLINUX_THREAD_LOCAL uint64_t event_calls;

uint64_t clinux_event_calls(void) { return event_calls; }

static int result(long returned) {
  event_calls++;
  return returned < 0 ? -errno : (int)returned;
}

int clinux_perf_event_open(const clinux_event *event, int output) {
  struct perf_event_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.size = sizeof attr;
  attr.type = event->type;
  attr.config = event->config;
  attr.sample_period = event->sample_period;
  attr.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  attr.disabled = 1;
  attr.pinned = (event->flags & CLINUX_EVENT_PINNED) != 0;
  attr.exclude_user = (event->flags & CLINUX_EVENT_EXCLUDE_USER) != 0;
  attr.exclude_kernel = (event->flags & CLINUX_EVENT_EXCLUDE_KERNEL) != 0;
  attr.exclude_hv = (event->flags & CLINUX_EVENT_EXCLUDE_HYPERVISOR) != 0;
  attr.exclude_host = (event->flags & CLINUX_EVENT_EXCLUDE_HOST) != 0;
  /* sample_type stays 0: a sample is then a header of 8 bytes. The ring's own wakeups look like overflows to the signal
   * handler, so there are as few as can be: one for each filling of the ring. */
  attr.watermark = 1;
  attr.wakeup_watermark = UINT32_MAX;

  unsigned long flags = PERF_FLAG_FD_CLOEXEC;
  /* Output only: the event is not to become a member of the ring owner's group. */
  if (output >= 0) flags |= PERF_FLAG_FD_OUTPUT | PERF_FLAG_FD_NO_GROUP;
  long fd;
  do {
    fd = syscall(SYS_perf_event_open, &attr, 0, -1, output >= 0 ? output : -1, flags);
  } while (fd < 0 && errno == EINTR);
  return result(fd);
}

int clinux_event_enable(int fd) { return result(ioctl(fd, PERF_EVENT_IOC_ENABLE, 0)); }

int clinux_event_disable(int fd) { return result(ioctl(fd, PERF_EVENT_IOC_DISABLE, 0)); }

int clinux_event_set_period(int fd, uint64_t period) { return result(ioctl(fd, PERF_EVENT_IOC_PERIOD, &period)); }

int clinux_event_id(int fd, uint64_t *id) { return result(ioctl(fd, PERF_EVENT_IOC_ID, id)); }

int clinux_event_read(int fd, clinux_count *count) {
  ssize_t bytes;
  do {
    bytes = read(fd, count, sizeof *count);
  } while (bytes < 0 && errno == EINTR);
  event_calls++;
  if (bytes < 0) return -errno;
  return bytes == (ssize_t)sizeof *count;
}

int clinux_event_notify(int fd, int signal_number, int tid) {
  struct f_owner_ex owner = {F_OWNER_TID, tid};
  event_calls += 2;
  if (fcntl(fd, F_SETSIG, signal_number) < 0) return -errno;
  if (fcntl(fd, F_SETOWN_EX, &owner) < 0) return -errno;
  return result(fcntl(fd, F_SETFL, O_RDWR | O_ASYNC));
}

int clinux_gettid(void) { return (int)syscall(SYS_gettid); }

int clinux_ring_map(int fd, uint32_t pages, void **mapping, size_t *length) {
  size_t bytes = (size_t)sysconf(_SC_PAGESIZE) * (1 + (size_t)pages);
  void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (start == MAP_FAILED) return -errno;
  *mapping = start;
  *length = bytes;
  return 0;
}

const void *clinux_ring_records(const void *mapping) {
  return (const char *)mapping + ((const struct perf_event_mmap_page *)mapping)->data_offset;
}

uint64_t clinux_ring_size(const void *mapping) { return ((const struct perf_event_mmap_page *)mapping)->data_size; }

int clinux_page_map(int fd, void **mapping, size_t *length) {
  size_t bytes = (size_t)sysconf(_SC_PAGESIZE);
  void *start = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
  if (start == MAP_FAILED) return -errno;
  *mapping = start;
  *length = bytes;
  return 0;
}

int clinux_event_allows_rdpmc(int fd) {
  void *page;
  size_t bytes;
  int mapped = clinux_page_map(fd, &page, &bytes);
  if (mapped < 0) return mapped;
  int allowed = ((const struct perf_event_mmap_page *)page)->cap_user_rdpmc;
  munmap(page, bytes);
  return allowed;
}

/* The kernel writes the page on the processor that the thread runs on: a reader is interrupted by a writer, never
 * beside one. So the page changes under it only when the thread was switched out or the event changed, and a few
 * tries do. */
enum { PAGE_TRIES = 8 };

static uint64_t rdpmc(uint32_t counter) {
  uint32_t low, high;
  __asm__ volatile("rdpmc" : "=a"(low), "=d"(high) : "c"(counter));
  return (uint64_t)high << 32 | low;
}

/* The counter's value as a signed number of `width` bits: the kernel starts a counter below 0. */
static uint64_t sign_extended(uint64_t value, unsigned width) {
  unsigned unused = 64 - width;
  return (uint64_t)((int64_t)(value << unused) >> unused);
}

static inline __attribute__((always_inline)) int read_page(
    const volatile struct perf_event_mmap_page *page, clinux_rdpmc_function rdpmc, clinux_page_count *count) {
  for (int tries = 0; tries < PAGE_TRIES; tries++) {
    uint32_t lock = __atomic_load_n(&page->lock, __ATOMIC_ACQUIRE);
    /* Odd: half written. */
    if (lock & 1) continue;
    uint32_t index = page->index;
    clinux_page_count now = {(uint64_t)page->offset, page->time_enabled, page->time_running, index};
    if (index != 0) {
      unsigned width = page->pmc_width;
      int is_readable = page->cap_user_rdpmc && width >= 1 && width <= 64;
      /* Executed where it is not allowed, the instruction ends the process. */
      if (is_readable) now.value += sign_extended(rdpmc(index - 1), width);
      __atomic_thread_fence(__ATOMIC_ACQUIRE);
      if (page->lock != lock) continue;
      if (!is_readable) return 0;
    } else {
      __atomic_thread_fence(__ATOMIC_ACQUIRE);
      if (page->lock != lock) continue;
    }
    *count = now;
    return 1;
  }
  return 0;
}

int clinux_page_read(const void *page, clinux_page_count *count) { return read_page(page, rdpmc, count); }

int clinux_page_read_by(const void *page, clinux_rdpmc_function rdpmc, clinux_page_count *count) {
  return read_page(page, rdpmc, count);
}

int clinux_page_is_on_counter(const void *page) {
  return ((const volatile struct perf_event_mmap_page *)page)->index != 0;
}
