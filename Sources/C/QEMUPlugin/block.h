/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A translated block, as counting needs it: what it adds when it runs, and where its instructions begin.
 *
 * The emulator runs a block at any address that maps its code at the same offset in a page: only the low 12 bits of the
 * addresses here are those of a run.
 */
#ifndef VPMU_QEMU_BLOCK_H
#define VPMU_QEMU_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "instruction.h"

struct block {
  uint64_t address;      /* of its first instruction, where it was translated */
  uint64_t counts;       /* what a whole run adds to cells.counts */
  uint64_t transfers;    /* what it adds to cells.transfers */
  uint16_t instructions; /* number */
  uint16_t size;         /* bytes */
  uint8_t user;          /* 0: ring 0, 1: rings 1 to 3 */
  uint8_t last;          /* enum instruction: only the last one of a block is a branch or repeated */
  uint8_t lengths[];     /* of each instruction, in bytes */
};

/* An instruction that calls back when it runs. */
struct site {
  const struct block *block;
  uint16_t index;  /* in the block */
  uint16_t offset; /* of its first byte, from the block's */
};

enum { PAGE_MASK = 0xFFF };

static inline unsigned block_last_offset(const struct block *block) {
  return block->size - block->lengths[block->instructions - 1];
}

/* Whether an address can be that of the byte at this offset of the block. */
static inline bool block_offset_is(const struct block *block, unsigned offset, uint64_t address) {
  return ((address - block->address - offset) & PAGE_MASK) == 0;
}

/* The number of the instruction at an address; the number of instructions for the address behind the last; -1: none. */
int block_index(const struct block *block, uint64_t address);

/* Memory for what translations keep. It is released when the emulator drops all translations. Any thread. */
void *translation_allocate(size_t size);
void translation_release(void);

#endif
