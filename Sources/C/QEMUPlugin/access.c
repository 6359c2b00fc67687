/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "access.h"

#include <string.h>

#include "counting.h"
#include "interrupt.h"
#include "options.h"
#include "pmu.h"
#include "registers.h"

enum {
  MSR_MISC_ENABLE = 0x1A0,
  /* Of IA32_MISC_ENABLE: performance monitoring is available, branch trace storage and PEBS are not. */
  MISC_ENABLE_PMU = 1 << 7 | 1 << 11 | 1 << 12,
  /* The x2APIC number of a register that only xAPIC has: #GP in either mode. */
  MSR_WITHOUT_REGISTER = 0x80E,
  CR0_PE = 1,
  CR4_PCE = 1 << 8,
};

static bool is_intel(void) { return !strcmp(machine_info.vendor, "GenuineIntel"); }

/* Where RIP points, though QEMU keeps it at another instruction of the block while that runs. */
static uint64_t address_of(struct vcpu *vcpu, const struct site *site) {
  uint64_t at = register_read(vcpu->buffer, GUEST_RIP);
  uint64_t start = at - ((at - site->block->address) & PAGE_MASK);
  return start + site->offset;
}

static unsigned length_of(const struct site *site) { return site->block->lengths[site->index]; }

/* Goes on behind the instruction. */
__attribute__((noreturn)) static void step_over(struct vcpu *vcpu, const struct site *site) {
  retire_within(vcpu, site->block);
  qemu_plugin_set_pc(address_of(vcpu, site) + length_of(site));
}

/* Whether the instruction is executed so that it faults. */
static bool is_forced(struct vcpu *vcpu) {
  if (vcpu->forced == FORCED_ELSEWHERE) return true;
  /* One that was to fault and did not. */
  vcpu->forced = FORCED_NONE;
  return false;
}

/* All that was retired before the instruction is reported. */
static void bring_up_to_date(struct vcpu *vcpu, const struct site *site) {
  settle_within(vcpu, site->block, site->index);
  pmu_reset_if_requested(vcpu);
  pmu_report(vcpu);
}

static void write_result(struct vcpu *vcpu, uint64_t value) {
  register_write(vcpu->buffer, GUEST_RAX, value & UINT32_MAX);
  register_write(vcpu->buffer, GUEST_RDX, value >> 32);
}

/* #GP of RDMSR and WRMSR: they are executed with a number that has no register. */
static void force_msr_fault(struct vcpu *vcpu, const struct site *site) {
  vcpu->forced = FORCED_MSR;
  vcpu->forced_register = register_read(vcpu->buffer, GUEST_RCX);
  register_write(vcpu->buffer, GUEST_RCX, MSR_WITHOUT_REGISTER);
  resume_within(vcpu, site->block, site->index);
}

/* ---- CPUID ---- */

static void check_vendor(uint32_t ebx, uint32_t ecx, uint32_t edx) {
  char vendor[13] = {0};
  memcpy(vendor, &ebx, 4);
  memcpy(vendor + 4, &edx, 4);
  memcpy(vendor + 8, &ecx, 4);
  if (strcmp(vendor, machine_info.vendor)) {
    fail("the guest's CPU is of %s, the model %s of %s: give QEMU a -cpu of that vendor", vendor, machine_info.preset,
         machine_info.vendor);
  }
}

void on_cpuid(unsigned vcpu_index, void *site) {
  (void)site;
  struct vcpu *vcpu = vcpu_at(vcpu_index);
  vcpu->leaf = (uint32_t)register_read(vcpu->buffer, GUEST_RAX);
  vcpu->subleaf = (uint32_t)register_read(vcpu->buffer, GUEST_RCX);
  vcpu->correction = CORRECTION_CPUID;
}

static void correct_cpuid(struct vcpu *vcpu) {
  GByteArray *buffer = vcpu->buffer;
  vpmu_cpuid_entry entry = {
      .leaf = vcpu->leaf,
      .subleaf = vcpu->subleaf,
      .eax = (uint32_t)register_read(buffer, GUEST_RAX),
      .ebx = (uint32_t)register_read(buffer, GUEST_RBX),
      .ecx = (uint32_t)register_read(buffer, GUEST_RCX),
      .edx = (uint32_t)register_read(buffer, GUEST_RDX),
  };
  if (entry.leaf == 0) check_vendor(entry.ebx, entry.ecx, entry.edx);
  if (vpmu_machine_cpuid(machine, &entry) != 1) return;
  register_write(buffer, GUEST_RAX, entry.eax);
  register_write(buffer, GUEST_RBX, entry.ebx);
  register_write(buffer, GUEST_RCX, entry.ecx);
  register_write(buffer, GUEST_RDX, entry.edx);
}

void access_correct(struct vcpu *vcpu) {
  enum correction correction = vcpu->correction;
  vcpu->correction = CORRECTION_NONE;
  if (correction == CORRECTION_CPUID) correct_cpuid(vcpu);
  if (correction == CORRECTION_MISC_ENABLE) {
    register_write(vcpu->buffer, GUEST_RAX, register_read(vcpu->buffer, GUEST_RAX) | MISC_ENABLE_PMU);
  }
}

void on_following(unsigned vcpu_index, void *site) {
  (void)site;
  struct vcpu *vcpu = vcpu_at(vcpu_index);
  if (vcpu->correction) access_correct(vcpu);
}

/* ---- RDMSR and WRMSR, in ring 0: elsewhere they fault by themselves ---- */

/* An RDMSR that the guest has executed, as a place that faults on purpose. */
static _Atomic uint64_t known_rdmsr;

