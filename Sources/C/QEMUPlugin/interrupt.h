/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A PMI, as the local APIC's LVTPC says: xAPIC and x2APIC. */
#ifndef VPMU_QEMU_INTERRUPT_H
#define VPMU_QEMU_INTERRUPT_H

#include "vcpu.h"

enum {
  MSR_APIC_BASE = 0x1B,
  MSR_X2APIC_LVTPC = 0x834,
};

void interrupt_reset(struct vcpu *vcpu);
void interrupt_deliver(struct vcpu *vcpu);

/* The guest is about to write IA32_APIC_BASE. */
void interrupt_base_written(struct vcpu *vcpu, uint64_t value);
/* x2APIC mode: the guest is about to write LVTPC. */
void interrupt_lvtpc_written(struct vcpu *vcpu, uint64_t value);
bool interrupt_is_x2apic(const struct vcpu *vcpu);

#endif
