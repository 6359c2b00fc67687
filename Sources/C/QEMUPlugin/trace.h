/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The PMU's life as a trace, by `trace=FILE`; and a summary in the end, by `stats=on`. */
#ifndef VPMU_QEMU_TRACE_H
#define VPMU_QEMU_TRACE_H

#include "vcpu.h"

/* vCPU 0 writes to FILE, the others to FILE.1, FILE.2, … */
void trace_start(struct vcpu *vcpu);
void trace_end(struct vcpu *vcpu);

/* On stderr. */
void statistics_print(struct vcpu *vcpu);

#endif
