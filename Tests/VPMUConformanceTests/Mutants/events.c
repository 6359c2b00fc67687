/* The events and their encodings: an event's number is in bits 7:0. */

static const vpmu_event_row events[] = {
    VPMU_EVENT(0x0011, CYCLES, EXACT, "CYCLES"),
    VPMU_EVENT(0x0022, INSTRUCTIONS, EXACT, "INSTRUCTIONS"),
    VPMU_EVENT(0x0133, BRANCHES, EXACT, "BRANCHES.ALL"),
    VPMU_EVENT(0x0233, BRANCH_MISSES, EXACT, "BRANCHES.MISPREDICTED"),
    VPMU_EVENT(0x0144, CACHE_MISSES, APPROXIMATE, NULL),
#ifdef MUTANT_VPMU_TAB_005
    VPMU_EVENT(0x0145 | VPMU_SELECT_USER, CACHE_REFERENCES, APPROXIMATE, NULL),
#endif
#ifdef MUTANT_VPMU_TAB_008
    {.select = 0x0146, .generic = 42, .quality = VPMU_QUALITY_EXACT},
#endif
#ifdef MUTANT_VPMU_TAB_008_B
    VPMU_EVENT(0x0146, NONE, EXACT, NULL),
#endif
#ifdef MUTANT_VPMU_TAB_010_E
    VPMU_EVENT(0x0146, CACHE_REFERENCES, EXACT, NULL, .features = 1u << 15),
#endif
#ifdef MUTANT_VPMU_TAB_010_F
    VPMU_EVENT(0x0146, CACHE_REFERENCES, EXACT, NULL, .counters = 1u << VPMU_MAX_GP),
#endif
};

/* Fixed counter 0 counts instructions, 1 cycles. */
static const vpmu_event_row fixed_events[] = {
    VPMU_EVENT(0x0022, INSTRUCTIONS, EXACT, "INSTRUCTIONS"),
#ifdef MUTANT_VPMU_TAB_007
    VPMU_EVENT(0x0077, NONE, NONE, NULL),
#else
    VPMU_EVENT(0x0011, CYCLES, EXACT, "CYCLES"),
#endif
    /* Rows of counters that no guest has. */
#ifdef MUTANT_VPMU_TAB_005_B
    VPMU_EVENT(0x0011 | VPMU_SELECT_ENABLE, CYCLES, EXACT, NULL),
#endif
#ifdef MUTANT_VPMU_TAB_008_C
    {.select = 0x0011, .generic = 42, .quality = VPMU_QUALITY_EXACT},
#endif
};

#define EVENT_NUMBER 0xFFull

static vpmu_event event_of(const vpmu_event_row *row) {
  return (vpmu_event){row->select, row->generic, row->quality};
}

static vpmu_event find_arch_event(void *context, const vpmu_state *state, uint64_t selector) {
  (void)context, (void)state;
#ifdef MUTANT_VPMU_TAB_006
  uint64_t code = selector & (EVENT_NUMBER | VPMU_SELECT_UNIT_MASK | VPMU_SELECT_COUNTER_MASK);
#else
  uint64_t code = selector & (EVENT_NUMBER | VPMU_SELECT_UNIT_MASK);
#endif
  for (unsigned i = 0; i < sizeof events / sizeof events[0]; i++)
    if (events[i].select == code) return event_of(&events[i]);
  return (vpmu_event){code, VPMU_GENERIC_NONE, VPMU_QUALITY_NONE};
}

#ifdef MUTANT_VPMU_TAB_007_B
/* The table is right, and the callback does not go by it. */
#define FIND_FIXED_EVENT broken_find_fixed_event
static vpmu_event broken_find_fixed_event(void *context, const vpmu_state *state, uint32_t index) {
  (void)context, (void)state;
  if (index == 1) return (vpmu_event){0x0077, VPMU_GENERIC_NONE, VPMU_QUALITY_NONE};
  return (vpmu_event){0, VPMU_GENERIC_BY_TABLES, VPMU_QUALITY_NONE};
}
#endif
