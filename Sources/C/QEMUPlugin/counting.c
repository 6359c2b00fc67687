/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "counting.h"

#include "options.h"
#include "registers.h"

#define FIELD(word, shift, bits) ((word) >> (shift) & (((uint64_t)1 << (bits)) - 1))

static void add(uint64_t *totals, uint64_t counts, uint64_t transfers) {
  totals[QUANTITY_INSTRUCTIONS] += FIELD(counts, 40, 22);
  totals[QUANTITY_CONDITIONAL] += FIELD(counts, 20, 20);
  totals[QUANTITY_BRANCHES] += FIELD(counts, 0, 20);
  totals[QUANTITY_CALLS] += FIELD(transfers, 0, 21);
  totals[QUANTITY_RETURNS] += FIELD(transfers, 21, 21);
  totals[QUANTITY_FAR] += FIELD(transfers, 42, 21);
}

/* What a block adds for its instructions from `index` on. Its branch, if it has one, is the last of them. */
static uint64_t counts_from(const struct block *block, unsigned index) {
  uint64_t before = index * CELL_INSTRUCTION;
  return block->counts > before ? block->counts - before : 0;
}

static uint64_t initial(const struct vcpu *vcpu) { return CELL_DUE - vcpu->run * CELL_INSTRUCTION; }

void arm(struct vcpu *vcpu) {
  uint64_t now = instructions_of(vcpu);
  uint64_t left = vcpu->due > now ? vcpu->due - now : 0;
  vcpu->run = left < CELL_RUN ? left : CELL_RUN;
  cells_of(vcpu->index)->counts = initial(vcpu);
}

/* Adds up the cells, but for `unretired` and `transfers` that the block counted too much, and empties them. */
static void fold(struct vcpu *vcpu, struct cells *cells, const struct block *block, uint64_t unretired,
                 uint64_t transfers) {
  uint64_t *totals = vcpu->totals[block->user];
  uint64_t flags = CELL_CHECK | CELL_OPEN;
  add(totals, (cells->counts & ~flags) - initial(vcpu) - unretired, cells->transfers - transfers);
  totals[QUANTITY_LOADS] += cells->loads;
  totals[QUANTITY_STORES] += cells->stores;
  totals[QUANTITY_CACHE_REFERENCES] += cells->references;
  totals[QUANTITY_CACHE_MISSES] += cells->misses;
  cells->transfers = cells->loads = cells->stores = cells->references = cells->misses = 0;
  cells->block = 0;
  arm(vcpu);
}

static void take_back_from(struct vcpu *vcpu, struct cells *cells, const struct block *block, unsigned index) {
  fold(vcpu, cells, block, counts_from(block, index), block->transfers);
}

/* A block was left at `address`, which may be behind its last instruction. */
static void settle_left(struct vcpu *vcpu, struct cells *cells, const struct block *block, uint64_t address) {
  int index = block_index(block, address);
  if (index >= 0 && index < block->instructions) {
    take_back_from(vcpu, cells, block, (unsigned)index);
  } else {
    /* A branch that the emulator executed apart from its block. */
    fold(vcpu, cells, block, 0, 0);
  }
}

/* The last instruction of a block ended, and the next one to execute is at `address`. */
static void settle_ended(struct vcpu *vcpu, struct cells *cells, const struct block *block, uint64_t address) {
  uint64_t *totals = vcpu->totals[block->user];
  if (cells->counts & CELL_CHECK) {
    if (block->last == INSTRUCTION_REPEATED) {
      /* At its own address it goes on with its next repetition. */
      if (!block_offset_is(block, block_last_offset(block), address)) totals[QUANTITY_INSTRUCTIONS]++;
    } else if (block->last == INSTRUCTION_CONDITIONAL) {
      bool taken = !block_offset_is(block, block->size, address);
      uint64_t branch = block->address + block_last_offset(block);
      if (!taken) totals[QUANTITY_NOT_TAKEN]++;
      if (options.predictor && predictor_resolve(&vcpu->predictor, branch, taken)) totals[QUANTITY_MISPREDICTED]++;
    }
  }
  fold(vcpu, cells, block, 0, 0);
}

