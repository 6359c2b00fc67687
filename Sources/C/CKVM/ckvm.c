/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#define _GNU_SOURCE
#include "ckvm.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

_Static_assert(sizeof(ckvm_msr_exit) == sizeof(((struct kvm_run *)0)->msr), "");
_Static_assert(sizeof(ckvm_mmio_exit) == sizeof(((struct kvm_run *)0)->mmio), "");
_Static_assert(sizeof(ckvm_io_exit) == sizeof(((struct kvm_run *)0)->io), "");

static int result(long returned) { return returned < 0 ? -errno : (int)returned; }

int ckvm_open(void) { return result(open("/dev/kvm", O_RDWR | O_CLOEXEC)); }

int ckvm_api_version(int system) { return result(ioctl(system, KVM_GET_API_VERSION, 0)); }

int ckvm_create_vm(int system) { return result(ioctl(system, KVM_CREATE_VM, 0)); }

int ckvm_run_size(int system) { return result(ioctl(system, KVM_GET_VCPU_MMAP_SIZE, 0)); }

/* Entries behind their header, as the kernel wants them. */
#define MOST_CPUID_ENTRIES 256

union cpuid {
  struct kvm_cpuid2 list;
  unsigned char room[sizeof(struct kvm_cpuid2) + MOST_CPUID_ENTRIES * sizeof(struct kvm_cpuid_entry2)];
};

int ckvm_supported_cpuid(int system, struct kvm_cpuid_entry2 *entries, uint32_t *count) {
  union cpuid cpuid;
  memset(&cpuid, 0, sizeof cpuid);
  cpuid.list.nent = *count < MOST_CPUID_ENTRIES ? *count : MOST_CPUID_ENTRIES;
  if (ioctl(system, KVM_GET_SUPPORTED_CPUID, &cpuid) < 0) return -errno;
  memcpy(entries, cpuid.list.entries, cpuid.list.nent * sizeof *entries);
  *count = cpuid.list.nent;
  return 0;
}

int ckvm_check_extension(int vm, uint32_t capability) {
  return result(ioctl(vm, KVM_CHECK_EXTENSION, (unsigned long)capability));
}

int ckvm_enable_cap(int vm, uint32_t capability, uint64_t argument) {
  struct kvm_enable_cap cap;
  memset(&cap, 0, sizeof cap);
  cap.cap = capability;
  cap.args[0] = argument;
  return result(ioctl(vm, KVM_ENABLE_CAP, &cap));
}

int ckvm_set_memory(int vm, uint32_t slot, uint64_t guest_address, uint64_t size, void *memory) {
  struct kvm_userspace_memory_region region = {
      .slot = slot, .guest_phys_addr = guest_address, .memory_size = size, .userspace_addr = (uintptr_t)memory};
  return result(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region));
}

int ckvm_create_irqchip(int vm) { return result(ioctl(vm, KVM_CREATE_IRQCHIP, 0)); }

int ckvm_set_tss_address(int vm, uint32_t address) {
  return result(ioctl(vm, KVM_SET_TSS_ADDR, (unsigned long)address));
}

int ckvm_create_vcpu(int vm, uint32_t id) { return result(ioctl(vm, KVM_CREATE_VCPU, (unsigned long)id)); }

int ckvm_set_msr_filter(int vm, const struct kvm_msr_filter_range *ranges, uint32_t count) {
  if (count > KVM_MSR_FILTER_MAX_RANGES) return -E2BIG;
  struct kvm_msr_filter filter;
  memset(&filter, 0, sizeof filter);
  filter.flags = KVM_MSR_FILTER_DEFAULT_ALLOW;
  if (count > 0) memcpy(filter.ranges, ranges, count * sizeof *ranges);
  return result(ioctl(vm, KVM_X86_SET_MSR_FILTER, &filter));
}

int ckvm_signal_msi(int vm, uint64_t address, uint32_t data) {
  struct kvm_msi message;
  memset(&message, 0, sizeof message);
  message.address_lo = (uint32_t)address;
  message.address_hi = (uint32_t)(address >> 32);
  message.data = data;
  return result(ioctl(vm, KVM_SIGNAL_MSI, &message));
}

int ckvm_map_run(int vcpu, size_t size, struct kvm_run **run) {
  void *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
  if (start == MAP_FAILED) return -errno;
  *run = start;
  return 0;
}

