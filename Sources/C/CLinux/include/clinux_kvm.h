/*
 * The ioctls of /dev/kvm, and the fields of kvm_run that Swift can't name. Each function returns 0 or more, or minus the
 * errno. A "system" descriptor is that of /dev/kvm.
 */
#ifndef CLINUX_KVM_H
#define CLINUX_KVM_H

#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>

/* ---- The system ---- */

/* open(2) of /dev/kvm, closed on exec. Returns the descriptor. */
int clinux_kvm_open(void);

/* KVM_GET_API_VERSION: 12 is the only one. */
int clinux_kvm_api_version(int system);

/* KVM_CREATE_VM. Returns the VM's descriptor, closed on exec. */
int clinux_kvm_create_vm(int system);

/* KVM_GET_VCPU_MMAP_SIZE: bytes of a vCPU's kvm_run mapping. */
int clinux_kvm_run_size(int system);

/* KVM_GET_SUPPORTED_CPUID: *count is the room in `entries`, and afterwards how many there are. */
int clinux_kvm_supported_cpuid(int system, struct kvm_cpuid_entry2 *_Nonnull entries, uint32_t *_Nonnull count);

/* ---- A VM, or the system ---- */

/* KVM_CHECK_EXTENSION: 0 if there is no such capability, else its value. */
int clinux_kvm_check_extension(int vm, uint32_t capability);

/* ---- A VM ---- */

/* KVM_ENABLE_CAP with one argument. */
int clinux_kvm_enable_cap(int vm, uint32_t capability, uint64_t argument);

/* KVM_SET_USER_MEMORY_REGION */
int clinux_kvm_set_memory(int vm, uint32_t slot, uint64_t guest_address, uint64_t size, void *_Nullable memory);

/* KVM_CREATE_IRQCHIP */
int clinux_kvm_create_irqchip(int vm);

/* KVM_SET_TSS_ADDR: three pages of guest addresses below 4 GB that no memory slot and no device has. Before the first
 * vCPU. */
int clinux_kvm_set_tss_address(int vm, uint32_t address);

/* KVM_CREATE_VCPU. Returns the vCPU's descriptor, closed on exec. */
int clinux_kvm_create_vcpu(int vm, uint32_t id);

/* KVM_X86_SET_MSR_FILTER. What no range names is KVM's own. At most KVM_MSR_FILTER_MAX_RANGES (16) ranges; it replaces the
 * VM's filter. */
int clinux_kvm_set_msr_filter(int vm, const struct kvm_msr_filter_range *_Nullable ranges, uint32_t count);

/* KVM_SIGNAL_MSI: 1 delivered, 0 blocked by the guest. */
int clinux_kvm_signal_msi(int vm, uint64_t address, uint32_t data);

/* ---- A vCPU ---- */

/* mmap(2) of the kvm_run mapping, `size` bytes; munmap(2) gives it back. */
int clinux_kvm_map_run(int vcpu, size_t size, struct kvm_run *_Nullable *_Nonnull run);

/* KVM_RUN: -EINTR after a signal or with immediate_exit. */
int clinux_kvm_run(int vcpu);

/* KVM_GET_REGS, KVM_SET_REGS, KVM_GET_SREGS, KVM_SET_SREGS, KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS */
int clinux_kvm_get_regs(int vcpu, struct kvm_regs *_Nonnull regs);
int clinux_kvm_set_regs(int vcpu, const struct kvm_regs *_Nonnull regs);
int clinux_kvm_get_sregs(int vcpu, struct kvm_sregs *_Nonnull sregs);
int clinux_kvm_set_sregs(int vcpu, const struct kvm_sregs *_Nonnull sregs);
int clinux_kvm_get_events(int vcpu, struct kvm_vcpu_events *_Nonnull events);
int clinux_kvm_set_events(int vcpu, const struct kvm_vcpu_events *_Nonnull events);

/* KVM_SET_MP_STATE, KVM_MP_STATE_RUNNABLE: with interrupt controllers in the kernel, all but vCPU 0 wait for a start-up message
 * of it. */
int clinux_kvm_make_runnable(int vcpu);

/* KVM_SET_CPUID2 */
int clinux_kvm_set_cpuid(int vcpu, const struct kvm_cpuid_entry2 *_Nonnull entries, uint32_t count);

/* KVM_GET_MSRS and KVM_SET_MSRS of one register: 1 if KVM took it, 0 if it has no such register or refuses the value. */
int clinux_kvm_get_msr(int vcpu, uint32_t msr, uint64_t *_Nonnull value);
int clinux_kvm_set_msr(int vcpu, uint32_t msr, uint64_t value);

/* KVM_SET_MSRS of many registers: how many were taken, from the first on. At most 64. */
int clinux_kvm_set_msrs(int vcpu, const struct kvm_msr_entry *_Nonnull entries, uint32_t count);

/* KVM_GET_LAPIC, KVM_SET_LAPIC */
int clinux_kvm_get_lapic(int vcpu, struct kvm_lapic_state *_Nonnull lapic);
int clinux_kvm_set_lapic(int vcpu, const struct kvm_lapic_state *_Nonnull lapic);

/* KVM_NMI: from the vCPU's thread; from another it waits until the guest exits. */
int clinux_kvm_nmi(int vcpu);

/* KVM_GET_STATS_FD, closed on exec. */
int clinux_kvm_stats(int vcpu);

/* pread(2) of the whole of `bytes`. */
int clinux_kvm_read_stats(int stats, void *_Nonnull bytes, size_t count, uint64_t offset);

/* ---- kvm_run ---- */

static inline uint8_t *_Nonnull clinux_kvm_immediate_exit(struct kvm_run *_Nonnull run) { return &run->immediate_exit; }

/* The exit's own part, in place. */
typedef struct clinux_kvm_msr_exit {
  uint8_t error; /* set: #GP */
  uint8_t pad[7];
  uint32_t reason, index;
  uint64_t data;
} clinux_kvm_msr_exit;

typedef struct clinux_kvm_io_exit {
  uint8_t direction, size;
  uint16_t port;
  uint32_t count;
  uint64_t data_offset;
} clinux_kvm_io_exit;

typedef struct clinux_kvm_mmio_exit {
  uint64_t address;
  uint8_t data[8];
  uint32_t size;
  uint8_t is_write;
} clinux_kvm_mmio_exit;

static inline clinux_kvm_msr_exit *_Nonnull clinux_kvm_msr(struct kvm_run *_Nonnull run) {
  return (clinux_kvm_msr_exit *)(void *)&run->msr;
}

static inline const clinux_kvm_io_exit *_Nonnull clinux_kvm_io(struct kvm_run *_Nonnull run) {
  return (const clinux_kvm_io_exit *)(void *)&run->io;
}

static inline const clinux_kvm_mmio_exit *_Nonnull clinux_kvm_mmio(struct kvm_run *_Nonnull run) {
  return (const clinux_kvm_mmio_exit *)(void *)&run->mmio;
}

/* The bytes of an I/O exit: size * count. */
static inline void *_Nonnull clinux_kvm_io_data(struct kvm_run *_Nonnull run) {
  return (char *)run + run->io.data_offset;
}

/* KVM_EXIT_INTERNAL_ERROR: KVM_INTERNAL_ERROR_*; KVM_EXIT_FAIL_ENTRY: the hardware's reason. */
static inline uint64_t clinux_kvm_failure(const struct kvm_run *_Nonnull run) {
  return run->exit_reason == KVM_EXIT_FAIL_ENTRY ? run->fail_entry.hardware_entry_failure_reason
                                                 : run->internal.suberror;
}

#endif