static const struct block *block_of(const struct cells *cells) { return (const struct block *)(uintptr_t)cells->block; }

static void settle(struct vcpu *vcpu, uint64_t address) {
  struct cells *cells = cells_of(vcpu->index);
  const struct block *block = block_of(cells);
  if (!block) {
    arm(vcpu);
  } else if (cells->counts & CELL_OPEN) {
    settle_left(vcpu, cells, block, address);
  } else {
    settle_ended(vcpu, cells, block, address);
  }
}

/*
 * Whether a block that ended by the cells was left before its last instruction, which is at `address` and runs as a
 * block of its own now.
 */
static bool was_left(const struct cells *cells, const struct block *block, uint64_t address) {
  return block && !(cells->counts & (CELL_OPEN | CELL_CHECK)) && !instruction_branches(block->last) &&
         block_offset_is(block, block_last_offset(block), address);
}

void settle_at_block(struct vcpu *vcpu, const struct block *next) {
  struct cells *cells = cells_of(vcpu->index);
  const struct block *block = block_of(cells);
  if (next->instructions == 1 && was_left(cells, block, next->address)) {
    take_back_from(vcpu, cells, block, block->instructions - 1u);
  } else {
    settle(vcpu, next->address);
  }
}

void settle_at_interrupt(struct vcpu *vcpu, uint64_t address) { settle(vcpu, address); }

/* Whether an exception at the address of a block's last instruction is that instruction's. */
static bool last_faulted(struct vcpu *vcpu, const struct block *block, uint64_t address) {
  switch (block->last) {
  case INSTRUCTION_CONDITIONAL:
  case INSTRUCTION_JUMP:
    return false;
  case INSTRUCTION_TRAP:
    return !trap_returns_behind(vcpu, address, block->lengths[block->instructions - 1]);
  case INSTRUCTION_JUMP_INDIRECT:
  case INSTRUCTION_CALL_INDIRECT:
  case INSTRUCTION_RETURN:
  case INSTRUCTION_FAR:
    /* Its target may have the same offset in a page, and not be there. */
    return !fetch_faulted(vcpu, address);
  default:
    return true;
  }
}

/* Whether an exception at `address` is one of a block that ended by the cells; *index: of the instruction. */
static bool has_faulted(struct vcpu *vcpu, const struct cells *cells, const struct block *block, uint64_t address,
                        unsigned *index) {
  if (!block || cells->counts & CELL_OPEN) return false;
  int found = block_index(block, address);
  if (found < 0 || found >= block->instructions) return false;
  *index = (unsigned)found;
  if (found == block->instructions - 1) {
    return block->last != INSTRUCTION_REPEATED && last_faulted(vcpu, block, address);
  }
  return !options.exact && !fetch_faulted(vcpu, address);
}

void settle_at_exception(struct vcpu *vcpu, uint64_t address) {
  struct cells *cells = cells_of(vcpu->index);
  const struct block *block = block_of(cells);
  unsigned index;
  if (has_faulted(vcpu, cells, block, address, &index)) {
    take_back_from(vcpu, cells, block, index);
  } else {
    settle(vcpu, address);
  }
}

void settle_within(struct vcpu *vcpu, const struct block *block, unsigned index) {
  struct cells *cells = cells_of(vcpu->index);
  take_back_from(vcpu, cells, block, index);
}

void resume_within(struct vcpu *vcpu, const struct block *block, unsigned index) {
  struct cells *cells = cells_of(vcpu->index);
  cells->counts += counts_from(block, index);
  if (options.exact && block->instructions > 1) cells->counts += CELL_OPEN;
  cells->transfers += block->transfers;
  cells->block = (uintptr_t)block;
}

void retire_within(struct vcpu *vcpu, const struct block *block) {
  vcpu->totals[block->user][QUANTITY_INSTRUCTIONS]++;
  arm(vcpu);
}
