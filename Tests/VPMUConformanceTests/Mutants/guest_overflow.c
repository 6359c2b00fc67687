/* PMI: wrong overflows and interrupts. */

/* The status hides fixed counters while they count. */
#ifdef MUTANT_VPMU_PMI_001
#define WRONG_STATUS(status, state) if (state->fixed_control) status &= low_bits(VPMU_FIXED_BASE)
#endif

/* Each PMI requests the next one. */
#ifdef MUTANT_VPMU_PMI_002
#define WRONG_PMI(state) if (enabled_counters(state)) state->pmi_pending = 1
#endif

/* A counter that interrupts starts one event ahead. */
#ifdef MUTANT_VPMU_PMI_003
#define WRONG_SELECT(state, n, before, after) \
  if (enabled(after) && after & VPMU_SELECT_INTERRUPT && !enabled(before)) \
    gp(state, n)->base = (gp(state, n)->base + 1) & state->gp_mask
#endif

/* Delivering a PMI clears the status. */
#ifdef MUTANT_VPMU_PMI_004
#define WRONG_PMI(state) state->global_status = 0
#endif

/* Every counter interrupts. The register does not show it. */
#ifdef MUTANT_VPMU_PMI_005
#define HIDDEN_IN_SELECT VPMU_SELECT_INTERRUPT
#define IS_HIDDEN(select) (enabled(select) && !((select) & VPMU_SELECT_INTERRUPT))
#endif

/* The status of an enabled counter can't be cleared. */
#ifdef MUTANT_VPMU_PMI_006
static vpmu_answer wrong_set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags) {
  uint64_t kept = msr == STATUS_CLEAR ? state->global_status & enabled_counters(state) : 0;
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  state->global_status |= kept;
  return answer;
}
#define SET_MSR wrong_set_msr
#endif

/* The status shows the first of several enabled counters only. */
#ifdef MUTANT_VPMU_PMI_007
#define WRONG_STATUS(status, state) if ((status & enabled_counters(state)) == status) status &= 0 - status
#endif

/* Global control does not stop a counter that interrupts, though the guest reads that it does. */
#ifdef MUTANT_VPMU_PMI_008
static vpmu_answer wrong_set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags) {
  uint64_t before = state->global_control;
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  if (msr != GLOBAL_CONTROL || answer.status != VPMU_DONE) return answer;
  uint64_t kept = 0;
  for (uint32_t n = 0; n < state->gp_count; n++)
    if (enabled(gp(state, n)->selector) && gp(state, n)->selector & VPMU_SELECT_INTERRUPT) kept |= vpmu_bit(n);
  state->model_words[1] = kept & before & ~value;
  state->global_control = value | state->model_words[1];
  return answer;
}
static vpmu_answer wrong_get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags) {
  vpmu_answer answer = get_msr(context, state, msr, flags);
  if (msr == GLOBAL_CONTROL) answer.value &= ~state->model_words[1];
  return answer;
}
#define SET_MSR wrong_set_msr
#define GET_MSR wrong_get_msr
#endif

#ifdef WRONG_STATUS
static vpmu_answer wrong_get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags) {
  vpmu_answer answer = get_msr(context, state, msr, flags);
  if (msr == GLOBAL_STATUS && answer.status == VPMU_DONE) { WRONG_STATUS(answer.value, state); }
  return answer;
}
#define GET_MSR wrong_get_msr
#endif
