/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "cache.h"

#include <stdlib.h>
#include <string.h>

bool cache_size_is_valid(uint64_t kibibytes) {
  return kibibytes >= 1 && kibibytes <= 1 << 20 && (kibibytes & (kibibytes - 1)) == 0;
}

struct cache *cache_new(uint64_t kibibytes) {
  uint64_t lines = kibibytes * 1024 / CACHE_LINE;
  struct cache *cache = calloc(1, sizeof *cache + lines * sizeof *cache->lines);
  if (cache) cache->set_mask = lines / CACHE_WAYS - 1;
  return cache;
}

bool cache_access(struct cache *cache, uint64_t address) {
  uint64_t line = address / CACHE_LINE;
  uint64_t *set = cache->lines + (line & cache->set_mask) * CACHE_WAYS;
  line++;
  if (set[0] == line) return true;
  unsigned way = 1;
  while (way < CACHE_WAYS - 1 && set[way] != line) way++;
  bool hit = set[way] == line;
  memmove(set + 1, set, way * sizeof *set);
  set[0] = line;
  return hit;
}
