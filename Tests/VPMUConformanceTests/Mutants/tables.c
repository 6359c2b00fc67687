/* What the plugin declares. */

#define COUNT(array) (sizeof array / sizeof array[0])

#ifdef MUTANT_VPMU_ABI_009_B
static char version[] = "1.0";
#else
static const char version[] = "1.0";
#endif

static const char *const vendors[] = {"MutantMutant"};

static const vpmu_cpuid_leaf full_leaves[] = {
    {LEAF, 0, MOST_GP | MOST_FIXED << 8, LEAF_GLOBAL | LEAF_FULL_WIDTH, 0, 0}};
static const vpmu_cpuid_leaf small_leaves[] = {
    {LEAF, 0, 2, 0, 0, 0},
#ifdef MUTANT_VPMU_TAB_011
    {LEAF, 0, 3, 0, 0, 0},
#endif
};

static const vpmu_preset models[] = {
    {.struct_size = sizeof(vpmu_preset), .leaf_size = sizeof(vpmu_cpuid_leaf), .name = "mutant-full",
     .summary = "4 counters, 2 fixed ones, global control", .leaves = full_leaves, .leaf_count = COUNT(full_leaves)},
    {.struct_size = sizeof(vpmu_preset), .leaf_size = sizeof(vpmu_cpuid_leaf), .name = "mutant-small",
     .summary = "2 counters", .leaves = small_leaves, .leaf_count = COUNT(small_leaves)},
};

#ifdef MUTANT_VPMU_TAB_003
#define DECLARED_STATUSES 2
#else
#define DECLARED_STATUSES 1
#endif
#ifdef MUTANT_VPMU_TAB_003_B
#define DECLARED_SCRATCHES (1u << 31)
#else
#define DECLARED_SCRATCHES 1
#endif
#ifdef MUTANT_VPMU_TAB_004
#define DECLARED_SELECTS (MOST_GP - 1)
#else
#define DECLARED_SELECTS MOST_GP
#endif
#ifdef MUTANT_VPMU_TAB_009
#define CLEAR_ROLE VPMU_ROLE_OTHER
#else
#define CLEAR_ROLE VPMU_ROLE_GLOBAL_STATUS_CLEAR
#endif
#ifdef MUTANT_VPMU_TAB_010
#define SCRATCH_ROLE 77
#else
#define SCRATCH_ROLE VPMU_ROLE_OTHER
#endif
#ifdef MUTANT_VPMU_TAB_010_B
#define SELECT_FLAGS VPMU_RANGE_SIGN_EXTENDS
#else
#define SELECT_FLAGS 0
#endif

static const vpmu_register_range ranges[] = {
    {.first = COUNTER, .count = MOST_GP, .stride = 1, .role = VPMU_ROLE_GP_COUNTER, .flags = VPMU_RANGE_SIGN_EXTENDS},
    {.first = EVENT_SELECT, .count = DECLARED_SELECTS, .stride = 1, .role = VPMU_ROLE_EVENT_SELECT,
     .flags = SELECT_FLAGS, .rdpmc_base = UINT32_MAX},
    {.first = FIXED_COUNTER, .count = MOST_FIXED, .stride = 1, .role = VPMU_ROLE_FIXED_COUNTER,
     .first_pmc = VPMU_FIXED_BASE, .rdpmc_base = RDPMC_FIXED, .features = VPMU_FEATURE_GLOBAL_CONTROL},
    {.first = FIXED_CONTROL, .count = 1, .stride = 1, .role = VPMU_ROLE_FIXED_CONTROL, .rdpmc_base = UINT32_MAX,
     .features = VPMU_FEATURE_GLOBAL_CONTROL},
    {.first = GLOBAL_STATUS, .count = DECLARED_STATUSES, .stride = 1, .role = VPMU_ROLE_GLOBAL_STATUS, .flags = VPMU_RANGE_READ_ONLY,
     .rdpmc_base = UINT32_MAX, .features = VPMU_FEATURE_GLOBAL_CONTROL},
    {.first = GLOBAL_CONTROL, .count = 1, .stride = 1, .role = VPMU_ROLE_GLOBAL_CONTROL, .rdpmc_base = UINT32_MAX,
     .features = VPMU_FEATURE_GLOBAL_CONTROL},
    {.first = STATUS_CLEAR, .count = 1, .stride = 1, .role = CLEAR_ROLE, .rdpmc_base = UINT32_MAX,
     .features = VPMU_FEATURE_GLOBAL_CONTROL},
    {.first = STATUS_SET, .count = 1, .stride = 1, .role = VPMU_ROLE_GLOBAL_STATUS_SET, .rdpmc_base = UINT32_MAX,
     .features = VPMU_FEATURE_GLOBAL_CONTROL},
    {.first = FULL_COUNTER, .count = MOST_GP, .stride = 1, .role = VPMU_ROLE_GP_COUNTER, .flags = VPMU_RANGE_FULL_WIDTH,
     .features = FULL_WIDTH},
    {.first = SCRATCH, .count = DECLARED_SCRATCHES, .stride = 1, .role = SCRATCH_ROLE, .rdpmc_base = UINT32_MAX},
};

static const vpmu_ops ops = {
    .struct_size = sizeof(vpmu_ops),
    .refresh = REFRESH,
    .reset = RESET,
    .is_valid_msr = IS_VALID_MSR,
    .msr_idx_to_pmc = MSR_IDX_TO_PMC,
    .rdpmc_ecx_to_pmc = RDPMC_ECX_TO_PMC,
    .get_msr = GET_MSR,
    .set_msr = SET_MSR,
    .find_arch_event = find_arch_event,
    .check_rdpmc_early = CHECK_RDPMC_EARLY,
#ifndef MUTANT_VPMU_ABI_008
    .find_fixed_event = FIND_FIXED_EVENT,
#endif
#if defined(MUTANT_VPMU_ABI_015_B) || defined(WRONG_PMI)
    .deliver_pmi = deliver_pmi,
#endif
#ifdef WRONG_CLEANUP
    .cleanup = cleanup,
#endif
};

static const vpmu_plugin_info info = {
#ifdef MUTANT_VPMU_ABI_006
    .struct_size = sizeof(vpmu_plugin_info) - 16,
#else
    .struct_size = sizeof(vpmu_plugin_info),
#endif
    .abi_major = VPMU_ABI_MAJOR,
#ifdef MUTANT_VPMU_ABI_007
    .abi_minor = VPMU_ABI_MINOR + 1,
#else
    .abi_minor = VPMU_ABI_MINOR,
#endif
#if defined(MUTANT_VPMU_TAB_001)
    .id = "not/a/word",
#elif defined(MUTANT_VPMU_TAB_013)
    .id = "mutant",
#else
    .id = "org.vpmu.test.mutant",
#endif
    .name = "mutant",
    .version = version,
    .license = "Apache-2.0",
    .cpuid_vendors = vendors,
    .vendor_count = COUNT(vendors),
    .preset_count = COUNT(models),
    .models = models,
    .preset_size = sizeof models[0],
    .range_size = sizeof ranges[0],
    .ranges = ranges,
    .range_count = COUNT(ranges),
#ifdef MUTANT_VPMU_ABI_006_B
    .event_size = sizeof events[0] - 8,
#else
    .event_size = sizeof events[0],
#endif
    .events = events,
    .event_count = COUNT(events),
#ifdef MUTANT_VPMU_TAB_012
    .event_select_mask = EVENT_NUMBER | 1ull << 40,
#else
    .event_select_mask = EVENT_NUMBER,
#endif
    .ops = &ops,
};