void on_rdmsr(unsigned vcpu_index, void *data) {
  const struct site *site = data;
  struct vcpu *vcpu = vcpu_at(vcpu_index);
  if (is_forced(vcpu)) return;
  atomic_store_explicit(&known_rdmsr, address_of(vcpu, site), memory_order_relaxed);
  uint32_t msr = (uint32_t)register_read(vcpu->buffer, GUEST_RCX);
  bring_up_to_date(vcpu, site);
  if (msr == MSR_X2APIC_LVTPC && interrupt_is_x2apic(vcpu)) {
    write_result(vcpu, vcpu->x2apic_lvtpc);
    step_over(vcpu, site);
  }
  uint64_t value = 0;
  switch (vpmu_rdmsr(vcpu->cpu, msr, 0, &value)) {
  case VPMU_ACCESS_DONE:
    write_result(vcpu, value);
    step_over(vcpu, site);
  case VPMU_ACCESS_GP:
    force_msr_fault(vcpu, site);
    return;
  default:
    if (msr == MSR_MISC_ENABLE && is_intel()) vcpu->correction = CORRECTION_MISC_ENABLE;
    resume_within(vcpu, site->block, site->index);
  }
}

void on_wrmsr(unsigned vcpu_index, void *data) {
  const struct site *site = data;
  struct vcpu *vcpu = vcpu_at(vcpu_index);
  if (is_forced(vcpu)) return;
  bring_up_to_date(vcpu, site);
  GByteArray *buffer = vcpu->buffer;
  uint32_t msr = (uint32_t)register_read(buffer, GUEST_RCX);
  uint64_t value = register_read(buffer, GUEST_RDX) << 32 | (register_read(buffer, GUEST_RAX) & UINT32_MAX);
  if (msr == MSR_APIC_BASE) interrupt_base_written(vcpu, value);
  if (msr == MSR_X2APIC_LVTPC && interrupt_is_x2apic(vcpu)) interrupt_lvtpc_written(vcpu, value);
  switch (vpmu_wrmsr(vcpu->cpu, msr, value, 0)) {
  case VPMU_ACCESS_DONE:
    retire_within(vcpu, site->block);
    pmu_report(vcpu);
    pmu_enter(vcpu);
    qemu_plugin_set_pc(address_of(vcpu, site) + length_of(site));
  case VPMU_ACCESS_GP:
    force_msr_fault(vcpu, site);
    return;
  default:
    resume_within(vcpu, site->block, site->index);
  }
}

/* ---- RDPMC ---- */

/* #GP of RDPMC, which the emulator knows for CR4.PCE only; from ring 0 it is that of an RDMSR elsewhere. */
static void force_rdpmc_fault(struct vcpu *vcpu, const struct site *site) {
  GByteArray *buffer = vcpu->buffer;
  resume_within(vcpu, site->block, site->index);
  if (site->block->user) {
    uint64_t cr4 = register_read(buffer, GUEST_CR4);
    if (!(cr4 & CR4_PCE)) return;
    vcpu->forced = FORCED_PCE;
    register_write(buffer, GUEST_CR4, cr4 & ~(uint64_t)CR4_PCE);
    return;
  }
  uint64_t elsewhere = atomic_load_explicit(&known_rdmsr, memory_order_relaxed);
  if (!elsewhere || !qemu_plugin_read_memory_vaddr(elsewhere, buffer, 2)) return;
  if (buffer->data[0] != 0x0F || buffer->data[1] != 0x32) return;
  settle_within(vcpu, site->block, site->index);
  vcpu->forced = FORCED_ELSEWHERE;
  vcpu->forced_register = register_read(buffer, GUEST_RCX);
  vcpu->forced_pc = address_of(vcpu, site);
  register_write(buffer, GUEST_RCX, MSR_WITHOUT_REGISTER);
  qemu_plugin_set_pc(elsewhere);
}

void on_rdpmc(unsigned vcpu_index, void *data) {
  const struct site *site = data;
  struct vcpu *vcpu = vcpu_at(vcpu_index);
  if (is_forced(vcpu)) return;
  bring_up_to_date(vcpu, site);
  GByteArray *buffer = vcpu->buffer;
  uint32_t flags = register_read(buffer, GUEST_CR4) & CR4_PCE ? VPMU_RDPMC_CR4_PCE : 0;
  if (!(register_read(buffer, GUEST_CR0) & CR0_PE)) flags |= VPMU_RDPMC_REAL_MODE;
  uint32_t cpl = site->block->user ? 3 : 0;
  uint64_t value = 0;
  if (vpmu_rdpmc(vcpu->cpu, (uint32_t)register_read(buffer, GUEST_RCX), cpl, flags, &value) == VPMU_ACCESS_DONE) {
    write_result(vcpu, value);
    step_over(vcpu, site);
  }
  force_rdpmc_fault(vcpu, site);
}

void access_cancel(struct vcpu *vcpu) {
  if (vcpu->forced != FORCED_ELSEWHERE) return;
  vcpu->forced = FORCED_NONE;
  set_return_address(vcpu, 0, vcpu->forced_pc);
  register_write(vcpu->buffer, GUEST_RCX, vcpu->forced_register);
}

void access_restore(struct vcpu *vcpu) {
  enum forced forced = vcpu->forced;
  vcpu->forced = FORCED_NONE;
  switch (forced) {
  case FORCED_NONE: break;
  case FORCED_PCE:
    register_write(vcpu->buffer, GUEST_CR4, register_read(vcpu->buffer, GUEST_CR4) | CR4_PCE);
    break;
  case FORCED_ELSEWHERE:
    set_return_address(vcpu, 1, vcpu->forced_pc);
    /* fallthrough */
  case FORCED_MSR:
    register_write(vcpu->buffer, GUEST_RCX, vcpu->forced_register);
    break;
  }
}
