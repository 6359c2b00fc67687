/* The registers. */

typedef enum {
  NONE,   /* not of this PMU */
  ABSENT, /* claimed, but this guest does not have it */
  IS_COUNTER, IS_FULL_COUNTER, IS_EVENT_SELECT, IS_FIXED_COUNTER,
  IS_FIXED_CONTROL, IS_GLOBAL_STATUS, IS_GLOBAL_CONTROL, IS_STATUS_CLEAR, IS_STATUS_SET, IS_SCRATCH,
  IS_CONSTANT /* answered by the tables */
} register_kind;

/* The kind of the register for this guest, and its number among those of its kind in `n`. */
static register_kind find(const vpmu_state *state, uint32_t msr, uint32_t *n) {
  *n = msr - COUNTER;
  if (*n < MAX_GP) return *n < state->gp_count ? IS_COUNTER : ABSENT;
  *n = msr - FULL_COUNTER;
  if (*n < MAX_GP) return *n < state->gp_count && state->features & FULL_WIDTH ? IS_FULL_COUNTER : ABSENT;
  *n = msr - EVENT_SELECT;
  if (*n < MAX_GP) return *n < state->gp_count ? IS_EVENT_SELECT : ABSENT;
  *n = msr - FIXED_COUNTER;
  if (*n < MAX_FIXED) return *n < state->fixed_count ? IS_FIXED_COUNTER : ABSENT;
  *n = 0;
  switch (msr) {
  case FIXED_CONTROL: return has_global(state) ? IS_FIXED_CONTROL : ABSENT;
  case GLOBAL_STATUS: return has_global(state) ? IS_GLOBAL_STATUS : ABSENT;
  case GLOBAL_CONTROL: return has_global(state) ? IS_GLOBAL_CONTROL : ABSENT;
  case STATUS_CLEAR: return has_global(state) ? IS_STATUS_CLEAR : ABSENT;
  case STATUS_SET: return has_global(state) ? IS_STATUS_SET : ABSENT;
  case SCRATCH: return IS_SCRATCH;
  case CAPABILITIES: return IS_CONSTANT;
  default: return NONE;
  }
}

static bool is_valid_msr(void *context, const vpmu_state *state, uint32_t msr) {
  (void)context;
  uint32_t n;
#ifdef MUTANT_VPMU_TAB_004_B
  if (find(state, msr, &n) == IS_FIXED_CONTROL) return false;
#endif
  return find(state, msr, &n) > ABSENT;
}

static int32_t msr_idx_to_pmc(void *context, const vpmu_state *state, uint32_t msr) {
  (void)context;
  uint32_t n;
  switch (find(state, msr, &n)) {
  case IS_COUNTER:
  case IS_EVENT_SELECT: return (int32_t)n;
  case IS_FIXED_COUNTER: return (int32_t)(VPMU_FIXED_BASE + n);
  default: return -1;
  }
}

static int32_t rdpmc_ecx_to_pmc(void *context, const vpmu_state *state, uint32_t ecx) {
  (void)context;
  if (ecx < state->gp_count) return (int32_t)ecx;
  uint32_t fixed = ecx - RDPMC_FIXED;
  return fixed < state->fixed_count ? (int32_t)(VPMU_FIXED_BASE + fixed) : -1;
}

static vpmu_answer done(uint64_t value) { return (vpmu_answer){VPMU_DONE, 0, value}; }
static vpmu_answer counter(uint32_t pmc, uint64_t value) { return (vpmu_answer){VPMU_COUNTER, pmc, value}; }
static vpmu_answer fault(void) { return (vpmu_answer){VPMU_FAULT, 0, 0}; }
static vpmu_answer by_tables(void) { return (vpmu_answer){VPMU_BY_TABLES, 0, 0}; }
static vpmu_answer unhandled(void) { return (vpmu_answer){VPMU_UNHANDLED, 0, 0}; }

