/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * For VMMs in Swift: the kernel's structures and constants of KVM, its ioctls, and the fields of kvm_run that Swift
 * can't name. Each function returns 0 or more, or minus the errno. A "system" descriptor is that of /dev/kvm.
 */
#ifndef CKVM_H
#define CKVM_H

#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>

/* ---- The system ---- */

/* open(2) of /dev/kvm, closed on exec. Returns the descriptor. */
int ckvm_open(void);

/* KVM_GET_API_VERSION: 12 is the only one. */
int ckvm_api_version(int system);

/* KVM_CREATE_VM. Returns the VM's descriptor, closed on exec. */
int ckvm_create_vm(int system);

/* KVM_GET_VCPU_MMAP_SIZE: bytes of a vCPU's kvm_run mapping. */
int ckvm_run_size(int system);

/* KVM_GET_SUPPORTED_CPUID: *count is the capacity of `entries`, and afterwards the number of entries. */
int ckvm_supported_cpuid(int system, struct kvm_cpuid_entry2 *_Nonnull entries, uint32_t *_Nonnull count);

/* ---- A VM, or the system ---- */

/* KVM_CHECK_EXTENSION: 0 if there is no such capability, else its value. */
int ckvm_check_extension(int vm, uint32_t capability);

/* ---- A VM ---- */

/* KVM_ENABLE_CAP with one argument. */
int ckvm_enable_cap(int vm, uint32_t capability, uint64_t argument);

/* KVM_SET_USER_MEMORY_REGION */
int ckvm_set_memory(int vm, uint32_t slot, uint64_t guest_address, uint64_t size, void *_Nullable memory);

/* KVM_CREATE_IRQCHIP */
int ckvm_create_irqchip(int vm);

/* KVM_SET_TSS_ADDR: three pages of guest addresses below 4 GB that no memory slot and no device has. Before the first
 * vCPU. */
int ckvm_set_tss_address(int vm, uint32_t address);

/* KVM_CREATE_VCPU. Returns the vCPU's descriptor, closed on exec. */
int ckvm_create_vcpu(int vm, uint32_t id);

/* KVM_X86_SET_MSR_FILTER. What no range names is KVM's own. At most KVM_MSR_FILTER_MAX_RANGES (16) ranges; it replaces
 * the VM's filter. */
int ckvm_set_msr_filter(int vm, const struct kvm_msr_filter_range *_Nullable ranges, uint32_t count);

/* KVM_SIGNAL_MSI: 1 delivered, 0 blocked by the guest. */
int ckvm_signal_msi(int vm, uint64_t address, uint32_t data);

/* ---- A vCPU ---- */

/* mmap(2) of the kvm_run mapping, `size` bytes; munmap(2) gives it back. */
int ckvm_map_run(int vcpu, size_t size, struct kvm_run *_Nullable *_Nonnull run);

/* KVM_RUN: -EINTR after a signal or with immediate_exit. */
int ckvm_run(int vcpu);

/* KVM_GET_REGS, KVM_SET_REGS, KVM_GET_SREGS, KVM_SET_SREGS, KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS */
int ckvm_get_regs(int vcpu, struct kvm_regs *_Nonnull regs);
int ckvm_set_regs(int vcpu, const struct kvm_regs *_Nonnull regs);
int ckvm_get_sregs(int vcpu, struct kvm_sregs *_Nonnull sregs);
int ckvm_set_sregs(int vcpu, const struct kvm_sregs *_Nonnull sregs);
int ckvm_get_events(int vcpu, struct kvm_vcpu_events *_Nonnull events);
int ckvm_set_events(int vcpu, const struct kvm_vcpu_events *_Nonnull events);

/* KVM_SET_MP_STATE, KVM_MP_STATE_RUNNABLE: with interrupt controllers in the kernel, all but vCPU 0 wait for a start-up
 * message of it. */
int ckvm_make_runnable(int vcpu);

/* KVM_SET_CPUID2 */
int ckvm_set_cpuid(int vcpu, const struct kvm_cpuid_entry2 *_Nonnull entries, uint32_t count);

/* KVM_GET_MSRS and KVM_SET_MSRS of one register: 1 if KVM took it, 0 if it has no such register or refuses the value.
 * */
int ckvm_get_msr(int vcpu, uint32_t msr, uint64_t *_Nonnull value);
int ckvm_set_msr(int vcpu, uint32_t msr, uint64_t value);

/* KVM_SET_MSRS of many registers: how many were taken, from the first on. At most 64. */
int ckvm_set_msrs(int vcpu, const struct kvm_msr_entry *_Nonnull entries, uint32_t count);

/* KVM_GET_LAPIC, KVM_SET_LAPIC */
int ckvm_get_lapic(int vcpu, struct kvm_lapic_state *_Nonnull lapic);
int ckvm_set_lapic(int vcpu, const struct kvm_lapic_state *_Nonnull lapic);

/* KVM_NMI: from the vCPU's thread; from another it waits until the guest exits. */
int ckvm_nmi(int vcpu);

/* KVM_GET_STATS_FD, closed on exec. */
int ckvm_stats(int vcpu);

/* pread(2) of the whole of `bytes`. */
int ckvm_read_stats(int stats, void *_Nonnull bytes, size_t count, uint64_t offset);

/* ---- kvm_run ---- */

static inline uint8_t *_Nonnull ckvm_immediate_exit(struct kvm_run *_Nonnull run) { return &run->immediate_exit; }

/* Writes 1 to immediate_exit: the next KVM_RUN returns -EINTR. From any thread, and from signal handlers. */
static inline void ckvm_kick(struct kvm_run *_Nonnull run) {
  __atomic_store_n(&run->immediate_exit, 1, __ATOMIC_RELAXED);
}

/* The exit's own part, in place. */
typedef struct ckvm_msr_exit {
  uint8_t error; /* set: #GP */
  uint8_t pad[7];
  uint32_t reason, index;
  uint64_t data;
} ckvm_msr_exit;

typedef struct ckvm_io_exit {
  uint8_t direction, size;
  uint16_t port;
  uint32_t count;
  uint64_t data_offset;
} ckvm_io_exit;

typedef struct ckvm_mmio_exit {
  uint64_t address;
  uint8_t data[8];
  uint32_t size;
  uint8_t is_write;
} ckvm_mmio_exit;

static inline ckvm_msr_exit *_Nonnull ckvm_msr(struct kvm_run *_Nonnull run) {
  return (ckvm_msr_exit *)(void *)&run->msr;
}

static inline const ckvm_io_exit *_Nonnull ckvm_io(struct kvm_run *_Nonnull run) {
  return (const ckvm_io_exit *)(void *)&run->io;
}

static inline const ckvm_mmio_exit *_Nonnull ckvm_mmio(struct kvm_run *_Nonnull run) {
  return (const ckvm_mmio_exit *)(void *)&run->mmio;
}

/* The bytes of an I/O exit: size * count. */
static inline void *_Nonnull ckvm_io_data(struct kvm_run *_Nonnull run) {
  return (char *)run + run->io.data_offset;
}

/* KVM_EXIT_INTERNAL_ERROR: KVM_INTERNAL_ERROR_*; KVM_EXIT_FAIL_ENTRY: the hardware's reason. */
static inline uint64_t ckvm_failure(const struct kvm_run *_Nonnull run) {
  return run->exit_reason == KVM_EXIT_FAIL_ENTRY ? run->fail_entry.hardware_entry_failure_reason
                                                 : run->internal.suberror;
}

#endif
