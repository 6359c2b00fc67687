/*
 * The vendor "MutantMutant": up to 4 general-purpose counters of 48 bits, whose values are written sign-extended, or in
 * full width by a second register; up to 2 fixed counters of 40 bits; global control and status; a scratch
 * register; and a constant.
 *
 * CPUID leaf 80000100H: EAX[7:0] general-purpose counters, EAX[15:8] fixed counters, EBX[0] global control and status,
 * EBX[1] full-width registers.
 */
enum {
  LEAF = 0x80000100,
  LEAF_GLOBAL = 1u << 0,
  LEAF_FULL_WIDTH = 1u << 1,

  MAX_GP = 4,
  MAX_FIXED = 2,
#ifdef WIDTH /* of a conforming plugin with other counters */
  GP_WIDTH = WIDTH,
  FIXED_WIDTH = WIDTH,
#else
  GP_WIDTH = 48,
  FIXED_WIDTH = 40,
#endif

  COUNTER = 0x1000,       /* counters, sign-extended */
  FULL_COUNTER = 0x1010,  /* the same counters, full width */
  EVENT_SELECT = 0x1020,
  FIXED_COUNTER = 0x1030,
  FIXED_CONTROL = 0x1040,
  GLOBAL_STATUS = 0x1041,
  GLOBAL_CONTROL = 0x1042,
  STATUS_CLEAR = 0x1043,
  STATUS_SET = 0x1044,
  SCRATCH = 0x1050,       /* 32 bits, in model_words[0] */
  CAPABILITIES = 0x1060,  /* a constant, IA32_PERF_CAPABILITIES: model_shape[CAPABILITIES_WORD] */
  CAPABILITIES_WORD = 1,

  FULL_WIDTH = VPMU_FEATURE_OF_MODEL(0),

  RDPMC_FIXED = 0x40000000
};

/* Bits of an event select that do not exist: 63:32, 21, 19. */
#define SELECT_RESERVED 0xFFFFFFFF00280000ull
#define SCRATCH_RESERVED 0xFFFFFFFF00000000ull
/* Bit 63 of the status: a condition changed. */
#define STATUS_CONDITION (1ull << 63)

static inline uint64_t low_bits(uint32_t count) { return count >= 64 ? ~0ull : (1ull << count) - 1; }

static inline bool has_global(const vpmu_state *state) { return state->features & VPMU_FEATURE_GLOBAL_CONTROL; }

static inline vpmu_counter *gp(vpmu_state *state, uint32_t n) {
#ifdef MUTANT_VPMU_ABI_012
  return &state->counters[n];
#endif
  return vpmu_counter_of(state, n);
}
