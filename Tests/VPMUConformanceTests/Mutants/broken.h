/*
 * Macros for mutants that wrap a callback of the conforming plugin:
 *
 *   #ifdef MUTANT_VPMU_MSR_020
 *   #define SET_MSR broken_set_msr
 *   BROKEN_SET_MSR { … set_msr(context, state, msr, value, flags) … }
 *   #endif
 */
#define BROKEN_REFRESH                                                                                            \
  static vpmu_status broken_refresh(void *context, vpmu_state *state, const vpmu_guest_config *guest,                 \
                                const vpmu_host_limits *host)
#define BROKEN_RESET static void broken_reset(void *context, vpmu_state *state)
#define BROKEN_IS_VALID_MSR static bool broken_is_valid_msr(void *context, const vpmu_state *state, uint32_t msr)
#define BROKEN_MSR_IDX_TO_PMC \
  static int32_t broken_msr_idx_to_pmc(void *context, const vpmu_state *state, uint32_t msr)
#define BROKEN_RDPMC_ECX_TO_PMC \
  static int32_t broken_rdpmc_ecx_to_pmc(void *context, const vpmu_state *state, uint32_t ecx)
#define BROKEN_CHECK_RDPMC_EARLY \
  static vpmu_status broken_check_rdpmc_early(void *context, const vpmu_state *state, uint32_t ecx)
#define BROKEN_GET_MSR \
  static vpmu_answer broken_get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags)
#define BROKEN_SET_MSR                                                                                            \
  static vpmu_answer broken_set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags)

static inline register_kind kind_of(const vpmu_state *state, uint32_t msr) {
  uint32_t n;
  return find(state, msr, &n);
}

static inline bool by_host(uint32_t flags) { return flags & VPMU_HOST_INITIATED; }
