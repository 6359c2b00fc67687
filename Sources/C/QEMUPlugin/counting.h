/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Counts of what was retired, exactly.
 *
 * A block adds its counts when it begins. It may be left before its end: by an exception, or without one, when the
 * emulator executes the rest in other pieces (an access to a device, code that changes itself, an operation that needs
 * all other vCPUs stopped). Settling adds up what the cells hold, takes back what was not retired, and adds what
 * blocks don't count: a repeated instruction counts once, when it has ended.
 */
#ifndef VPMU_QEMU_COUNTING_H
#define VPMU_QEMU_COUNTING_H

#include "vcpu.h"

/* Before this block runs. */
void settle_at_block(struct vcpu *vcpu, const struct block *next);
/* An interrupt was taken before the instruction at this address. */
void settle_at_interrupt(struct vcpu *vcpu, uint64_t address);
/* The instruction at this address caused an exception. */
void settle_at_exception(struct vcpu *vcpu, uint64_t address);
/* Within a block, before its instruction `index`: the rest of the block is taken back. */
void settle_within(struct vcpu *vcpu, const struct block *block, unsigned index);
/* After settle_within: the block goes on with that instruction. */
void resume_within(struct vcpu *vcpu, const struct block *block, unsigned index);
/* After settle_within: this instruction of the block was retired, and the block is left. */
void retire_within(struct vcpu *vcpu, const struct block *block);

/* Sets the cell's deadline by vcpu->due. */
void arm(struct vcpu *vcpu);

static inline uint64_t instructions_of(const struct vcpu *vcpu) {
  return vcpu->totals[0][QUANTITY_INSTRUCTIONS] + vcpu->totals[1][QUANTITY_INSTRUCTIONS];
}

#endif