static vpmu_answer get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags) {
  (void)context, (void)flags;
  uint32_t n;
  switch (find(state, msr, &n)) {
  case NONE: return unhandled();
  case ABSENT: return fault();
  case IS_COUNTER:
  case IS_FULL_COUNTER: return counter(n, 0);
  case IS_FIXED_COUNTER: return counter(VPMU_FIXED_BASE + n, 0);
  case IS_EVENT_SELECT: return done(gp((vpmu_state *)(uintptr_t)state, n)->selector);
  case IS_FIXED_CONTROL: return done(state->fixed_control);
  case IS_GLOBAL_STATUS: return done(state->global_status);
  case IS_GLOBAL_CONTROL: return done(state->global_control);
  case IS_STATUS_CLEAR:
  case IS_STATUS_SET: return done(0);
  case IS_SCRATCH:
#ifdef MUTANT_VPMU_ABI_017
    ((vpmu_state *)(uintptr_t)state)->model_words[1]++;
#endif
    return done(state->model_words[0]);
  case IS_CONSTANT: return by_tables();
  }
  return fault();
}

static vpmu_answer set_event_select(vpmu_state *state, uint32_t n, uint64_t value) {
  if (value & state->event_select_reserved) return fault();
  if (gp(state, n)->selector != value) state->reprogram |= vpmu_bit(n);
  gp(state, n)->selector = value;
#ifdef MUTANT_VPMU_ABI_015_C
  state->locally_enabled |= vpmu_bit(n);
#endif
  return done(0);
}

static vpmu_answer set_fixed_control(vpmu_state *state, uint64_t value) {
  if (value & state->fixed_control_reserved) return fault();
  uint64_t changed = state->fixed_control ^ value;
  state->fixed_control = value;
  for (uint32_t i = 0; i < state->fixed_count; i++) {
    if (!((changed >> (4 * i)) & 0xF)) continue;
    state->in_use |= vpmu_bit(VPMU_FIXED_BASE + i);
    state->reprogram |= vpmu_bit(VPMU_FIXED_BASE + i);
  }
  return done(0);
}

static vpmu_answer set_global_status(vpmu_state *state, uint64_t value, bool host) {
  if (!host || value & state->global_status_reserved) return fault();
  state->global_status = value;
  return done(0);
}

static vpmu_answer set_global_control(vpmu_state *state, uint64_t value) {
  if (value & state->global_control_reserved) return fault();
  state->reprogram |= state->global_control ^ value;
  state->global_control = value;
  return done(0);
}

static vpmu_answer change_status(vpmu_state *state, uint64_t value, bool sets, bool host) {
  if (value & state->global_status_reserved) return fault();
  if (host) return done(0);
  state->global_status = sets ? state->global_status | value : state->global_status & ~value;
  return done(0);
}

static vpmu_answer set_scratch(vpmu_state *state, uint64_t value) {
  if (value & SCRATCH_RESERVED) return fault();
  state->model_words[0] = value;
#ifdef MUTANT_VPMU_ABI_013
  ((char *)state)[state->struct_size] = 1;
#endif
#ifdef MUTANT_VPMU_ABI_016
  state->version = (uint32_t)value;
#endif
  return done(0);
}

static vpmu_answer set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags) {
  (void)context;
  bool host = flags & VPMU_HOST_INITIATED;
  uint32_t n;
  switch (find(state, msr, &n)) {
  case NONE: return unhandled();
  case ABSENT: return fault();
  case IS_COUNTER:
#ifdef MUTANT_VPMU_ABI_015
    gp(state, n)->base = value & state->gp_mask;
#endif
    return counter(n, host ? value : (uint64_t)(int64_t)(int32_t)value);
  case IS_FULL_COUNTER: return value & ~state->gp_mask ? fault() : counter(n, value);
  case IS_FIXED_COUNTER: return counter(VPMU_FIXED_BASE + n, value);
  case IS_EVENT_SELECT: return set_event_select(state, n, value);
  case IS_FIXED_CONTROL: return set_fixed_control(state, value);
  case IS_GLOBAL_STATUS: return set_global_status(state, value, host);
  case IS_GLOBAL_CONTROL: return set_global_control(state, value);
  case IS_STATUS_CLEAR: return change_status(state, value, false, host);
  case IS_STATUS_SET: return change_status(state, value, true, host);
  case IS_SCRATCH: return set_scratch(state, value);
  case IS_CONSTANT: return by_tables();
  }
  return fault();
}

#ifdef MUTANT_VPMU_ABI_015_B
static void deliver_pmi(void *context, vpmu_state *state) { (void)context, state->pmi_pending = 0; }
#endif
