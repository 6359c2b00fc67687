/* Mutants of RDPMC. */

#ifdef MUTANT_VPMU_PMC_001
/* The early check refuses the fixed counters. */
#define CHECK_RDPMC_EARLY broken_check_rdpmc_early
BROKEN_CHECK_RDPMC_EARLY { return (void)context, (void)state, ecx >= RDPMC_FIXED ? VPMU_FAULT : VPMU_DONE; }
#endif

#ifdef MUTANT_VPMU_PMC_001_B
/* The early check returns an invalid status. */
#define CHECK_RDPMC_EARLY broken_check_rdpmc_early
BROKEN_CHECK_RDPMC_EARLY { return (void)context, (void)state, ecx == UINT32_MAX ? VPMU_UNHANDLED : VPMU_DONE; }
#endif

#ifdef MUTANT_VPMU_PMC_002
/* Reads the fixed counters in the opposite order. */
#define RDPMC_ECX_TO_PMC broken_rdpmc_ecx_to_pmc
BROKEN_RDPMC_ECX_TO_PMC {
  uint32_t fixed = ecx - RDPMC_FIXED;
  if (fixed < state->fixed_count) ecx = RDPMC_FIXED + state->fixed_count - 1 - fixed;
  return rdpmc_ecx_to_pmc(context, state, ecx);
}
#endif

#ifdef MUTANT_VPMU_PMC_003
/* Ignores the bit that once meant "fast". */
#define RDPMC_ECX_TO_PMC broken_rdpmc_ecx_to_pmc
BROKEN_RDPMC_ECX_TO_PMC { return rdpmc_ecx_to_pmc(context, state, ecx & 0x7FFFFFFF); }
#endif
