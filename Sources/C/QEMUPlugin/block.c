/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "block.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

int block_index(const struct block *block, uint64_t address) {
  unsigned offset = 0, wanted = (address - block->address) & PAGE_MASK;
  for (int index = 0; index < block->instructions; index++) {
    if (offset == wanted) return index;
    offset += block->lengths[index];
  }
  return offset == wanted ? block->instructions : -1;
}

enum { CHUNK_SIZE = 1 << 20 };

struct chunk {
  struct chunk *next;
  size_t used;
  _Alignas(16) char bytes[CHUNK_SIZE];
};

static struct chunk *chunks;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void *translation_allocate(size_t size) {
  size = (size + 15) & ~(size_t)15;
  pthread_mutex_lock(&lock);
  if (!chunks || chunks->used + size > CHUNK_SIZE) {
    struct chunk *chunk = malloc(sizeof *chunk);
    if (!chunk) {
      fputs("vpmu: out of memory\n", stderr);
      abort();
    }
    chunk->next = chunks;
    chunk->used = 0;
    chunks = chunk;
  }
  void *memory = chunks->bytes + chunks->used;
  chunks->used += size;
  pthread_mutex_unlock(&lock);
  return memory;
}

void translation_release(void) {
  pthread_mutex_lock(&lock);
  while (chunks) {
    struct chunk *next = chunks->next;
    free(chunks);
    chunks = next;
  }
  pthread_mutex_unlock(&lock);
}
