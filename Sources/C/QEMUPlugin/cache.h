/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A model of one data cache: 16 ways, lines of 64 bytes, the least recently used one is replaced. Each access is a
 * reference to the line of its first byte, by its virtual address.
 */
#ifndef VPMU_QEMU_CACHE_H
#define VPMU_QEMU_CACHE_H

#include <stdbool.h>
#include <stdint.h>

enum { CACHE_WAYS = 16, CACHE_LINE = 64 };

struct cache {
  uint64_t set_mask;
  uint64_t lines[]; /* of each set, the most recently used one first; line number + 1, 0: none */
};

/* Whether a cache can have this size. Only powers of two. */
bool cache_size_is_valid(uint64_t kibibytes);
/* NULL: out of memory. */
struct cache *cache_new(uint64_t kibibytes);
/* Returns whether the access hit. */
bool cache_access(struct cache *cache, uint64_t address);

#endif
