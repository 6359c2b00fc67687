/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "plain_calls.h"

static bool is_valid_msr(void *context, const vpmu_state *state, uint32_t msr) {
  (void)context, (void)state;
  return msr & 1;
}

static int32_t index_of(void *context, const vpmu_state *state, uint32_t number) {
  (void)context, (void)state;
  return (int32_t)(number & 3);
}

static vpmu_status check(void *context, const vpmu_state *state, uint32_t ecx) {
  (void)context, (void)state;
  return ecx & 1 ? VPMU_DONE : VPMU_FAULT;
}

static vpmu_answer get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags) {
  (void)context, (void)state;
  return (vpmu_answer){VPMU_DONE, flags, msr};
}

static vpmu_answer set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags) {
  (void)context, (void)state, (void)msr;
  return (vpmu_answer){VPMU_DONE, flags, value};
}

static const vpmu_ops plain = {
    .struct_size = sizeof(vpmu_ops),
    .is_valid_msr = is_valid_msr,
    .msr_idx_to_pmc = index_of,
    .rdpmc_ecx_to_pmc = index_of,
    .get_msr = get_msr,
    .set_msr = set_msr,
    .check_rdpmc_early = check,
};

const vpmu_ops *plain_calls(void) { return &plain; }
