/* The events and their encodings: an event's number is in bits 7:0. */

static const vpmu_event events[] = {
    {0x0011, VPMU_GENERIC_CYCLES, VPMU_QUALITY_EXACT},
    {0x0022, VPMU_GENERIC_INSTRUCTIONS, VPMU_QUALITY_EXACT},
    {0x0133, VPMU_GENERIC_BRANCHES, VPMU_QUALITY_EXACT},
    {0x0233, VPMU_GENERIC_BRANCH_MISSES, VPMU_QUALITY_EXACT},
    {0x0144, VPMU_GENERIC_CACHE_MISSES, VPMU_QUALITY_APPROXIMATE},
};

#define EVENT_NUMBER 0xFFull

static vpmu_event find_arch_event(void *context, const vpmu_state *state, uint64_t selector) {
  (void)context, (void)state;
  uint64_t code = selector & (EVENT_NUMBER | VPMU_SELECT_UNIT_MASK);
  for (unsigned i = 0; i < sizeof events / sizeof events[0]; i++)
    if (events[i].select == code) return events[i];
  return (vpmu_event){code, VPMU_GENERIC_NONE, VPMU_QUALITY_NONE};
}

/* Fixed counter 0 counts instructions, 1 cycles. */
static vpmu_event find_fixed_event(void *context, const vpmu_state *state, uint32_t index) {
  (void)context, (void)state;
  return index == 0 ? events[1] : events[0];
}
