/* Mutants of refresh and reset. */

#ifdef MUTANT_VPMU_REF_001
/* Gives no more than the poorest host so far had. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  static uint32_t fewest = MOST_GP;
  fewest = least(fewest, host->gp_counters);
  vpmu_host_limits limits = *host;
  limits.gp_counters = fewest;
  return refresh(context, state, guest, &limits);
}
#endif

#ifdef MUTANT_VPMU_REF_002
/* Thinks that every host has as many counters. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  vpmu_host_limits limits = *host;
  limits.gp_counters = MOST_GP;
  return refresh(context, state, guest, &limits);
}
#endif

#ifdef MUTANT_VPMU_REF_002_B
/* Thinks that every host's counters are as wide. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  vpmu_host_limits limits = *host;
  limits.fixed_width = FIXED_WIDTH;
  return refresh(context, state, guest, &limits);
}
#endif

#ifdef MUTANT_VPMU_REF_003
/* Takes a CPU without counters for a mistake. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  return vpmu_find_leaf(guest, LEAF, 0).eax == 0 ? VPMU_FAULT : refresh(context, state, guest, host);
}
#endif

#ifdef MUTANT_VPMU_REF_004
/* Takes a width from CPUID as it is. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  int32_t status = refresh(context, state, guest, host);
  uint32_t width = vpmu_find_leaf(guest, LEAF, 0).edx & 0xFF;
  if (width) state->gp_mask = low_bits(width);
  return status;
}
#endif

#ifdef MUTANT_VPMU_REF_004_B
/* Lets CPUID take single counters away, which the registers know nothing of. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  int32_t status = refresh(context, state, guest, host);
  state->all_valid &= ~(uint64_t)vpmu_find_leaf(guest, LEAF, 0).ecx;
  return status;
}
#endif

#ifdef MUTANT_VPMU_REF_004_CRASHES
/* Has a table with a place for each sensible value. */
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
  int32_t status = refresh(context, state, guest, host);
  if (has_global(state)) state->global_control = low_bits(state->gp_count);
  return status;
}
#endif

#ifdef MUTANT_VPMU_REF_006
/* With one counter or none, forgets to look at how many there are. */
#define GET_MSR broken_get_msr
BROKEN_GET_MSR {
  uint32_t n = msr - EVENT_SELECT;
  if (n < MOST_GP && state->gp_count < 2) return done(gp((vpmu_state *)(uintptr_t)state, n)->selector);
  return get_msr(context, state, msr, flags);
}
#endif

#ifdef MUTANT_VPMU_REF_006_B
/* RDPMC of a fixed counter that is gone reads the other one. */
#define RDPMC_ECX_TO_PMC broken_rdpmc_ecx_to_pmc
BROKEN_RDPMC_ECX_TO_PMC {
  if (ecx == RDPMC_FIXED + 1 && state->fixed_count == 1) ecx = RDPMC_FIXED;
  return rdpmc_ecx_to_pmc(context, state, ecx);
}
#endif

#ifdef MUTANT_VPMU_REF_007
/* Starts with a counter that is set up. */
#define RESET broken_reset
BROKEN_RESET {
  reset(context, state);
  gp(state, 0)->selector = events[0].select | VPMU_SELECT_OS;
}
#endif

#ifdef MUTANT_VPMU_REF_007_B
/* Starts with bits that can't be written. */
#define RESET broken_reset
BROKEN_RESET {
  reset(context, state);
  if (has_global(state)) state->global_control = UINT32_MAX;
}
#endif

#ifdef MUTANT_VPMU_REF_008
/* Keeps a register elsewhere, over RESET. */
#define SET_MSR broken_set_msr
#define RESET broken_reset
static uint64_t kept;
BROKEN_SET_MSR {
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  kept = state->model_words[0];
  return answer;
}
BROKEN_RESET {
  reset(context, state);
  state->model_words[0] = kept;
}
#endif

#ifdef MUTANT_VPMU_REF_009
/* Makes a setting of a register that some guest wrote. */
#define SET_MSR broken_set_msr
#define REFRESH broken_refresh
static uint64_t kept;
BROKEN_SET_MSR {
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  kept = state->model_words[0];
  return answer;
}
BROKEN_REFRESH {
  int32_t status = refresh(context, state, guest, host);
  state->model_shape[0] = kept;
  return status;
}
#endif
