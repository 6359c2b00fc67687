/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * perf_event_open(2) and its ioctls. Each function returns 0 or more, or minus the errno.
 */
#ifndef CLINUX_PERF_H
#define CLINUX_PERF_H

#include <stddef.h>
#include <stdint.h>

/* clinux_event.type: PERF_TYPE_* of the kernel's interface. */
enum { CLINUX_TYPE_HARDWARE = 0, CLINUX_TYPE_SOFTWARE = 1, CLINUX_TYPE_RAW = 4 };

/* clinux_event.config with CLINUX_TYPE_SOFTWARE: PERF_COUNT_SW_*. */
enum { CLINUX_SOFTWARE_TASK_CLOCK = 1, CLINUX_SOFTWARE_PAGE_FAULTS = 2, CLINUX_SOFTWARE_DUMMY = 9 };

/* clinux_event.flags */
enum {
  CLINUX_EVENT_PINNED = 1u << 0,
  CLINUX_EVENT_EXCLUDE_KERNEL = 1u << 1,
  CLINUX_EVENT_EXCLUDE_HYPERVISOR = 1u << 2,
  CLINUX_EVENT_EXCLUDE_HOST = 1u << 3,
  CLINUX_EVENT_EXCLUDE_USER = 1u << 4
};

/* System calls that the functions of this file have made on the calling thread. */
uint64_t clinux_event_calls(void);

/* The part of perf_event_attr that differs from event to event. */
typedef struct clinux_event {
  uint32_t type;
  uint32_t flags;
  uint64_t config;
  uint64_t sample_period; /* events; 0: a counting event, which has no overflow and whose period can't be set */
} clinux_event;

/* What a read gives. Times in nanoseconds. */
typedef struct clinux_count {
  uint64_t value, enabled, running;
} clinux_count;

/*
 * perf_event_open(2): an event of the calling thread, on any processor, disabled, closed on exec. Its records go to the
 * ring buffer that `output` has mapped; -1: nowhere. Returns the descriptor.
 */
int clinux_perf_event_open(const clinux_event *_Nonnull event, int output);

/* ioctl(2): PERF_EVENT_IOC_ENABLE, _DISABLE, _PERIOD, _ID. */
int clinux_event_enable(int fd);
int clinux_event_disable(int fd);
int clinux_event_set_period(int fd, uint64_t period);
int clinux_event_id(int fd, uint64_t *_Nonnull id);

/* read(2) of an event. Returns 1; 0 at end of file: the event is in error state. */
int clinux_event_read(int fd, clinux_count *_Nonnull count);

/*
 * fcntl(2): F_SETSIG, F_SETOWN_EX (F_OWNER_TID), then O_ASYNC: from now on an overflow sends `signal_number` to thread
 * `tid`.
 */
int clinux_event_notify(int fd, int signal_number, int tid);

/* gettid(2) */
int clinux_gettid(void);

/* ---- The ring buffer of an event's records ---- */

/*
 * mmap(2) of one control page and `pages` (a power of two) pages of records. The pages are found at *mapping, their
 * number of bytes in *length; munmap(2) gives them back.
 */
int clinux_ring_map(int fd, uint32_t pages, void *_Nullable *_Nonnull mapping, size_t *_Nonnull length);

/* The first byte of the ring of records, and its size in bytes. */
const void *_Nonnull clinux_ring_records(const void *_Nonnull mapping);
uint64_t clinux_ring_size(const void *_Nonnull mapping);

/* Where the kernel will write next, in bytes since the beginning of time; everything before it is there. */
static inline uint64_t clinux_ring_head(const void *_Nonnull mapping) {
  /* data_head of perf_event_mmap_page; its place is checked in clinux_perf.c. */
  return __atomic_load_n((const uint64_t *)(const void *)((const char *)mapping + 1024), __ATOMIC_ACQUIRE);
}

/* Says that everything before `tail` was read and may be overwritten. */
static inline void clinux_ring_set_tail(void *_Nonnull mapping, uint64_t tail) {
  __atomic_store_n((uint64_t *)(void *)((char *)mapping + 1032), tail, __ATOMIC_RELEASE);
}

/*
 * Whether the kernel lets user code read this event by RDPMC (cap_user_rdpmc). Maps the event's page and unmaps it: not
 * for a process that runs a guest at this moment. Returns 1 or 0.
 */
int clinux_event_allows_rdpmc(int fd);

/* ---- An event's page: its count without a system call ---- */

/*
 * mmap(2) of the event's page alone, read-only. An event that writes its records into another one's ring has no page of
 * its own: -EINVAL. munmap(2) of *length bytes gives it back.
 */
int clinux_page_map(int fd, void *_Nullable *_Nonnull mapping, size_t *_Nonnull length);

/* What a page says. Times in nanoseconds, as they were when the event last changed its counter. */
typedef struct clinux_page_count {
  uint64_t value;
  uint64_t enabled, running;
  uint32_t index; /* 0: on no counter, or one that RDPMC can't read; value then is that of the last change */
} clinux_page_count;

/* RDPMC with this in ECX. */
typedef uint64_t (*clinux_rdpmc_function)(uint32_t counter);

/*
 * Reads the page of an event of the calling thread, with RDPMC if the event is on a counter. Returns 1; 0 if the page
 * kept changing, or if it does not allow RDPMC: the count is then to be had by read(2) only.
 */
int clinux_page_read(const void *_Nonnull page, clinux_page_count *_Nonnull count);

/* The same with another function in RDPMC's place. */
int clinux_page_read_by(
    const void *_Nonnull page, clinux_rdpmc_function _Nonnull rdpmc, clinux_page_count *_Nonnull count);

/* Whether the event is on a counter: the page's index. A plain load. */
int clinux_page_is_on_counter(const void *_Nonnull page);

#endif