int ckvm_run(int vcpu) { return result(ioctl(vcpu, KVM_RUN, 0)); }

int ckvm_get_regs(int vcpu, struct kvm_regs *regs) { return result(ioctl(vcpu, KVM_GET_REGS, regs)); }

int ckvm_set_regs(int vcpu, const struct kvm_regs *regs) { return result(ioctl(vcpu, KVM_SET_REGS, regs)); }

int ckvm_get_sregs(int vcpu, struct kvm_sregs *sregs) { return result(ioctl(vcpu, KVM_GET_SREGS, sregs)); }

int ckvm_set_sregs(int vcpu, const struct kvm_sregs *sregs) { return result(ioctl(vcpu, KVM_SET_SREGS, sregs)); }

int ckvm_get_events(int vcpu, struct kvm_vcpu_events *events) {
  return result(ioctl(vcpu, KVM_GET_VCPU_EVENTS, events));
}

int ckvm_set_events(int vcpu, const struct kvm_vcpu_events *events) {
  return result(ioctl(vcpu, KVM_SET_VCPU_EVENTS, events));
}

int ckvm_make_runnable(int vcpu) {
  struct kvm_mp_state state = {.mp_state = KVM_MP_STATE_RUNNABLE};
  return result(ioctl(vcpu, KVM_SET_MP_STATE, &state));
}

int ckvm_set_cpuid(int vcpu, const struct kvm_cpuid_entry2 *entries, uint32_t count) {
  if (count > MOST_CPUID_ENTRIES) return -E2BIG;
  union cpuid cpuid;
  memset(&cpuid, 0, sizeof cpuid);
  cpuid.list.nent = count;
  memcpy(cpuid.list.entries, entries, count * sizeof *entries);
  return result(ioctl(vcpu, KVM_SET_CPUID2, &cpuid));
}

#define MOST_MSRS 64

union msrs {
  struct kvm_msrs list;
  unsigned char room[sizeof(struct kvm_msrs) + MOST_MSRS * sizeof(struct kvm_msr_entry)];
};

int ckvm_get_msr(int vcpu, uint32_t msr, uint64_t *value) {
  union msrs msrs;
  msrs.list = (struct kvm_msrs){.nmsrs = 1};
  msrs.list.entries[0] = (struct kvm_msr_entry){.index = msr};
  int taken = result(ioctl(vcpu, KVM_GET_MSRS, &msrs));
  if (taken > 0) *value = msrs.list.entries[0].data;
  return taken;
}

int ckvm_set_msr(int vcpu, uint32_t msr, uint64_t value) {
  struct kvm_msr_entry entry = {.index = msr, .data = value};
  return ckvm_set_msrs(vcpu, &entry, 1);
}

int ckvm_set_msrs(int vcpu, const struct kvm_msr_entry *entries, uint32_t count) {
  if (count > MOST_MSRS) return -E2BIG;
  union msrs msrs;
  msrs.list = (struct kvm_msrs){.nmsrs = count};
  memcpy(msrs.list.entries, entries, count * sizeof *entries);
  return result(ioctl(vcpu, KVM_SET_MSRS, &msrs));
}

int ckvm_get_lapic(int vcpu, struct kvm_lapic_state *lapic) { return result(ioctl(vcpu, KVM_GET_LAPIC, lapic)); }

int ckvm_set_lapic(int vcpu, const struct kvm_lapic_state *lapic) {
  return result(ioctl(vcpu, KVM_SET_LAPIC, lapic));
}

int ckvm_nmi(int vcpu) { return result(ioctl(vcpu, KVM_NMI, 0)); }

int ckvm_stats(int vcpu) {
  int stats = result(ioctl(vcpu, KVM_GET_STATS_FD, 0));
  /* The other descriptors of KVM are closed on exec; of this one not every kernel says so. */
  if (stats >= 0) fcntl(stats, F_SETFD, FD_CLOEXEC);
  return stats;
}

int ckvm_read_stats(int stats, void *bytes, size_t count, uint64_t offset) {
  ssize_t taken = pread(stats, bytes, count, (off_t)offset);
  if (taken < 0) return -errno;
  return (size_t)taken == count ? 0 : -EIO;
}
