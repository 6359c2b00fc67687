/* Mutants of event selects. */

#ifdef MUTANT_VPMU_MSR_009
/* The interrupt bit is reserved. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  vpmu_status status = refresh(context, state, guest, host);
  state->event_select_reserved |= VPMU_SELECT_INTERRUPT;
  return status;
}
#endif

#ifdef MUTANT_VPMU_MSR_010
/* Does not store the invert bit. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_EVENT_SELECT) value &= ~VPMU_SELECT_INVERT;
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_011
/* Drops reserved bits that its range declares as #GP. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_EVENT_SELECT && !by_host(flags)) value &= ~state->event_select_reserved;
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_015
/* Requests no reprogram for a changed event select. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  uint64_t before = state->reprogram;
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  if (kind_of(state, msr) == IS_EVENT_SELECT) state->reprogram = before;
  return answer;
}
#endif

#ifdef MUTANT_VPMU_MSR_015_B
/* Requests a reprogram of every counter. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  if (answer.status == VPMU_DONE && kind_of(state, msr) == IS_EVENT_SELECT) state->reprogram |= state->all_valid;
  return answer;
}
#endif
