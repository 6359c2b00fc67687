/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The instructions by which a guest reaches its PMU: CPUID, RDMSR, WRMSR, RDPMC. Each calls back before it is executed;
 * what the PMU answers is written into the registers, and the vCPU goes on behind the instruction. The rest is the
 * emulator's.
 */
#ifndef VPMU_QEMU_ACCESS_H
#define VPMU_QEMU_ACCESS_H

#include "vcpu.h"

/* Callbacks of an instruction, with leave to write registers and the program counter; `site` is a struct site. */
void on_cpuid(unsigned vcpu_index, void *site);
void on_rdmsr(unsigned vcpu_index, void *site);
void on_wrmsr(unsigned vcpu_index, void *site);
void on_rdpmc(unsigned vcpu_index, void *site);
/* Of the instruction behind CPUID or RDMSR. */
void on_following(unsigned vcpu_index, void *site);

/* After CPUID or RDMSR was executed: what it returned is corrected. */
void access_correct(struct vcpu *vcpu);
/* In an exception, before its handler runs: what was changed to cause it is restored. */
void access_restore(struct vcpu *vcpu);
/* In an interrupt, before its handler runs: what has not faulted yet will be executed again. */
void access_cancel(struct vcpu *vcpu);

#endif
