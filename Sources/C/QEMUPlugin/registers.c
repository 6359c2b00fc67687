/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "registers.h"

#include <string.h>

static const char *const names[GUEST_REGISTER_COUNT] = {
    "rax", "rbx", "rcx", "rdx", "rsp", "rip", "eflags", "cs", "cr0", "cr2", "cr4", "efer",
};
static struct qemu_plugin_register *handles[GUEST_REGISTER_COUNT];

enum { CR0_PE = 1, EFER_LMA = 1 << 10, EFLAGS_VM = 1 << 17 };

const char *registers_find(void) {
  GArray *list = qemu_plugin_get_registers();
  const qemu_plugin_reg_descriptor *descriptors = (const void *)list->data;
  const char *missing = NULL;
  for (int reg = 0; reg < GUEST_REGISTER_COUNT; reg++) {
    for (unsigned index = 0; index < list->len && !handles[reg]; index++) {
      if (!strcmp(descriptors[index].name, names[reg])) handles[reg] = descriptors[index].handle;
    }
    if (!handles[reg]) missing = names[reg];
  }
  g_array_free(list, 1);
  return missing;
}

static uint64_t number(const GByteArray *buffer) {
  uint64_t value = 0;
  memcpy(&value, buffer->data, buffer->len < sizeof value ? buffer->len : sizeof value);
  return value;
}

uint64_t register_read(GByteArray *buffer, enum guest_register reg) {
  g_byte_array_set_size(buffer, 0);
  return qemu_plugin_read_register(handles[reg], buffer) ? number(buffer) : 0;
}

void register_write(GByteArray *buffer, enum guest_register reg, uint64_t value) {
  g_byte_array_set_size(buffer, sizeof value);
  memcpy(buffer->data, &value, sizeof value);
  qemu_plugin_write_register(handles[reg], buffer);
}

uint32_t guest_cpl(GByteArray *buffer) {
  uint32_t rpl = register_read(buffer, GUEST_CS) & 3;
  /* In real mode these are bits of an address, in virtual-8086 mode too. */
  if (rpl && !(register_read(buffer, GUEST_CR0) & CR0_PE)) return 0;
  return rpl != 3 && register_read(buffer, GUEST_EFLAGS) & EFLAGS_VM ? 3 : rpl;
}

bool guest_is_user(GByteArray *buffer) { return guest_cpl(buffer) != 0; }

bool guest_is_64bit(GByteArray *buffer) { return register_read(buffer, GUEST_EFER) & EFER_LMA; }

/* Element `index` of the handler's frame; *width: bytes of an element. */
static bool frame_element(struct vcpu *vcpu, unsigned index, uint64_t *value, uint64_t *address, unsigned *width) {
  GByteArray *buffer = vcpu->buffer;
  *width = guest_is_64bit(buffer) ? 8 : 4;
  *address = register_read(buffer, GUEST_RSP) + index * *width;
  if (!qemu_plugin_read_memory_vaddr(*address, buffer, *width)) return false;
  *value = number(buffer);
  return true;
}

bool trap_returns_behind(struct vcpu *vcpu, uint64_t address, unsigned length) {
  uint64_t value, at;
  unsigned width;
  return frame_element(vcpu, 0, &value, &at, &width) && ((value - address - length) & PAGE_MASK) == 0;
}

bool fetch_faulted(struct vcpu *vcpu, uint64_t address) {
  uint64_t fault = register_read(vcpu->buffer, GUEST_CR2), value, at;
  unsigned width;
  if (fault - address >= INSTRUCTION_BYTES) return false;
  /* Without an error code it is none, and CR2 is an old one. */
  return !frame_element(vcpu, 0, &value, &at, &width) || value != address;
}

void set_return_address(struct vcpu *vcpu, unsigned index, uint64_t address) {
  uint64_t value, at;
  unsigned width;
  if (!frame_element(vcpu, index, &value, &at, &width)) return;
  g_byte_array_set_size(vcpu->buffer, width);
  memcpy(vcpu->buffer->data, &address, width);
  qemu_plugin_write_memory_vaddr(at, vcpu->buffer);
}
