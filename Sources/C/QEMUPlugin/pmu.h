/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The virtual PMU of each vCPU: counts go in, a PMI comes out. */
#ifndef VPMU_QEMU_PMU_H
#define VPMU_QEMU_PMU_H

#include "vcpu.h"

extern vpmu_machine *machine;
extern vpmu_machine_info machine_info;

/* Makes the machine as the options say, or ends QEMU with a line on stderr. */
void pmu_make_machine(void);
void pmu_make(struct vcpu *vcpu);

/* Reports what was counted since the last report. */
void pmu_report(struct vcpu *vcpu);
/* What was changed takes effect, and a PMI that is due is delivered. Returns whether there was one. */
bool pmu_enter(struct vcpu *vcpu);
/* After settling: all of the above, if counts have reached the deadline. Returns whether there was a PMI. */
bool pmu_attend(struct vcpu *vcpu);
/* RESET, of all vCPUs: others follow when they next run. */
void pmu_reset_all(struct vcpu *vcpu);
void pmu_reset_if_requested(struct vcpu *vcpu);

#endif
