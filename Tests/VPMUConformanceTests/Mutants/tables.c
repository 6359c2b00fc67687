/* The declared tables. */

#define COUNT(array) (sizeof array / sizeof array[0])

#ifdef MUTANT_VPMU_ABI_009_B
static char version[] = "1.0";
#else
static const char version[] = "1.0";
#endif

static const char *const vendors[] = {"MutantMutant"};

static const vpmu_cpuid_leaf full_leaves[] = {
    {LEAF, 0, MAX_GP | MAX_FIXED << 8, LEAF_GLOBAL | LEAF_FULL_WIDTH, 0, 0}};
static const vpmu_cpuid_leaf small_leaves[] = {
    {LEAF, 0, 2, 0, 0, 0},
#ifdef MUTANT_VPMU_TAB_011
    {LEAF, 0, 3, 0, 0, 0},
#endif
};

static const vpmu_preset presets[] = {
    VPMU_PRESET("mutant-full", "4 counters, 2 fixed ones, global control", full_leaves, .perf_capabilities = 0x2000),
    VPMU_PRESET("mutant-small", "2 counters", small_leaves),
};

#ifdef MUTANT_VPMU_TAB_003
#define DECLARED_STATUSES 2
#else
#define DECLARED_STATUSES 1
#endif
#ifdef MUTANT_VPMU_TAB_001_B
#define DECLARED_SCRATCHES (1u << 31)
#else
#define DECLARED_SCRATCHES 1
#endif
#ifdef MUTANT_VPMU_TAB_004
#define DECLARED_SELECTS (MAX_GP - 1)
#else
#define DECLARED_SELECTS MAX_GP
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
#if defined(MUTANT_VPMU_TAB_010_B)
#define SELECT_FLAGS VPMU_RANGE_SIGN_EXTENDS
#elif defined(MUTANT_VPMU_TAB_010_C)
#define SELECT_FLAGS VPMU_RANGE_RDPMC
#else
#define SELECT_FLAGS 0
#endif
#ifdef MUTANT_VPMU_TAB_010_D
#define CONTROL_FLAGS VPMU_RANGE_SHARED_ENABLE
#else
#define CONTROL_FLAGS 0
#endif

static const vpmu_register_range ranges[] = {
    VPMU_REGISTERS(COUNTER, MAX_GP, GP_COUNTER, .flags = VPMU_RANGE_SIGN_EXTENDS | VPMU_RANGE_RDPMC),
    VPMU_REGISTERS(EVENT_SELECT, DECLARED_SELECTS, EVENT_SELECT, .flags = SELECT_FLAGS),
    VPMU_REGISTERS(FIXED_COUNTER, MAX_FIXED, FIXED_COUNTER, .first_pmc = VPMU_FIXED_BASE, .flags = VPMU_RANGE_RDPMC,
                   .rdpmc_base = RDPMC_FIXED, .features = VPMU_FEATURE_GLOBAL_CONTROL),
    VPMU_REGISTERS(FIXED_CONTROL, 1, FIXED_CONTROL, .flags = CONTROL_FLAGS, .features = VPMU_FEATURE_GLOBAL_CONTROL),
    VPMU_REGISTERS(GLOBAL_STATUS, DECLARED_STATUSES, GLOBAL_STATUS, .flags = VPMU_RANGE_READ_ONLY,
                   .features = VPMU_FEATURE_GLOBAL_CONTROL),
    VPMU_REGISTERS(GLOBAL_CONTROL, 1, GLOBAL_CONTROL, .features = VPMU_FEATURE_GLOBAL_CONTROL),
    {.first = STATUS_CLEAR, .count = 1, .role = CLEAR_ROLE, .features = VPMU_FEATURE_GLOBAL_CONTROL},
    VPMU_REGISTERS(STATUS_SET, 1, GLOBAL_STATUS_SET, .features = VPMU_FEATURE_GLOBAL_CONTROL),
    VPMU_REGISTERS(FULL_COUNTER, MAX_GP, GP_COUNTER, .flags = VPMU_RANGE_FULL_WIDTH | VPMU_RANGE_RDPMC,
                   .features = FULL_WIDTH),
    VPMU_REGISTERS(CAPABILITIES, 1, CONSTANT, .word = CAPABILITIES_WORD),
#ifndef TABLES_ONLY
    {.first = SCRATCH, .count = DECLARED_SCRATCHES, .role = SCRATCH_ROLE},
#endif
};

static const vpmu_ops ops = {
    .struct_size = sizeof(vpmu_ops),
#ifndef MUTANT_VPMU_ABI_008
    .refresh = REFRESH,
#endif
#ifndef TABLES_ONLY
    .reset = RESET,
    .is_valid_msr = IS_VALID_MSR,
    .msr_idx_to_pmc = MSR_IDX_TO_PMC,
    .rdpmc_ecx_to_pmc = RDPMC_ECX_TO_PMC,
    .get_msr = GET_MSR,
    .set_msr = SET_MSR,
    .find_arch_event = find_arch_event,
    .check_rdpmc_early = CHECK_RDPMC_EARLY,
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
    VPMU_TABLE(preset, presets),
    VPMU_TABLE(range, ranges),
#ifdef MUTANT_VPMU_ABI_006_B
    .events = events,
    .event_count = COUNT(events),
    .event_size = sizeof events[0] - 8,
#else
    VPMU_TABLE(event, events),
#endif
    VPMU_TABLE(fixed_event, fixed_events),
#ifdef MUTANT_VPMU_TAB_010_G
    .flags = 1u << 31,
#endif
#ifdef MUTANT_VPMU_TAB_012
    .event_select_mask = EVENT_NUMBER | 1ull << 40,
#else
    .event_select_mask = EVENT_NUMBER,
#endif
    .ops = &ops,
};
