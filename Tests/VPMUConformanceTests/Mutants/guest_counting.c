/* CNT: counters that count wrongly. */

/* Enabled counters read as their neighbours. */
#ifdef MUTANT_VPMU_CNT_001
static vpmu_answer wrong_get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags) {
  vpmu_answer answer = get_msr(context, state, msr, flags);
  if (answer.status == VPMU_COUNTER && vpmu_bit(answer.pmc) & enabled_counters(state)) answer.pmc ^= 1;
  return answer;
}
#define GET_MSR wrong_get_msr
#endif

/* A cleared enable bit does not stop the counter. */
#ifdef MUTANT_VPMU_CNT_002
#define WRONG_SELECT(state, n, before, after) \
  if (enabled(before) && !enabled(after)) state->reprogram &= ~vpmu_bit(n)
#endif

/* A counter of user rings counts ring 0 too. The register does not show it. */
#ifdef MUTANT_VPMU_CNT_003
#define HIDDEN_IN_SELECT VPMU_SELECT_OS
#define IS_HIDDEN(select) (enabled(select) && (select) & VPMU_SELECT_USER && !((select) & VPMU_SELECT_OS))
#endif

/* A fixed counter's event is another one once it is enabled. */
#ifdef MUTANT_VPMU_CNT_004
static vpmu_event wrong_find_fixed_event(void *context, const vpmu_state *state, uint32_t index) {
  (void)context, (void)index;
  return state->fixed_control ? event_of(&events[2]) : (vpmu_event){0, VPMU_GENERIC_BY_TABLES, VPMU_QUALITY_NONE};
}
#define FIND_FIXED_EVENT wrong_find_fixed_event
#endif

/* The ring bits of fixed counters are swapped. The register does not show it. */
#ifdef MUTANT_VPMU_CNT_005
static uint64_t swapped(uint64_t control) {
  return (control & 0x1111111111111111) << 1 | (control & 0x2222222222222222) >> 1 | (control & 0xCCCCCCCCCCCCCCCC);
}
static vpmu_answer wrong_get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags) {
  vpmu_answer answer = get_msr(context, state, msr, flags);
  if (msr == FIXED_CONTROL && answer.status == VPMU_DONE) answer.value = swapped(answer.value);
  return answer;
}
static vpmu_answer wrong_set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags) {
  return set_msr(context, state, msr, msr == FIXED_CONTROL ? swapped(value) : value, flags);
}
#define GET_MSR wrong_get_msr
#define SET_MSR wrong_set_msr
#endif

/* A bit of global control that is cleared does not stop an enabled counter. */
#ifdef MUTANT_VPMU_CNT_006
static vpmu_answer wrong_set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags) {
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  if (msr == GLOBAL_CONTROL) state->reprogram &= ~(enabled_counters(state) & ~state->global_control);
  return answer;
}
#define SET_MSR wrong_set_msr
#endif

/* Enabling a counter clears it. */
#ifdef MUTANT_VPMU_CNT_007
#define WRONG_SELECT(state, n, before, after) \
  if (!enabled(before) && enabled(after)) gp(state, n)->base = 0
#endif

/* A counter starts from 0 when it is enabled near its end. */
#ifdef MUTANT_VPMU_CNT_008
#define WRONG_SELECT(state, n, before, after) \
  if (enabled(after) && gp(state, n)->base > state->gp_mask - 16) gp(state, n)->base = 0
#endif

/* A counter that is enabled while another one is does not start. */
#ifdef MUTANT_VPMU_CNT_009
#define WRONG_SELECT(state, n, before, after) \
  if (enabled(after) && enabled_counters(state) & ~vpmu_bit(n)) state->reprogram &= ~vpmu_bit(n)
#endif

/* Reading a counter drops the counts of emulated instructions. */
#ifdef MUTANT_VPMU_CNT_010
static vpmu_answer wrong_get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags) {
  vpmu_answer answer = get_msr(context, state, msr, flags);
  if (answer.status == VPMU_COUNTER && vpmu_bit(answer.pmc) & enabled_counters(state))
    vpmu_counter_of((vpmu_state *)(uintptr_t)state, answer.pmc)->emulated = 0;
  return answer;
}
#define GET_MSR wrong_get_msr
#endif
