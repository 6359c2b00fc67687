/* The events and their encodings: an event's number is in bits 7:0. */

static const vpmu_event events[] = {
    {0x0011, VPMU_GENERIC_CYCLES, VPMU_QUALITY_EXACT},
    {0x0022, VPMU_GENERIC_INSTRUCTIONS, VPMU_QUALITY_EXACT},
    {0x0133, VPMU_GENERIC_BRANCHES, VPMU_QUALITY_EXACT},
    {0x0233, VPMU_GENERIC_BRANCH_MISSES, VPMU_QUALITY_EXACT},
    {0x0144, VPMU_GENERIC_CACHE_MISSES, VPMU_QUALITY_APPROXIMATE},
#ifdef MUTANT_VPMU_TAB_005
    {0x0145 | VPMU_SELECT_USER, VPMU_GENERIC_CACHE_REFERENCES, VPMU_QUALITY_APPROXIMATE},
#endif
#ifdef MUTANT_VPMU_TAB_008
    {0x0146, 42, VPMU_QUALITY_EXACT},
#endif
#ifdef MUTANT_VPMU_TAB_008_B
    {0x0146, VPMU_GENERIC_NONE, VPMU_QUALITY_EXACT},
#endif
};

#define EVENT_NUMBER 0xFFull

static vpmu_event find_arch_event(void *context, const vpmu_state *state, uint64_t selector) {
  (void)context, (void)state;
#ifdef MUTANT_VPMU_TAB_006
  uint64_t code = selector & (EVENT_NUMBER | VPMU_SELECT_UNIT_MASK | VPMU_SELECT_COUNTER_MASK);
#else
  uint64_t code = selector & (EVENT_NUMBER | VPMU_SELECT_UNIT_MASK);
#endif
  for (unsigned i = 0; i < sizeof events / sizeof events[0]; i++)
    if (events[i].select == code) return events[i];
  return (vpmu_event){code, VPMU_GENERIC_NONE, VPMU_QUALITY_NONE};
}

/* Fixed counter 0 counts instructions, 1 cycles. */
static vpmu_event find_fixed_event(void *context, const vpmu_state *state, uint32_t index) {
  (void)context, (void)state;
#ifdef MUTANT_VPMU_TAB_007
  if (index == 1) return (vpmu_event){0x0077, VPMU_GENERIC_NONE, VPMU_QUALITY_NONE};
#endif
  return index == 0 ? events[1] : events[0];
}
