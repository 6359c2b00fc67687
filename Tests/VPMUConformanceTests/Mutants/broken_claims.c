/* Mutants that claim wrong registers, or refuse them in the wrong way. */

#ifdef MUTANT_VPMU_MSR_001
/* Claims the number behind its last register. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR { return msr == SCRATCH + 1 ? fault() : set_msr(context, state, msr, value, flags); }
#endif

#ifdef MUTANT_VPMU_MSR_001_B
/* Answers for EFER. */
#define GET_MSR broken_get_msr
BROKEN_GET_MSR { return msr == 0xC0000080 ? done(0) : get_msr(context, state, msr, flags); }
#endif

#ifdef MUTANT_VPMU_MSR_001_C
/* Takes the number in front of the counters for one. */
#define MSR_IDX_TO_PMC broken_msr_idx_to_pmc
BROKEN_MSR_IDX_TO_PMC { return msr == COUNTER - 1 ? 0 : msr_idx_to_pmc(context, state, msr); }
#endif

#ifdef MUTANT_VPMU_MSR_002
/* Does not handle a register that it claims and this guest does not have. */
#define GET_MSR broken_get_msr
BROKEN_GET_MSR {
  return msr == GLOBAL_STATUS && !has_global(state) ? unhandled() : get_msr(context, state, msr, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_002_B
/* Ignores a write to one. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  return msr == GLOBAL_CONTROL && !has_global(state) ? done(0) : set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_003
/* The host can't read the fixed control. */
#define GET_MSR broken_get_msr
BROKEN_GET_MSR {
  if (by_host(flags) && kind_of(state, msr) == IS_FIXED_CONTROL) return fault();
  return get_msr(context, state, msr, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_003_B
/* is_valid_msr denies a register that exists. */
#define IS_VALID_MSR broken_is_valid_msr
BROKEN_IS_VALID_MSR { return msr != SCRATCH && is_valid_msr(context, state, msr); }
#endif

#ifdef MUTANT_VPMU_MSR_004
/* Names no counter for an event select. */
#define MSR_IDX_TO_PMC broken_msr_idx_to_pmc
BROKEN_MSR_IDX_TO_PMC {
  return kind_of(state, msr) == IS_EVENT_SELECT ? -1 : msr_idx_to_pmc(context, state, msr);
}
#endif

#ifdef MUTANT_VPMU_MSR_004_B
/* Names one of several. */
#define MSR_IDX_TO_PMC broken_msr_idx_to_pmc
BROKEN_MSR_IDX_TO_PMC {
  if (kind_of(state, msr) == IS_GLOBAL_CONTROL && state->gp_count > 0) return 0;
  return msr_idx_to_pmc(context, state, msr);
}
#endif

#ifdef MUTANT_VPMU_MSR_005
/* Stores the value before it is checked. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  if (answer.status == VPMU_FAULT && kind_of(state, msr) == IS_EVENT_SELECT)
    gp(state, msr - EVENT_SELECT)->selector = value & ~state->event_select_reserved;
  return answer;
}
#endif

#ifdef MUTANT_VPMU_MSR_005_B
/* Requests a reprogram for a write that is refused; the guest can't observe it. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  if (answer.status == VPMU_FAULT && kind_of(state, msr) == IS_GLOBAL_CONTROL) state->reprogram |= state->all_valid;
  return answer;
}
#endif
