/* LAZ: host events that are kept, released or created when they should not be. */

/* Once a guest has counted, RESET enables counter 0, whose event select then reads 0 until it is written. */
#ifdef MUTANT_VPMU_LAZ_001
static void wrong_reset(void *context, vpmu_state *state) {
  reset(context, state);
  if (!*heap_word) return;
  gp(state, 0)->selector = events[4].select | VPMU_SELECT_ENABLE | VPMU_SELECT_USER;
  state->reprogram |= 1;
  state->model_words[1] = 1;
}
static vpmu_answer wrong_get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags) {
  vpmu_answer answer = get_msr(context, state, msr, flags);
  if (msr == EVENT_SELECT && state->model_words[1]) answer.value = 0;
  return answer;
}
static vpmu_answer wrong_set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags) {
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  if (msr == EVENT_SELECT && answer.status == VPMU_DONE) state->model_words[1] = 0;
  if (enabled_counters(state)) *heap_word = 1;
  return answer;
}
#define RESET wrong_reset
#define GET_MSR wrong_get_msr
#define SET_MSR wrong_set_msr
#endif

/* All general-purpose counters are in use in every time slice. */
#ifdef MUTANT_VPMU_LAZ_002
#define WRONG_CLEANUP(state) state->in_use |= low_bits(state->gp_count)
#endif

/* Writing an event select does not mark its counter. */
#ifdef MUTANT_VPMU_LAZ_003
#define WRONG_SELECT(state, n, before, after) state->in_use &= ~vpmu_bit(n)
#endif

/* A new time slice stops the counters. */
#ifdef MUTANT_VPMU_LAZ_004
#define WRONG_CLEANUP(state) \
  for (uint32_t n = 0; n < state->gp_count; n++) gp(state, n)->selector &= ~VPMU_SELECT_ENABLE
#endif

/* Each start of a counter is another configuration. The register does not show it. */
#ifdef MUTANT_VPMU_LAZ_005
static vpmu_answer wrong_set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags) {
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  uint32_t n;
  if (find(state, msr, &n) != IS_EVENT_SELECT || answer.status != VPMU_DONE || !enabled(value)) return answer;
  state->model_words[1] ^= vpmu_bit(n);
  if (state->model_words[1] & vpmu_bit(n)) gp(state, n)->selector |= 1ull << 63;
  return answer;
}
static vpmu_answer wrong_get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags) {
  vpmu_answer answer = get_msr(context, state, msr, flags);
  uint32_t n;
  if (find(state, msr, &n) == IS_EVENT_SELECT) answer.value &= ~(1ull << 63);
  return answer;
}
#define SET_MSR wrong_set_msr
#define GET_MSR wrong_get_msr
#endif

/* The callbacks that the macros of these mutants define. */

#ifdef WRONG_SELECT
static vpmu_answer wrong_set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags) {
  uint32_t n;
  bool is_select = find(state, msr, &n) == IS_EVENT_SELECT;
  uint64_t before = is_select ? gp(state, n)->selector : 0;
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  (void)before;
  if (is_select && answer.status == VPMU_DONE) { WRONG_SELECT(state, n, before, value); }
  return answer;
}
#define SET_MSR wrong_set_msr
#endif

/* A bit of an event select that is set but not read: bit n of model_words[1] for counter n. */
#ifdef HIDDEN_IN_SELECT
static vpmu_answer wrong_set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags) {
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  uint32_t n;
  if (find(state, msr, &n) != IS_EVENT_SELECT || answer.status != VPMU_DONE) return answer;
  state->model_words[1] &= ~vpmu_bit(n);
  if (!IS_HIDDEN(value)) return answer;
  state->model_words[1] |= vpmu_bit(n);
  gp(state, n)->selector |= HIDDEN_IN_SELECT;
  return answer;
}
static vpmu_answer wrong_get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags) {
  vpmu_answer answer = get_msr(context, state, msr, flags);
  uint32_t n;
  if (find(state, msr, &n) == IS_EVENT_SELECT && state->model_words[1] & vpmu_bit(n)) answer.value &= ~HIDDEN_IN_SELECT;
  return answer;
}
#define SET_MSR wrong_set_msr
#define GET_MSR wrong_get_msr
#endif
