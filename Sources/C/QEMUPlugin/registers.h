/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The guest's registers and stack, of the vCPU whose callback runs. */
#ifndef VPMU_QEMU_REGISTERS_H
#define VPMU_QEMU_REGISTERS_H

#include "vcpu.h"

enum guest_register {
  GUEST_RAX, GUEST_RBX, GUEST_RCX, GUEST_RDX, GUEST_RSP, GUEST_RIP, GUEST_EFLAGS, GUEST_CS, GUEST_CR0, GUEST_CR2, GUEST_CR4,
  GUEST_EFER, GUEST_REGISTER_COUNT
};

/* Finds the registers, once. Returns the name of one that is missing, or NULL. */
const char *registers_find(void);

uint64_t register_read(GByteArray *buffer, enum guest_register reg);
void register_write(GByteArray *buffer, enum guest_register reg, uint64_t value);

/* Whether the guest runs in one of the rings 1 to 3. */
bool guest_is_user(GByteArray *buffer);
uint32_t guest_cpl(GByteArray *buffer);
bool guest_is_64bit(GByteArray *buffer);

/* In an exception's handler, before its first instruction: whether it returns behind the instruction that caused it. */
bool trap_returns_behind(struct vcpu *vcpu, uint64_t address, unsigned length);
/* The same: whether the exception is a page fault of fetching the instruction at `address`. */
bool fetch_faulted(struct vcpu *vcpu, uint64_t address);
/* The same: changes the address that the handler returns to. index: elements before it, 1 for an error code */
void set_return_address(struct vcpu *vcpu, unsigned index, uint64_t address);

#endif
