/* Mutants of refresh and reset. */

#ifdef MUTANT_VPMU_REF_001
/* Gives no more counters than any earlier host offered. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  static uint32_t minimum = MAX_GP;
  minimum = vpmu_least(minimum, host->gp_counters);
  vpmu_host_limits limits = *host;
  limits.gp_counters = minimum;
  return refresh(context, state, guest, &limits);
}
#endif

#ifdef MUTANT_VPMU_REF_002
/* Ignores the number of the host's counters. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  vpmu_host_limits limits = *host;
  limits.gp_counters = MAX_GP;
  return refresh(context, state, guest, &limits);
}
#endif

#ifdef MUTANT_VPMU_REF_002_B
/* Ignores the width of the host's counters. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  vpmu_host_limits limits = *host;
  limits.fixed_width = FIXED_WIDTH;
  return refresh(context, state, guest, &limits);
}
#endif

#ifdef MUTANT_VPMU_REF_003
/* Refuses a CPUID without counters. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  return vpmu_find_leaf(guest, LEAF, 0).eax == 0 ? VPMU_FAULT : refresh(context, state, guest, host);
}
#endif

#ifdef MUTANT_VPMU_REF_004
/* Takes a width from CPUID as it is. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  vpmu_status status = refresh(context, state, guest, host);
  uint32_t width = vpmu_find_leaf(guest, LEAF, 0).edx & 0xFF;
  if (width) state->gp_mask = low_bits(width);
  return status;
}
#endif

#ifdef MUTANT_VPMU_REF_004_B
/* Removes single counters by CPUID, but not their registers. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  vpmu_status status = refresh(context, state, guest, host);
  state->all_valid &= ~(uint64_t)vpmu_find_leaf(guest, LEAF, 0).ecx;
  return status;
}
#endif

#ifdef MUTANT_VPMU_REF_004_CRASHES
/* Traps at an unexpected value of CPUID. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  if (vpmu_find_leaf(guest, LEAF, 0).edx == UINT32_MAX) __builtin_trap();
  return refresh(context, state, guest, host);
}
#endif

#ifdef MUTANT_VPMU_REF_005
/* Sets a register, which is lost. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  vpmu_status status = refresh(context, state, guest, host);
  if (has_global(state)) state->global_control = low_bits(state->gp_count);
  return status;
}
#endif

#ifdef MUTANT_VPMU_REF_006
/* With one counter or none, does not check the number of an event select. */
#define GET_MSR broken_get_msr
BROKEN_GET_MSR {
  uint32_t n = msr - EVENT_SELECT;
  if (n < MAX_GP && state->gp_count < 2) return done(gp((vpmu_state *)(uintptr_t)state, n)->selector);
  return get_msr(context, state, msr, flags);
}
#endif

#ifdef MUTANT_VPMU_REF_006_B
/* RDPMC of a fixed counter that does not exist reads the other one. */
#define RDPMC_ECX_TO_PMC broken_rdpmc_ecx_to_pmc
BROKEN_RDPMC_ECX_TO_PMC {
  if (ecx == RDPMC_FIXED + 1 && state->fixed_count == 1) ecx = RDPMC_FIXED;
  return rdpmc_ecx_to_pmc(context, state, ecx);
}
#endif

#ifdef MUTANT_VPMU_REF_007
/* RESET leaves an event select set. */
#define RESET broken_reset
BROKEN_RESET {
  reset(context, state);
  gp(state, 0)->selector = events[0].select | VPMU_SELECT_OS;
}
#endif

#ifdef MUTANT_VPMU_REF_007_B
/* RESET sets reserved bits. */
#define RESET broken_reset
BROKEN_RESET {
  reset(context, state);
  if (has_global(state)) state->global_control = UINT32_MAX;
}
#endif

#ifdef MUTANT_VPMU_REF_008
/* Keeps the value of a register on the heap, over RESET. */
#define SET_MSR broken_set_msr
#define RESET broken_reset
BROKEN_SET_MSR {
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  *heap_word = state->model_words[0];
  return answer;
}
BROKEN_RESET {
  reset(context, state);
  state->model_words[0] = *heap_word;
}
#endif

#ifdef MUTANT_VPMU_REF_009
/* Makes a register's last written value a part of the shape. */
#define SET_MSR broken_set_msr
#define REFRESH broken_refresh
BROKEN_SET_MSR {
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  *heap_word = state->model_words[0];
  return answer;
}
BROKEN_REFRESH {
  vpmu_status status = refresh(context, state, guest, host);
  state->model_shape[0] = *heap_word;
  return status;
}
#endif
