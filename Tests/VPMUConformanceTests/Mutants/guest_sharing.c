/* THR, FUZ, VEC: state outside vpmu_state, and errors at rare values. All of them concern the scratch register. */

#if defined(MUTANT_VPMU_THR_001)
/* Every seventh write of certain values in the process is lost. */
#define WRONG_SCRATCH(state, value, before) if (enabled(value) && ++*heap_word % 7 == 0) state->model_words[0] = before

#elif defined(MUTANT_VPMU_THR_002)
/* One register for all virtual CPUs. RESET clears it. */
#define WRONG_SCRATCH(state, value, before) *heap_word = value
#define WRONG_SCRATCH_READ(state, result) result = *heap_word
#define WRONG_RESET(state) *heap_word = 0

#elif defined(MUTANT_VPMU_THR_003)
/* The value is stored by way of a word that all threads write. */
static void take_time(void) { for (int i = 0; i < 2000; i++) __asm__ volatile("pause"); }
#define WRONG_SCRATCH(state, value, before) *heap_word = value; take_time(); state->model_words[0] = *heap_word

#elif defined(MUTANT_VPMU_THR_004)
/* The register's value belongs to the address of the state. */
static _Thread_local struct { const vpmu_state *owner; uint64_t value; } scratch[64];
static unsigned index_of(const vpmu_state *state) {
  unsigned index = 0;
  while (index < 63 && scratch[index].owner && scratch[index].owner != state) index++;
  scratch[index].owner = state;
  return index;
}
#define WRONG_SCRATCH(state, written, before) scratch[index_of(state)].value = written
#define WRONG_SCRATCH_READ(state, result) result = scratch[index_of(state)].value
#define WRONG_RESET(state) scratch[index_of(state)].value = 0

#elif defined(MUTANT_VPMU_FUZ_001)
/* A value is answered with a status that does not exist. */
#define WRONG_SCRATCH(state, value, before) if (value == 0x55555555) answer.status = 77

#elif defined(MUTANT_VPMU_FUZ_002)
/* A value adds a bit to the status register. */
#define WRONG_SCRATCH(state, value, before) if (value == 0x55555555) state->global_status_reserved &= ~(1ull << 62)

#elif defined(MUTANT_VPMU_FUZ_003)
/* While the register is not zero, each PMI asks for the next one. */
#define WRONG_PMI(state) if (state->model_words[0] && enabled_counters(state)) state->pmi_pending = 1

#elif defined(MUTANT_VPMU_VEC_001)
/* Bit 5 does not exist. */
#define WRONG_SCRATCH(state, value, before) state->model_words[0] &= ~(1ull << 5)
#endif

#ifdef WRONG_SCRATCH
static vpmu_answer wrong_set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags) {
  uint64_t before = state->model_words[0];
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  (void)before;
  if (msr == SCRATCH && answer.status == VPMU_DONE) { WRONG_SCRATCH(state, value, before); }
  return answer;
}
#define SET_MSR wrong_set_msr
#endif

#ifdef WRONG_SCRATCH_READ
static vpmu_answer wrong_get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags) {
  vpmu_answer answer = get_msr(context, state, msr, flags);
  if (msr == SCRATCH) { WRONG_SCRATCH_READ(state, answer.value); }
  return answer;
}
#define GET_MSR wrong_get_msr
#endif

#ifdef WRONG_RESET
static void wrong_reset(void *context, vpmu_state *state) {
  reset(context, state);
  WRONG_RESET(state);
}
#define RESET wrong_reset
#endif

#ifdef WRONG_PMI
static void deliver_pmi(void *context, vpmu_state *state) {
  (void)context;
  WRONG_PMI(state);
}
#endif

#ifdef WRONG_CLEANUP
static void cleanup(void *context, vpmu_state *state) {
  (void)context;
  WRONG_CLEANUP(state);
}
#endif
