/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * xAPIC: the registers are read and written in the local APIC's page. x2APIC: they are MSRs, which a plugin can't
 * reach; but it sees what the guest writes there. The interrupt is a message to the APIC, as a device would send it:
 * Intel SDM vol. 3A, 11.11 (message address and data), 11.5.1 (LVT).
 */
#include "interrupt.h"

#include <string.h>

#include "pmu.h"

enum {
  LVT_MASKED = 1 << 16,
  LVT_VECTOR = 0xFF,
  LVT_VECTOR_AND_MODE = 0x7FF,
  LVT_MODE = 7 << 8,
  XAPIC_ID = 0x20,
  XAPIC_SPURIOUS = 0xF0,
  XAPIC_LVTPC = 0x340,
  SPURIOUS_ENABLED = 1 << 8,
};
static const uint64_t base_x2apic = 1 << 10, base_address = 0xFFFFFF000, reset_base = 0xFEE00000 | 1 << 11;
static const uint64_t message_address = 0xFEE00000;

void interrupt_reset(struct vcpu *vcpu) {
  vcpu->apic_base = reset_base;
  vcpu->x2apic_lvtpc = LVT_MASKED;
}

bool interrupt_is_x2apic(const struct vcpu *vcpu) { return vcpu->apic_base & base_x2apic; }

static uint32_t apic_read(struct vcpu *vcpu, unsigned offset) {
  uint32_t value = 0;
  if (qemu_plugin_read_memory_hwaddr((vcpu->apic_base & base_address) + offset, vcpu->buffer, sizeof value)) return 0;
  memcpy(&value, vcpu->buffer->data, sizeof value);
  return value;
}

static void physical_write(struct vcpu *vcpu, uint64_t address, uint32_t value) {
  g_byte_array_set_size(vcpu->buffer, sizeof value);
  memcpy(vcpu->buffer->data, &value, sizeof value);
  qemu_plugin_write_memory_hwaddr(address, vcpu->buffer);
}

void interrupt_base_written(struct vcpu *vcpu, uint64_t value) {
  if (!interrupt_is_x2apic(vcpu) && value & base_x2apic) {
    vcpu->apic_id = apic_read(vcpu, XAPIC_ID) >> 24;
    vcpu->x2apic_lvtpc = apic_read(vcpu, XAPIC_LVTPC);
  }
  vcpu->apic_base = value;
}

void interrupt_lvtpc_written(struct vcpu *vcpu, uint64_t value) { vcpu->x2apic_lvtpc = (uint32_t)value; }

void interrupt_deliver(struct vcpu *vcpu) {
  bool is_x2apic = interrupt_is_x2apic(vcpu);
  vcpu->pmis++;
  uint32_t lvtpc = is_x2apic ? vcpu->x2apic_lvtpc : apic_read(vcpu, XAPIC_LVTPC);
  bool is_enabled = is_x2apic || apic_read(vcpu, XAPIC_SPURIOUS) & SPURIOUS_ENABLED;
  /* Fixed vectors below 16 are illegal. */
  bool is_legal = lvtpc & LVT_MODE || (lvtpc & LVT_VECTOR) >= 16;
  if (lvtpc & LVT_MASKED || !is_enabled || !is_legal) {
    vcpu->masked_pmis++;
    return;
  }
  if (machine_info.flags & VPMU_MODEL_MASKS_LVTPC) {
    if (is_x2apic) {
      vcpu->x2apic_lvtpc |= LVT_MASKED;
    } else {
      physical_write(vcpu, (vcpu->apic_base & base_address) + XAPIC_LVTPC, lvtpc | LVT_MASKED);
    }
  }
  uint32_t id = is_x2apic ? vcpu->apic_id : apic_read(vcpu, XAPIC_ID) >> 24;
  physical_write(vcpu, message_address | (uint64_t)(id & 0xFF) << 12, lvtpc & LVT_VECTOR_AND_MODE);
}
