/* Mutants of the host's accesses. */

#ifdef MUTANT_VPMU_MSR_029
/* Sign-extends for the host too. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_COUNTER) flags &= ~(uint32_t)VPMU_HOST_INITIATED;
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_030
/* Does not check the host's value. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_EVENT_SELECT && by_host(flags)) value &= ~state->event_select_reserved;
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_031
/* Clears for the host too. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_STATUS_CLEAR) flags &= ~(uint32_t)VPMU_HOST_INITIATED;
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_031_B
/* Sets for the host too. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_STATUS_SET) flags &= ~(uint32_t)VPMU_HOST_INITIATED;
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_033
/* Ignores a guest's write to the constant. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  return kind_of(state, msr) == IS_CONSTANT && !by_host(flags) ? done(0) : set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_033_B
/* Ignores any value that the host writes. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  return kind_of(state, msr) == IS_CONSTANT && by_host(flags) ? done(0) : set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_032
/* The host's write of one register clears another. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_GLOBAL_CONTROL && by_host(flags)) state->model_words[0] = 0;
  return set_msr(context, state, msr, value, flags);
}
#endif
